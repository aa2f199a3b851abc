/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder: what it takes, and one test for each reason to refuse. */
#include "harness.h"

static long decode(uint8_t *bytes, size_t size, uint32_t *at) {
    struct program program;
    return program_decode(&program, bytes, size, at);
}

static long decode_assembly(const struct assembly *a, uint32_t *at) {
    size_t size;
    uint8_t *bytes = assemble(a, &size);
    long error = decode(bytes, size, at);
    free(bytes);
    return error;
}

#define CHECK_REFUSED(a, index)                          \
    do {                                                 \
        uint32_t at_ = 0;                                \
        CHECK_EQUAL(decode_assembly(a, &at_), -EBADMSG); \
        CHECK_EQUAL(at_, index);                         \
    } while (0)

static struct assembly *fresh(void) {
    static struct assembly a;
    memset(&a, 0, sizeof a);
    EMIT(&a, OP_TEST, 0, IMM(1), IMM(1), IMM(1), IMM(ENOENT));
    return &a;
}

static void takes_an_empty_program(void) {
    struct assembly a = {.count = 0};
    uint32_t at;
    CHECK_EQUAL(decode_assembly(&a, &at), 0);
}

static void takes_every_op(void) {
    struct assembly *a = fresh();
    uint64_t d = data_of(a, "0123456789012345678901234567890123456789012345678901234567890123", 64);
    CALL(a, __NR_getpid, 255, NONE, IMM(1), REG(249), DATA(d));
    EMIT(a, OP_STORE, 255, REG(0), IMM(0), IMM(20));
    EMIT(a, OP_LOAD, 1, IMM(56), IMM(8));
    EMIT(a, OP_JUMP, 255, IMM(20));
    EMIT(a, OP_RELOC, 255, IMM(0), IMM(8));
    EMIT(a, OP_RESOLVE, 2, REG(0), DATA(d), IMM(3), REG(1), IMM(0));
    EMIT(a, OP_WRITE, 255, REG(0), DATA(d));
    EMIT(a, OP_READ, 255, REG(0), DATA(d));
    EMIT(a, OP_REPORT, 255, IMM(1), DATA(d), REG(0));
    EMIT(a, OP_SPAWN, 3, DATA(d), IMM(4), IMM(5), IMM(0));
    EMIT(a, OP_FEED, 255, REG(4), DATA(d));
    EMIT(a, OP_FORK, 3, DATA(d), IMM(4));
    EMIT(a, OP_SYNC, 255, NONE, IMM(4), REG(0));
    EMIT(a, OP_AWAIT, 255, REG(0), IMM(4), IMM(1), IMM(10));
    EMIT(a, OP_HOOK, 255, DATA(d), DATA(d), DATA(d), DATA(d), IMM(1), IMM(1));
    EMIT(a, OP_RELAY, 255, REG(0), REG(1));
    EMIT(a, OP_STARTTIME, 255, REG(0));
    EMIT(a, OP_UNTIL, 255, REG(0), DATA(d), IMM(1));
    EMIT(a, OP_CHANNEL, 255, REG(0));
    EMIT(a, OP_HAND, 255, NONE, REG(0), DATA(d));
    EMIT(a, OP_TAKE, 4, NONE);
    EMIT(a, OP_RELAY, 255, REG(0), REG(1), REG(2), REG(3));
    EMIT(a, OP_RELAY, 255, REG(0), REG(1), NONE, NONE, REG(2));
    EMIT(a, OP_CLEAR, 255, REG(0), IMM(CLEAR_ALL));
    EMIT(a, OP_ENDS, 255, IMM(ENDS_LATER), IMM(1));
    EMIT(a, OP_EXIT, 255, REG(0), IMM(EXIT_STATUS));
    a->code[0].on[EXPECTED_ERRORS - 1].error = 2;
    a->code[0].on[EXPECTED_ERRORS - 1].to = 19;
    a->code[4].arg[0] = a->count;
    uint32_t at = 0;
    CHECK_EQUAL(decode_assembly(a, &at), 0);
}

