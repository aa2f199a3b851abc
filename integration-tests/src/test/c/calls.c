/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one system call in a way of the tests' choosing and says what came of it: "-1 EPERM's
 * number", or the result and 0. Static, so that it needs nothing of the container it runs in.
 *
 *   calls plain NR [ARG...]    syscall(2)
 *   calls compat NR [ARG...]   the 32-bit entry, int 0x80 (x86 only)
 *   calls trap NR              with a handler for SIGSYS, which tells the number and the errno
 *   calls thread NR            in a thread; the other one then says that it lives
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long number, argument[6];

static void show(long result) {
    printf("%ld %d\n", result < 0 ? -1 : result, result < 0 ? errno : 0);
    fflush(stdout);
}

static long plain(void) {
    return syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                   argument[5]);
}

static long compat(void) {
#if defined(__x86_64__)
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(argument[0]), "c"(argument[1]), "d"(argument[2])
                     : "memory", "r8", "r9", "r10", "r11");
    if ((int)result < 0 && (int)result > -4096) {
        errno = -(int)result;
        return -1;
    }
    return result;
#else
    return plain();
#endif
}

static void trapped(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    char text[64];
    int size = snprintf(text, sizeof text, "SIGSYS %d %d\n", info->si_syscall, info->si_errno);
    if (write(STDOUT_FILENO, text, (size_t)size) < 0) _exit(2);
}

static void *in_thread(void *unused) {
    show(plain());
    return unused;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    number = strtol(argv[2], NULL, 0);
    for (int n = 3; n < argc && n < 9; n++) argument[n - 3] = (long)strtoul(argv[n], NULL, 0);
    if (strcmp(argv[1], "compat") == 0) {
        show(compat());
    } else if (strcmp(argv[1], "trap") == 0) {
        struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
        sigaction(SIGSYS, &action, NULL);
        plain();
    } else if (strcmp(argv[1], "thread") == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, in_thread, NULL);
        usleep(200 * 1000);
        puts("alive");
        fflush(stdout);
        _exit(0);
    } else {
        show(plain());
    }
    return 0;
}
