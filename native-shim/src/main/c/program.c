/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes a PROGRAM payload in place and proves, before anything runs, that every op, kind,
 * register, jump and data reference is in bounds. It is pure: no system call, no allocation. The
 * interpreter relies on what is checked here and does not check it again.
 */
#include "kernel.h"

#define CLONE_ARGS_MIN 64
#define CLONE_ARGS_MAX 128

/*
 * The arguments of each op, one letter each: i immediate, v immediate or register, d data, b any of
 * these; in upper case it may also be absent. '.' must be absent. An array of arrays, not of
 * pointers: pointers would be relocations.
 */
static const char signatures[OPS][ARGUMENTS + 1] = {
    [OP_SYSCALL] = "BBBBBB", [OP_STORE] = "vii...",     [OP_LOAD] = "ii....",
    [OP_TEST] = "vivi..",    [OP_JUMP] = "i.....",      [OP_RELOC] = "ii....",
    [OP_RESOLVE] = "vdiVI.", [OP_WRITE] = "vb....",     [OP_READ] = "vd....",
    [OP_REPORT] = "ibV...",  [OP_SPAWN] = "ddiiI.",     [OP_FORK] = "di....",
    [OP_SYNC] = "ViV...",    [OP_AWAIT] = "ViII..",     [OP_HOOK] = "dddDIi",
    [OP_RELAY] = "vvVV..",   [OP_STARTTIME] = "v.....", [OP_UNTIL] = "vdI...",
    [OP_CHANNEL] = "v.....", [OP_HAND] = "Vvd...",      [OP_TAKE] = "V.....",
    [OP_COPY] = "vv....",    [OP_LOOKUP] = "vdiiii",
};

static uint64_t data_offset(uint64_t arg) { return (uint32_t)arg; }

static uint64_t data_size(uint64_t arg) { return arg >> 32; }

static int kind_fits(uint8_t kind, char letter) {
    int optional = letter >= 'A' && letter <= 'Z';
    if (kind == KIND_NONE) return optional || letter == '.';
    switch (optional ? letter + ('a' - 'A') : letter) {
    case 'i': return kind == KIND_IMMEDIATE;
    case 'v': return kind == KIND_IMMEDIATE || kind == KIND_REGISTER;
    case 'd': return kind == KIND_DATA;
    case 'b': return kind <= KIND_DATA;
    default: return 0;
    }
}

static int in_data(const struct program *p, uint64_t offset, uint64_t size) {
    return offset <= p->length && size <= p->length - offset;
}

static int arguments_are_sound(const struct program *p, const struct instruction *i) {
    for (int n = 0; n < ARGUMENTS; n++) {
        if (!kind_fits(i->kind[n], signatures[i->op][n])) return 0;
        if (i->kind[n] == KIND_REGISTER && i->arg[n] >= REGISTERS) return 0;
        if (i->kind[n] == KIND_DATA && (data_offset(i->arg[n]) >= p->length ||
                                        !in_data(p, data_offset(i->arg[n]), data_size(i->arg[n]))))
            return 0;
    }
    return 1;
}

static int is_forward(const struct program *p, uint32_t at, uint64_t to) {
    return to > at && to <= p->count; /* to the count: the end of the program */
}

static int operands_are_sound(const struct program *p, const struct instruction *i, uint32_t at) {
    const uint64_t *a = i->arg;
    switch (i->op) {
    case OP_STORE:
        return (a[2] == 4 || a[2] == 8 || a[2] == 10 || a[2] == 20) && in_data(p, a[1], a[2]);
    case OP_LOAD:
        return (a[1] == 1 || a[1] == 2 || a[1] == 4 || a[1] == 8) && in_data(p, a[0], a[1]);
    case OP_TEST: return a[3] > 0 && a[3] <= ERRNO_MAX;
    case OP_JUMP: return is_forward(p, at, a[0]);
    case OP_RELOC: return a[1] <= p->length / 8 && in_data(p, a[0], a[1] * 8);
    case OP_RESOLVE:
        return a[2] <= RESOLVE_LIKE && (a[2] != RESOLVE_LIKE || i->kind[3] != KIND_NONE);
    case OP_REPORT: return a[0] < TRACE_TAG;
    case OP_SPAWN:
        if (a[2] >= REGISTERS || a[3] >= REGISTERS || a[4] > UINT16_MAX) return 0;
        return data_size(a[0]) >= CLONE_ARGS_MIN && data_size(a[0]) <= CLONE_ARGS_MAX;
    case OP_FORK: return data_size(a[0]) >= CLONE_ARGS_MIN && data_size(a[0]) <= CLONE_ARGS_MAX;
    case OP_LOOKUP:
        return data_size(a[1]) > 0 && a[5] > 0 && a[5] <= LOOKUP_MAX && in_data(p, a[4], a[5]);
    case OP_HOOK: return a[5] < TRACE_TAG - 1;
    case OP_RELAY: return (i->kind[2] == KIND_NONE) == (i->kind[3] == KIND_NONE);
    default: return 1;
    }
}

static int instruction_is_sound(const struct program *p, const struct instruction *i, uint32_t at) {
    if (i->op >= OPS || (i->dst >= REGISTERS && i->dst != NO_REGISTER) || i->zero != 0) return 0;
    if (i->op != OP_SYSCALL && i->nr != 0) return 0;
    for (int n = 0; n < EXPECTED_ERRORS; n++)
        if (i->on[n].error > ERRNO_MAX || (i->on[n].to != 0 && !is_forward(p, at, i->on[n].to)))
            return 0;
    return arguments_are_sound(p, i) && operands_are_sound(p, i, at);
}

/* On -EBADMSG, *at is the first instruction that is wrong, or the count when it is the whole. */
long program_decode(struct program *p, uint8_t *bytes, size_t size, uint32_t *at) {
    struct program_header header;
    *at = 0;
    if (size < sizeof header) return -EBADMSG;
    memcpy(&header, bytes, sizeof header);
    if (header.magic != PROGRAM_MAGIC || header.version != PROGRAM_VERSION || header.zero != 0 ||
        (header.flags & ~PROGRAM_TRACE) != 0)
        return -EBADMSG;
    uint64_t code_size = (uint64_t)header.count * sizeof(struct instruction);
    if (size - sizeof header != code_size + header.length) return -EBADMSG;
    p->code = (const struct instruction *)(bytes + sizeof header);
    p->data = bytes + sizeof header + code_size;
    p->count = header.count;
    p->length = header.length;
    p->flags = header.flags;
    if (p->length > 0 && p->data[p->length - 1] != 0) {
        *at = p->count;
        return -EBADMSG;
    }
    for (*at = 0; *at < p->count; ++*at)
        if (!instruction_is_sound(p, &p->code[*at], *at)) return -EBADMSG;
    return 0;
}