static void refuses_bad_headers(void) {
    size_t size;
    uint32_t at;
    uint8_t *bytes = assemble(fresh(), &size);
    for (size_t n = 0; n < size; n++) {
        uint8_t *part = malloc(n + 1);
        memcpy(part, bytes, n);
        CHECK_EQUAL(decode(part, n, &at), -EBADMSG);
        free(part);
    }
    CHECK_EQUAL(decode(bytes, size, &at), 0);
    for (int word = 0; word < 7; word++) { /* any bit of the header but of the first number */
        for (int bit = 0; bit < 32; bit++) {
            if (word == 5 && bit <= 16) continue; /* some room */
            if (word == 6 && bit <= 2) continue;  /* TRACE, MORE and CALLS are flags there are */
            uint32_t *header = (uint32_t *)bytes;
            header[word] ^= 1u << bit;
            CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
            header[word] ^= 1u << bit;
        }
    }
    struct program_header *header = (struct program_header *)bytes;
    header->count = 0x40000000; /* times 12, and times 4, is 0 in 32 bits */
    header->operands = 0x40000000;
    header->length = (uint32_t)(size - sizeof *header);
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    free(bytes);
}

static void refuses_data_without_final_nul(void) {
    struct assembly *a = fresh();
    size_t size;
    uint32_t at;
    data_of(a, "abc", 3);
    uint8_t *bytes = assemble(a, &size);
    CHECK_EQUAL(decode(bytes, size, &at), 0);
    bytes[size - 1] = 'd';
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    CHECK_EQUAL(at, 1);
    free(bytes);
}

static void refuses_bad_fields(void) {
    struct assembly *a = fresh();
    EMIT(a, OPS, 0, NONE);
    CHECK_REFUSED(a, 1);
    a = fresh();
    a->code[0].dst = REGISTERS;
    CHECK_REFUSED(a, 0);
    a->code[0].dst = 254;
    CHECK_REFUSED(a, 0);
    a = fresh();
    a->code[0].nr = 1;
    CHECK_REFUSED(a, 0);
    a = fresh();
    CALL(a, 1, 255, {KIND_WIDE + 1, 0});
    CHECK_REFUSED(a, 1);
    a = fresh();
    CALL(a, 1, 255, REG(REGISTERS));
    CHECK_REFUSED(a, 1);
    a = fresh();
    a->code[0].on[0].error = 4096;
    CHECK_REFUSED(a, 0);
}

static void refuses_kinds_that_an_op_does_not_take(void) {
    struct assembly *a = fresh();
    uint64_t d = data_of(a, "12345678", 8);
    a->code[0].kind[3] = KIND_REGISTER; /* an errno is written in the program */
    CHECK_REFUSED(a, 0);
    a = fresh();
    a->code[0].kind[5] = KIND_IMMEDIATE; /* one argument too many */
    CHECK_REFUSED(a, 0);
    a = fresh();
    a->code[0].kind[1] = KIND_NONE;
    CHECK_REFUSED(a, 0);
    a = fresh();
    data_of(a, "12345678", 8);
    EMIT(a, OP_STARTTIME, 0, DATA(d));
    CHECK_REFUSED(a, 1);
    a = fresh();
    EMIT(a, OP_WRITE, 0, IMM(1), NONE);
    CHECK_REFUSED(a, 1);
}

static void refuses_jumps_that_do_not_go_forward(void) {
    struct assembly *a = fresh();
    EMIT(a, OP_JUMP, 255, IMM(1));
    CHECK_REFUSED(a, 1);
    a->code[1].arg[0] = 0;
    CHECK_REFUSED(a, 1);
    a->code[1].arg[0] = 3;
    CHECK_REFUSED(a, 1);
    a->code[1].arg[0] = ((uint64_t)1 << 32) + 2;
    CHECK_REFUSED(a, 1);
    a->code[1].arg[0] = 2; /* the end */
    uint32_t at;
    CHECK_EQUAL(decode_assembly(a, &at), 0);
    a->code[1].on[2].error = 1;
    a->code[1].on[2].to = 3;
    CHECK_REFUSED(a, 1);
    a->code[1].on[2].to = 2;
    CHECK_EQUAL(decode_assembly(a, &at), 0);
}

