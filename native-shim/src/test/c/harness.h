/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A harness of one page: a test is a function, CHECK says what must hold, and an assembler builds
 * programs without a second implementation of their layout.
 */
#ifndef JRUN_TEST_HARNESS_H
#define JRUN_TEST_HARNESS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jrun.h"

extern int test_failed;
extern const char *faults_binary; /* the program under test, end to end */

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            test_failed = 1;                                                          \
            fprintf(stderr, "  %s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                             \
    } while (0)

#define CHECK_EQUAL(actual, wanted)                                                                \
    do {                                                                                           \
        long actual_ = (long)(actual), wanted_ = (long)(wanted);                                   \
        if (actual_ != wanted_) {                                                                  \
            test_failed = 1;                                                                       \
            fprintf(stderr, "  %s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #actual, actual_, \
                    wanted_);                                                                      \
        }                                                                                          \
    } while (0)

void run_test(const char *name, void (*test)(void));
#define RUN(test) run_test(#test, test)

void program_tests(void);
void channel_tests(void);
void interp_tests(void);
void resolve_tests(void);
void copy_tests(void);
void clear_tests(void);
void lookup_tests(void);
void hook_tests(void);
void spawn_tests(void);
void route_tests(void);
void front_tests(void);
void handover_tests(void);
void flow_tests(void);
void terminal_tests(void);
int fake_core(void);

/* assembler.c */
struct operand {
    uint8_t kind;
    uint64_t arg;
};
#define IMM(value) \
    { KIND_IMMEDIATE, (uint64_t)(value) }
#define REG(number) \
    { KIND_REGISTER, (number) }
#define DATA(reference) \
    { KIND_DATA, (reference) }
#define NONE \
    { KIND_NONE, 0 }

struct assembly {
    struct instruction code[64];
    uint32_t count, length, room, flags, first;
    _Alignas(8) uint8_t data[65536];
};

/* A reference: the offset, and the length in the upper half. */
uint64_t data_of(struct assembly *a, const void *bytes, size_t size);
uint64_t text_of(struct assembly *a, const char *text);                          /* with its NUL */
uint64_t pointers_to(struct assembly *a, const uint64_t *references, int count); /* RELOCated */
struct instruction *emit(struct assembly *a, uint8_t op, uint8_t dst, const struct operand *args);
struct instruction *emit_call(struct assembly *a, long nr, uint8_t dst, const struct operand *args);
#define EMIT(a, op, dst, ...) emit(a, op, dst, (struct operand[ARGUMENTS]){__VA_ARGS__})
#define CALL(a, nr, dst, ...) emit_call(a, nr, dst, (struct operand[ARGUMENTS]){__VA_ARGS__})
uint8_t *assemble(const struct assembly *a, size_t *size); /* malloced to the byte */

#endif
