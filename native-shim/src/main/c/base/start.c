/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the kernel enters, and what a compiler assumes of a libc: the entry point, the stack guard
 * and five memory functions. The program has no libc because it is executed twice, and copied once,
 * for every container started; it has no relocations, so nothing has to run before start(). Unit
 * tests are built against a libc and leave this file out.
 */
#include "jrun.h"

#define AT_NULL 0
#define AT_RANDOM 25

#if defined(__x86_64__)
__asm__(".globl _start\n.type _start,@function\n_start:\n"
        "endbr64\nxor %ebp,%ebp\nmov %rsp,%rdi\nand $-16,%rsp\ncall start\nhlt\n");
#else
__asm__(".globl _start\n.type _start,%function\n_start:\n"
        "mov x29,#0\nmov x30,#0\nmov x0,sp\nbl start\nbrk #0\n");
#endif

uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);
_Noreturn void start(uintptr_t *stack);

_Noreturn void __stack_chk_fail(void) { __builtin_trap(); }

__attribute__((no_stack_protector)) _Noreturn void start(uintptr_t *stack) {
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1), **envp = argv + argc + 1, **end = envp;
    while (*end) end++;
    for (uintptr_t *aux = (uintptr_t *)(end + 1); aux[0] != AT_NULL; aux += 2)
        if (aux[0] == AT_RANDOM)
            memcpy(&__stack_chk_guard, (void *)aux[1], sizeof __stack_chk_guard);
    __stack_chk_guard &=
        ~(uintptr_t)0xff; /* a leading NUL stops runaway strings from matching it */
#if defined(__aarch64__)
    /* The compiler is told to find the guard by the thread pointer: a global would be a relocation.
     */
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(&__stack_chk_guard));
#endif
    leave(jrun(argc, argv, envp));
}

/* The empty asm keeps the compiler from recognising each loop as a call of the function it is in.
 */
#define OPAQUE __asm__ volatile("" ::: "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        OPAQUE;
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    if ((uintptr_t)to <= (uintptr_t)from) return memcpy(to, from, size);
    while (size-- > 0) {
        OPAQUE;
        ((uint8_t *)to)[size] = ((const uint8_t *)from)[size];
    }
    return to;
}

void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++) {
        OPAQUE;
        ((uint8_t *)to)[i] = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *text) {
    size_t size = 0;
    for (; text[size]; size++) OPAQUE;
    return size;
}