static void refuses_an_exit_that_is_not_the_end(void) {
    uint32_t at;
    for (int wrong = 0; wrong < 4; wrong++) {
        struct assembly *a = fresh();
        EMIT(a, OP_EXIT, 255, IMM(0), IMM(wrong == 1 ? 2 : 0));
        if (wrong == 2) CALL(a, __NR_getpid, 255);
        if (wrong == 3) a->flags = PROGRAM_MORE;
        CHECK_EQUAL(decode_assembly(a, &at), wrong ? -EBADMSG : 0);
    }
}

static void refuses_ends_of_no_kind(void) {
    uint32_t at;
    for (int when = 0; when <= 3; when++) {
        struct assembly *a = fresh();
        EMIT(a, OP_ENDS, 255, IMM(when), IMM(0));
        CHECK_EQUAL(decode_assembly(a, &at), when > ENDS_AT_ONCE ? -EBADMSG : 0);
    }
}

static void refuses_data_out_of_bounds(void) {
    static const uint64_t bad[] = {
        0 | (uint64_t)10 << 32,          8 | (uint64_t)2 << 32,
        9 | (uint64_t)0 << 32,           0xffffffff | (uint64_t)1 << 32, /* wraps in 32 bits */
        0xfffffff8 | (uint64_t)16 << 32, 0 | (uint64_t)0xffffffff << 32,
        1 | (uint64_t)0xffffffff << 32,
    };
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        struct assembly *a = fresh();
        data_of(a, "12345678", 8); /* nine with the NUL */
        CALL(a, 1, 255, DATA(bad[n]));
        CHECK_REFUSED(a, 1);
    }
    struct assembly *a = fresh();
    CALL(a, 1, 255, DATA(0)); /* no data at all */
    CHECK_REFUSED(a, 1);
}

/* Behind the room comes a NUL, and nothing that a program may name. */
static void takes_room_and_refuses_what_is_beyond_it(void) {
    static const struct {
        uint64_t reference;
        long wanted;
    } some[] = {
        {ROOM | (uint64_t)16 << 32, 0},
        {(ROOM + 8) | (uint64_t)8 << 32, 0},
        {ROOM | (uint64_t)17 << 32, -EBADMSG},
        {(ROOM + 16) | (uint64_t)0 << 32, -EBADMSG},
        {(ROOM | 1u << 31) | (uint64_t)1 << 32, -EBADMSG},
    };
    uint32_t at;
    for (size_t n = 0; n < sizeof some / sizeof *some; n++) {
        struct assembly *a = fresh();
        a->room = 16;
        CALL(a, 1, 255, DATA(some[n].reference));
        CHECK_EQUAL(decode_assembly(a, &at), some[n].wanted);
    }
    struct assembly *a = fresh();
    a->room = 16;
    EMIT(a, OP_LOAD, 0, IMM(ROOM + 8), IMM(8));
    CHECK_EQUAL(decode_assembly(a, &at), 0);
    a->code[1].arg[0]++;
    CHECK_REFUSED(a, 1);
    a->room = ROOM_MAX + 1;
    CHECK_EQUAL(decode_assembly(a, &at), -EBADMSG);
}

static void refuses_operands_out_of_their_order(void) {
    size_t size;
    uint32_t at;
    struct assembly *a = fresh();
    EMIT(a, OP_CHANNEL, 255, REG(0));
    uint8_t *bytes = assemble(a, &size);
    struct program_header *header = (struct program_header *)bytes;
    struct encoded *code = (struct encoded *)(header + 1);
    CHECK_EQUAL(decode(bytes, size, &at), 0);
    code[1].operands--;
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    CHECK_EQUAL(at, 1);
    code[1].operands += 2;
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    code[1].operands--;
    code[1].shape |= 4u << SHAPE_ERRORS; /* more words than there are */
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    code[1].shape |= 7u << SHAPE_ERRORS; /* more errors than there can be */
    CHECK_EQUAL(decode(bytes, size, &at), -EBADMSG);
    CHECK_EQUAL(at, 1);
    free(bytes);
}

