/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process whose first thread has ended while another goes on: /proc shows a zombie, and yet the
 * process runs, and nobody can wait for it.
 *
 *   headless           goes on for ever
 *   headless CODE      ends with this code once the first thread has ended
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_t first;

static void *go_on(void *code) {
    pthread_join(first, NULL);
    while (!code) pause();
    _exit(atoi(code));
}

int main(int argc, char **argv) {
    pthread_t second;
    first = pthread_self();
    if (pthread_create(&second, NULL, go_on, argc > 1 ? argv[1] : NULL) != 0) return 1;
    /* The thread alone: exit_group is what ends a process. */
    syscall(SYS_exit, 0);
}
