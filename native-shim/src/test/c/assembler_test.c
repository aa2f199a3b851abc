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

/* Kinds above KIND_WIDE, registers and lengths that no word holds: tests want them refused. */
static uint32_t *put_operand(uint32_t *word, uint8_t *kind, uint64_t arg) {
    if (*kind == KIND_NONE) return word;
    *word++ = (uint32_t)arg;
    if (*kind == KIND_IMMEDIATE && arg != (uint64_t)(int32_t)arg) *kind = KIND_WIDE;
    if (*kind == KIND_DATA || *kind == KIND_WIDE) *word++ = (uint32_t)(arg >> 32);
    return word;
}

/* `at`: where the instruction is, which jumps on errors are counted from. */
static uint32_t *put(struct encoded *e, const struct instruction *i, uint32_t at, uint32_t *words,
                     uint32_t *word) {
    *e = (struct encoded){i->op, i->dst, i->step, i->nr, (uint32_t)(word - words)};
    for (int n = 0; n < ARGUMENTS; n++) {
        uint8_t kind = i->kind[n];
        word = put_operand(word, &kind, i->arg[n]);
        e->shape |= (uint32_t)kind << (SHAPE_KINDS + 3 * n);
    }
    uint32_t errors = 0;
    for (uint32_t n = 0; n < EXPECTED_ERRORS; n++)
        if (i->on[n].error || i->on[n].to) errors = n + 1;
    for (uint32_t n = 0; n < errors; n++)
        *word++ = i->on[n].error | (i->on[n].to ? i->on[n].to - at : 0) << 16;
    e->shape |= errors << SHAPE_ERRORS;
    return word;
}

uint8_t *assemble(const struct assembly *a, size_t *size) {
    uint32_t length = a->length > 0 ? a->length + 1 : 0; /* with the NUL that ends every block */
    uint32_t words[64 * 16] = {0}, *word = words;
    struct encoded code[64];
    for (uint32_t n = 0; n < a->count; n++) word = put(&code[n], &a->code[n], n, words, word);
    if ((3 * a->count + (word - words)) % 2 != 0) word++;
    struct program_header header = {
        PROGRAM_MAGIC, PROGRAM_VERSION, a->count, (uint32_t)(word - words),
        length,        a->room,         a->flags, a->first};
    size_t code_size = a->count * sizeof *code, words_size = header.operands * sizeof *words;
    *size = sizeof header + code_size + words_size + length;
    uint8_t *bytes = malloc(*size);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, code, code_size);
    memcpy(bytes + sizeof header + code_size, words, words_size);
    memcpy(bytes + sizeof header + code_size + words_size, a->data, length);
    return bytes;
}