static void gives_numbers_as_they_were(void) {
    static const int64_t numbers[] = {0,         1,          -1,        -100,      INT32_MAX,
                                      INT32_MIN, 0x80000000, INT64_MAX, INT64_MIN, 0xffffffff};
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
        struct assembly *a = fresh();
        struct program program;
        struct instruction i;
        size_t size;
        uint32_t at;
        CALL(a, 7, 3, NONE, IMM(numbers[n]), REG(9))->on[1] = (typeof(i.on[0])){4095, 2};
        uint8_t *bytes = assemble(a, &size);
        CHECK_EQUAL(program_decode(&program, bytes, size, &at), 0);
        program_instruction(&program, 1, &i);
        CHECK_EQUAL(i.op, OP_SYSCALL);
        CHECK_EQUAL(i.dst, 3);
        CHECK_EQUAL(i.nr, 7);
        CHECK_EQUAL(i.kind[0], KIND_NONE);
        CHECK_EQUAL(i.kind[1], KIND_IMMEDIATE);
        CHECK_EQUAL(i.arg[1], numbers[n]);
        CHECK_EQUAL(i.kind[2], KIND_REGISTER);
        CHECK_EQUAL(i.arg[2], 9);
        CHECK_EQUAL(i.on[0].error, 0);
        CHECK_EQUAL(i.on[1].error, 4095);
        CHECK_EQUAL(i.on[1].to, 2);
        free(bytes);
    }
}

static void refuses_bad_offsets_and_widths(void) {
    static const struct {
        uint8_t op;
        uint64_t a, b, c;
    } bad[] = {
        {OP_STORE, 0, 6, 4},          {OP_STORE, 0, 0, 10},
        {OP_STORE, 0, 0, 3},          {OP_STORE, 0, 4, OCTAL_DIGITS},
        {OP_STORE, 0, UINT64_MAX, 4}, {OP_LOAD, 9, 1, 0},
        {OP_LOAD, 0, 3, 0},           {OP_LOAD, 2, 8, 0},
        {OP_LOAD, UINT64_MAX, 8, 0},  {OP_RELOC, 2, 1, 0},
        {OP_RELOC, 0, 2, 0},          {OP_RELOC, 0, (uint64_t)1 << 61, 0},
    };
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        struct assembly *a = fresh();
        data_of(a, "12345678", 8);
        EMIT(a, bad[n].op, 255, IMM(bad[n].a), IMM(bad[n].b), IMM(bad[n].c));
        if (bad[n].op != OP_STORE) a->code[1].kind[2] = KIND_NONE;
        CHECK_REFUSED(a, 1);
    }
    struct assembly *a = fresh();
    data_of(a, NULL, 200);
    EMIT(a, OP_SPAWN, 0, DATA((uint64_t)64 << 32), IMM(1), IMM(REGISTERS), IMM(0));
    CHECK_REFUSED(a, 1);
    a->code[1].arg[2] = 2;
    a->code[1].arg[0] = (uint64_t)63 << 32;
    CHECK_REFUSED(a, 1);
    a->code[1].arg[0] = (uint64_t)129 << 32;
    CHECK_REFUSED(a, 1);
    a = fresh();
    data_of(a, "12345678", 8);
    EMIT(a, OP_RESOLVE, 0, IMM(3), DATA(0), IMM(4), IMM(1), IMM(0));
    CHECK_REFUSED(a, 1);
    a->code[1].arg[2] = RESOLVE_LIKE;
    a->code[1].kind[3] = KIND_NONE;
    CHECK_REFUSED(a, 1);
    a = fresh();
    EMIT(a, OP_REPORT, 0, IMM(TRACE_TAG), IMM(1));
    CHECK_REFUSED(a, 1);
    a = fresh();
    EMIT(a, OP_TEST, 0, IMM(0), IMM(0), IMM(0), IMM(0));
    CHECK_REFUSED(a, 1);
}

void program_tests(void) {
    RUN(takes_an_empty_program);
    RUN(takes_every_op);
    RUN(refuses_bad_headers);
    RUN(refuses_data_without_final_nul);
    RUN(refuses_bad_fields);
    RUN(refuses_kinds_that_an_op_does_not_take);
    RUN(refuses_jumps_that_do_not_go_forward);
    RUN(refuses_data_out_of_bounds);
    RUN(takes_room_and_refuses_what_is_beyond_it);
    RUN(refuses_an_exit_that_is_not_the_end);
    RUN(refuses_ends_of_no_kind);
    RUN(refuses_operands_out_of_their_order);
    RUN(gives_numbers_as_they_were);
    RUN(refuses_bad_offsets_and_widths);
}
