/* SPDX-License-Identifier: Apache-2.0 */
/* The assembler of the tests: programs with their data, laid out by the structures of wire.h. */
#include "harness.h"

uint64_t data_of(struct assembly *a, const void *bytes, size_t size) {
    uint32_t offset = (a->length + 7) & ~7u;
    if (offset + size + 1 > sizeof a->data) abort();
    if (bytes) memcpy(a->data + offset, bytes, size);
    a->length = offset + (uint32_t)size;
    return offset | (uint64_t)size << 32;
}

uint64_t text_of(struct assembly *a, const char *text) {
    return data_of(a, text, strlen(text) + 1);
}

uint64_t pointers_to(struct assembly *a, const uint64_t *references, int count) {
    uint64_t table[16];
    for (int n = 0; n < count; n++) table[n] = (uint32_t)references[n];
    table[count] = UINT64_MAX;
    uint64_t reference = data_of(a, table, 8 * (size_t)(count + 1));
    EMIT(a, OP_RELOC, NO_REGISTER, IMM((uint32_t)reference), IMM(count + 1));
    return reference;
}

struct instruction *emit(struct assembly *a, uint8_t op, uint8_t dst, const struct operand *args) {
    struct instruction *i = &a->code[a->count++];
    memset(i, 0, sizeof *i);
    i->op = op;
    i->dst = dst;
    i->step = (uint16_t)a->count;
    for (int n = 0; n < ARGUMENTS; n++) {
        i->kind[n] = args[n].kind;
        i->arg[n] = args[n].arg;
    }
    return i;
}

struct instruction *emit_call(struct assembly *a, long nr, uint8_t dst,
                              const struct operand *args) {
    struct instruction *i = emit(a, OP_SYSCALL, dst, args);
    i->nr = (uint32_t)nr;
    return i;
}

uint8_t *assemble(const struct assembly *a, size_t *size) {
    uint32_t length = a->length > 0 ? a->length + 1 : 0; /* with the NUL that ends every block */
    struct program_header header = {PROGRAM_MAGIC, PROGRAM_VERSION, a->count, length, a->flags, 0};
    size_t code = a->count * sizeof *a->code;
    *size = sizeof header + code + length;
    uint8_t *bytes = malloc(*size);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, a->code, code);
    memcpy(bytes + sizeof header + code, a->data, length);
    return bytes;
}
