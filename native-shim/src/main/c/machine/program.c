/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes a PROGRAM payload in place and proves, before anything runs, that every op, kind,
 * register, jump and data reference is in bounds. It is pure: no system call, no allocation. The
 * interpreter relies on what is checked here and does not check it again.
 *
 * The room is where calls leave what they give. It is the same for all programs of a process, which
 * come one after the other; behind it is a NUL for whoever reads a text there.
 */
#include "kernel.h"

#define CLONE_ARGS_MIN 64
#define CLONE_ARGS_MAX 128

static _Alignas(16) uint8_t the_room[ROOM_MAX + 1];

/*
 * The arguments of each op, one letter each: i immediate, v immediate or register, d data, b any of
 * these; in upper case it may also be absent. '.' must be absent. An array of arrays, not of
 * pointers: pointers would be relocations.
 */
static const char signatures[OPS][ARGUMENTS + 1] = {
    [OP_SYSCALL] = "BBBBBB", [OP_STORE] = "vii...",     [OP_LOAD] = "ii....",
    [OP_TEST] = "vivi..",    [OP_JUMP] = "i.....",      [OP_RELOC] = "ii....",
    [OP_RESOLVE] = "vdiVI.", [OP_WRITE] = "vb....",     [OP_READ] = "vd....",
    [OP_REPORT] = "ibV...",  [OP_SPAWN] = "diiI..",     [OP_FORK] = "di....",
    [OP_SYNC] = "ViV...",    [OP_AWAIT] = "ViII..",     [OP_HOOK] = "dddDIi",
    [OP_RELAY] = "vvVVV.",   [OP_STARTTIME] = "v.....", [OP_UNTIL] = "vdI...",
    [OP_CHANNEL] = "v.....", [OP_HAND] = "Vvd...",      [OP_TAKE] = "V.....",
    [OP_COPY] = "vv....",    [OP_LOOKUP] = "vdiiii",    [OP_FEED] = "vd....",
    [OP_EXIT] = "vi....",    [OP_CLEAR] = "vi....",     [OP_ENDS] = "ii....",
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
    uint64_t length = offset & ROOM ? p->room_length : p->length;
    if (offset > UINT32_MAX) return 0;
    offset &= ~(uint64_t)ROOM;
    return offset <= length && size <= length - offset;
}

/* Only for an offset that has been proved. */
uint8_t *program_data(const struct program *p, uint64_t offset) {
    return offset & ROOM ? p->room + (offset & ~(uint64_t)ROOM) : p->data + offset;
}

/* How many words an instruction's operands are; more than there can be if a kind is none. */
static uint32_t words_of(uint32_t shape) {
    static const uint8_t words[] = {0, 1, 1, 2, 2};
    uint32_t sum = shape >> SHAPE_ERRORS;
    if (sum > EXPECTED_ERRORS) return UINT32_MAX;
    for (int n = 0; n < ARGUMENTS; n++) {
        uint32_t kind = shape >> (SHAPE_KINDS + 3 * n) & 7;
        if (kind > KIND_WIDE) return UINT32_MAX;
        sum += words[kind];
    }
    return sum;
}

void program_instruction(const struct program *p, uint32_t at, struct instruction *i) {
    const struct encoded *e = &p->code[at];
    const uint32_t *word = p->operands + e->operands;
    *i = (struct instruction){
        .op = e->op, .dst = e->dst, .step = e->step, .nr = e->shape & SHAPE_CALL};
    for (int n = 0; n < ARGUMENTS; n++) {
        uint8_t kind = e->shape >> (SHAPE_KINDS + 3 * n) & 7;
        i->kind[n] = kind == KIND_WIDE ? KIND_IMMEDIATE : kind;
        if (kind == KIND_NONE) continue;
        i->arg[n] = kind == KIND_IMMEDIATE ? (uint64_t)(int32_t)*word : *word;
        word++;
        if (kind == KIND_DATA || kind == KIND_WIDE) i->arg[n] |= (uint64_t)*word++ << 32;
    }
    for (uint32_t n = 0; n < e->shape >> SHAPE_ERRORS; n++, word++) {
        i->on[n].error = (uint16_t)*word;
        i->on[n].to = *word >> 16 ? at + (*word >> 16) : 0;
    }
}

