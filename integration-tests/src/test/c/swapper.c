/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges two files of a directory, as fast as it can, until it is ended: swapper A B. What
 * stands at either name is never missing, and is another thing a moment later. It says how often,
 * on SIGTERM.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t ended;

static void end(int number) {
    (void)number;
    ended = 1;
}

int main(int argc, char **argv) {
    long times = 0;
    if (argc != 3) return 2;
    signal(SIGTERM, end);
    for (; !ended; times++) {
        if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
            perror("renameat2");
            return 1;
        }
    }
    printf("%ld\n", times);
    return 0;
}
