/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HOOK: runs a program of the host's or the container's, feeds it its standard input and reports
 * what it prints as it comes. It waits for the process, not for the pipes, and when time is up or
 * the core has died it kills the whole process group: nothing of a hook is left to hang on.
 */
#include "kernel.h"

#define CHUNK 4080     /* with both headers what a FIFO takes in one piece */
#define LAST_CHUNKS 32 /* more than a pipe holds: a grandchild may go on writing for ever */

enum { IN, OUT, ERR, STATUS, PIPES };

struct run {
    int pid, pidfd;
    int read[PIPES], write[PIPES];
    const uint8_t *input;
    size_t left;
};

static void shut(int *fd) {
    if (*fd >= 0) sys(__NR_close, *fd);
    *fd = -1;
}

static _Noreturn void become(const struct run *r, const struct call *c) {
    sys(__NR_setsid);
    sys(__NR_dup3, r->read[IN], 0, 0);
    sys(__NR_dup3, r->write[OUT], 1, 0);
    sys(__NR_dup3, r->write[ERR], 2, 0);
    sys(__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
    signals_default();
    int error = (int)-sys(__NR_execve, c->arg[0], c->arg[1], c->arg[2]);
    sys(__NR_write, r->write[STATUS], &error, sizeof error);
    leave(127);
}

/* Gives minus the errno with which the program could not be executed. */
static long start(struct run *r, const struct call *c) {
    struct clone_args args = {
        .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&r->pidfd, .exit_signal = SIGCHLD};
    for (int n = 0; n < PIPES; n++) {
        int ends[2];
        long error = sys(__NR_pipe2, ends, O_CLOEXEC);
        if (error < 0) return error;
        r->read[n] = ends[0];
        r->write[n] = ends[1];
    }
    long pid = clone_child(&args, sizeof args);
    if (pid == 0) become(r, c);
    if (pid < 0) return pid;
    r->pid = (int)pid;
    shut(&r->write[OUT]);
    shut(&r->write[ERR]);
    shut(&r->write[STATUS]);
    int error = 0;
    read_all(r->read[STATUS], &error, sizeof error, NO_DEADLINE, -1);
    sys(__NR_fcntl, r->write[IN], F_SETFL, O_NONBLOCK);
    sys(__NR_fcntl, r->read[OUT], F_SETFL, O_NONBLOCK);
    sys(__NR_fcntl, r->read[ERR], F_SETFL, O_NONBLOCK);
    return -error;
}

/*
 * The reading end of the input stays open here too, so that a hook which does not read cannot break
 * the pipe: not reading one's input is no error.
 */
static void feed(struct run *r) {
    if (r->left > 0) {
        long n = sys(__NR_write, r->write[IN], r->input, r->left);
        if (n > 0) {
            r->input += n;
            r->left -= (size_t)n;
        }
    }
    if (r->left == 0) shut(&r->write[IN]);
}

/* Reports one chunk of output; 0 when there is nothing more to be had now. */
static int drain(struct machine *m, int *fd, uint32_t tag) {
    uint8_t chunk[CHUNK];
    if (*fd < 0) return 0;
    long n = sys(__NR_read, *fd, chunk, sizeof chunk);
    if (n > 0)
        report(m, tag, chunk, (size_t)n);
    else if (n == 0)
        shut(fd);
    return n > 0;
}

/* 0 when the process has ended by itself. */
static long attend(struct machine *m, struct run *r, uint32_t tag, int64_t deadline) {
    for (;;) {
        struct pollfd set[] = {{r->pidfd, POLLIN, 0},
                               {m->watch, 0, 0},
                               {r->write[IN], POLLOUT, 0},
                               {r->read[OUT], POLLIN, 0},
                               {r->read[ERR], POLLIN, 0}};
        long ready = poll_until(set, sizeof set / sizeof *set, deadline);
        if (ready < 0) return ready;
        if (set[1].revents) return -CORE_GONE;
        if (set[0].revents) return 0;
        if (set[2].revents) feed(r);
        if (set[3].revents) drain(m, &r->read[OUT], tag);
        if (set[4].revents) drain(m, &r->read[ERR], tag + 1);
    }
}

long hook(struct machine *m, const struct call *c) {
    struct run r = {.pidfd = -1,
                    .read = {-1, -1, -1, -1},
                    .write = {-1, -1, -1, -1},
                    .input = (const uint8_t *)c->arg[3],
                    .left = c->size[3]};
    uint32_t tag = (uint32_t)c->arg[5];
    int64_t deadline = deadline_after(c->arg[4]);
    int status = 0;
    long error = start(&r, c);
    if (error == 0) error = attend(m, &r, tag, deadline);
    if (r.pid > 0) {
        if (error < 0) {
            sys(__NR_kill, -r.pid, SIGKILL);
            sys(__NR_kill, r.pid, SIGKILL);
        }
        while (sys(__NR_wait4, r.pid, &status, __WALL, NULL) == -EINTR)
            ;
        for (int n = 0; n < LAST_CHUNKS && drain(m, &r.read[OUT], tag); n++)
            ;
        for (int n = 0; n < LAST_CHUNKS && drain(m, &r.read[ERR], tag + 1); n++)
            ;
    }
    shut(&r.pidfd);
    for (int n = 0; n < PIPES; n++) {
        shut(&r.read[n]);
        shut(&r.write[n]);
    }
    return error < 0 ? error : status;
}