static int arguments_are_sound(const struct program *p, const struct instruction *i) {
    for (int n = 0; n < ARGUMENTS; n++) {
        if (!kind_fits(i->kind[n], signatures[i->op][n])) return 0;
        if (i->kind[n] == KIND_REGISTER && i->arg[n] >= REGISTERS) return 0;
        if (i->kind[n] == KIND_DATA && (!in_data(p, data_offset(i->arg[n]), 1) ||
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
        return (a[2] == 4 || a[2] == 8 || a[2] == 10 || a[2] == 20 || a[2] == OCTAL_DIGITS ||
                a[2] == FIRST_DIGITS) &&
               in_data(p, a[1], a[2]);
    case OP_LOAD:
        return (a[1] == 1 || a[1] == 2 || a[1] == 4 || a[1] == 8) && in_data(p, a[0], a[1]);
    case OP_TEST: return a[3] > 0 && a[3] <= ERRNO_MAX;
    case OP_JUMP: return is_forward(p, at, a[0]);
    case OP_RELOC: return a[1] <= UINT32_MAX / 8 && in_data(p, a[0], a[1] * 8);
    case OP_RESOLVE:
        return a[2] <= RESOLVE_LIKE && (a[2] != RESOLVE_LIKE || i->kind[3] != KIND_NONE);
    case OP_REPORT: return a[0] < CALL_TAG;
    case OP_SPAWN:
        if (a[1] >= REGISTERS || a[2] >= REGISTERS || a[3] > UINT16_MAX) return 0;
        return data_size(a[0]) >= CLONE_ARGS_MIN && data_size(a[0]) <= CLONE_ARGS_MAX;
    case OP_FORK: return data_size(a[0]) >= CLONE_ARGS_MIN && data_size(a[0]) <= CLONE_ARGS_MAX;
    case OP_LOOKUP:
        return data_size(a[1]) > 0 && a[5] > 0 && a[5] <= LOOKUP_MAX && in_data(p, a[4], a[5]);
    case OP_HOOK: return a[5] < CALL_TAG - 1;
    case OP_EXIT: return a[1] <= EXIT_STATUS && at == p->count - 1 && !(p->flags & PROGRAM_MORE);
    case OP_CLEAR: return a[1] <= CLEAR_ALL;
    case OP_ENDS: return a[0] <= ENDS_AT_ONCE;
    case OP_RELAY: return (i->kind[2] == KIND_NONE) == (i->kind[3] == KIND_NONE);
    default: return 1;
    }
}

static int instruction_is_sound(const struct program *p, const struct instruction *i, uint32_t at) {
    if (i->op >= OPS || (i->dst >= REGISTERS && i->dst != NO_REGISTER)) return 0;
    if (i->op != OP_SYSCALL && i->nr != 0) return 0;
    for (int n = 0; n < EXPECTED_ERRORS; n++)
        if (i->on[n].error > ERRNO_MAX || (i->on[n].to != 0 && !is_forward(p, at, i->on[n].to)))
            return 0;
    return arguments_are_sound(p, i) && operands_are_sound(p, i, at);
}

/* On -EBADMSG, *at is the first instruction that is wrong, or the count when it is the whole. */
long program_decode(struct program *p, uint8_t *bytes, size_t size, uint32_t *at) {
    struct program_header header;
    struct instruction i;
    *at = 0;
    p->first = 0;
    if (size < sizeof header) return -EBADMSG;
    memcpy(&header, bytes, sizeof header);
    if (header.magic != PROGRAM_MAGIC || header.version != PROGRAM_VERSION ||
        (header.flags & ~(PROGRAM_TRACE | PROGRAM_MORE | PROGRAM_CALLS)) != 0 ||
        header.room > ROOM_MAX)
        return -EBADMSG;
    uint64_t code_size = (uint64_t)header.count * sizeof(struct encoded);
    uint64_t operands_size = (uint64_t)header.operands * sizeof(uint32_t);
    if (size - sizeof header != code_size + operands_size + header.length ||
        (code_size + operands_size) % 8 != 0)
        return -EBADMSG;
    p->code = (const struct encoded *)(bytes + sizeof header);
    p->operands = (const uint32_t *)(bytes + sizeof header + code_size);
    p->data = bytes + sizeof header + code_size + operands_size;
    p->room = the_room;
    p->count = header.count;
    p->length = header.length;
    p->room_length = header.room;
    p->flags = header.flags;
    p->first = header.first;
    uint32_t next = 0;
    for (; *at < p->count; ++*at) {
        uint32_t words = words_of(p->code[*at].shape);
        if (p->code[*at].operands != next || words > header.operands - next) return -EBADMSG;
        next += words;
        program_instruction(p, *at, &i);
        if (!instruction_is_sound(p, &i, *at)) return -EBADMSG;
    }
    int padded = header.operands - next <= 1;
    return padded && (p->length == 0 || p->data[p->length - 1] == 0) ? 0 : -EBADMSG;
}

/* Also of one that would be refused: a program that follows it is not run then. */
int program_has_more(const uint8_t *bytes, size_t size) {
    struct program_header header;
    if (size < sizeof header) return 0;
    memcpy(&header, bytes, sizeof header);
    return (header.flags & PROGRAM_MORE) != 0;
}
