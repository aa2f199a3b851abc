/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPAWN, FEED and FORK. A spawned init shares nothing with the front but the descriptors it is
 * meant to have: standard input and outputs, the preserved ones, and right after those its channel.
 * Everything else is closed by the execve of the sealed copy.
 */
#include "kernel.h"

#define FIRST_PRESERVED 3

/* The child goes on with the parent's stack and descriptors: they have to be copies. */
#define SHARING \
    (CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS)

/* Both ops clone with the arguments as they are, larger or smaller than this build knows. */
union clone {
    struct clone_args args;
    uint8_t bytes[128];
};

static long read_clone(union clone *clone, const struct call *c) {
    memset(clone, 0, sizeof *clone);
    if (c->size[0] > sizeof *clone) return -E2BIG;
    memcpy(clone, (void *)c->arg[0], c->size[0]);
    return clone->args.flags & SHARING || clone->args.stack != 0 ? -EINVAL : 0;
}

/* Moves a child that waits for its program. */
static long enter_cgroup(int directory, long pid) {
    char room[24], *number = decimal(room, pid);
    long fd = sys(__NR_openat, directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return fd;
    long written = sys(__NR_write, fd, number, strlen(number));
    sys(__NR_close, fd);
    return written;
}

/*
 * Nothing can look into the arguments of clone3, so filters of engines say that there is none; what
 * is asked for here clone can do as well, but for the cgroup.
 */
long clone_child(const struct clone_args *args, size_t size) {
    long pid = sys(__NR_clone3, args, size);
    uint64_t flags = args->flags & ~CLONE_INTO_CGROUP;
    if (pid != -ENOSYS || flags >> 32 != 0 || flags & CSIGNAL) return pid;
    pid = sys(__NR_clone, flags | args->exit_signal, 0, args->pidfd, 0, 0);
    if (pid <= 0 || !(args->flags & CLONE_INTO_CGROUP)) return pid;
    long error = enter_cgroup((int)args->cgroup, pid);
    if (error >= 0) return pid;
    sys(__NR_kill, pid, SIGKILL);
    while (sys(__NR_wait4, pid, NULL, __WALL, NULL) == -EINTR)
        ;
    if (flags & CLONE_PIDFD) sys(__NR_close, *(int *)(uintptr_t)args->pidfd);
    return error;
}

/* A number among the preserved that is not open, or ours, is filled with the sealed copy, so that
 * nothing else comes to lie there: the program closes it. */
static long fill_holes(int own, int program) {
    long error = 0;
    for (int fd = FIRST_PRESERVED; error >= 0 && fd < own; fd++) {
        long flags = sys(__NR_fcntl, fd, F_GETFD);
        if (flags < 0 || flags & FD_CLOEXEC) error = sys(__NR_dup3, program, fd, 0);
    }
    return error;
}

/* Executes the sealed copy in the child. */
static long enter(int sealed, int *channel, int preserved) {
    int own = FIRST_PRESERVED + preserved;
    long program = sys(__NR_fcntl, sealed, F_DUPFD_CLOEXEC, own + 1);
    long error = program < 0 ? program : 0;
    if (error == 0 && *channel == own)
        error = sys(__NR_fcntl, own, F_SETFD, 0);
    else if (error == 0)
        error = sys(__NR_dup3, *channel, own, 0);
    if (error < 0) return error;
    *channel = own; /* where it was there may be a hole to fill */
    error = fill_holes(own, (int)program);
    if (error >= 0) error = sys(__NR_close_range, own + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    if (error < 0) return error;
    char room[24], name[] = INIT_NAME, *argv[] = {name, decimal(room, own), NULL};
    char *envp[] = {NULL, NULL};
#ifdef JRUN_FAULTS
    envp[0] = fault_variable();
#endif
    return sys(__NR_execveat, program, "", argv, envp, AT_EMPTY_PATH);
}

/* What goes wrong in the child before it is init is the fault of the front's instruction. */
static _Noreturn void be_init(const struct machine *m, const struct call *c, int sealed,
                              int channel) {
    long error = enter(sealed, &channel, (int)c->arg[3]);
    struct result result = {.origin = m->origin,
                            .step = m->program.code[m->at].step,
                            .instruction = m->program.first + m->at,
                            .error = (int32_t)-error};
    frame_send(channel, FRAME_RESULT, &result, sizeof result, "", 0);
    leave(1);
}

long spawn(struct machine *m, const struct call *c) {
    union clone clone;
    int pidfd = -1, ends[2];
    long error = read_clone(&clone, c), sealed = error < 0 ? error : sealed_copy();
    if (sealed < 0) return sealed;
    error = sys(__NR_socketpair, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends);
    if (error < 0) return error;
    clone.args.flags |= CLONE_PIDFD;
    clone.args.pidfd = (uintptr_t)&pidfd;
    long pid = clone_child(&clone.args, c->size[0]);
    if (pid == 0) be_init(m, c, (int)sealed, ends[1]);
    sys(__NR_close, ends[1]);
    if (pid < 0) {
        sys(__NR_close, ends[0]);
        return pid;
    }
    m->reg[c->arg[1]] = ends[0];
    m->reg[c->arg[2]] = pidfd;
    return pid;
}

/* If init has died already, what it said is found on the channel by the next AWAIT. */
void feed_init(int channel, const void *bytes, size_t size) {
    frame_send(channel, FRAME_PROGRAM, "", 0, bytes, size);
}

/* The clone waits for the end of the one that was, whose SYNC has to come before the clone's
 * frames. */
long fork_init(struct machine *m, const struct call *c) {
    union clone clone;
    int ends[2];
    char none;
    if (m->origin != ORIGIN_INIT) return -EINVAL;
    long pid = read_clone(&clone, c);
    if (pid == 0) pid = sys(__NR_pipe2, ends, O_CLOEXEC);
    if (pid < 0) return pid;
    pid = clone_child(&clone.args, c->size[0]);
    if (pid > 0) return pid; /* to tell it and exit */
    sys(__NR_close, ends[1]);
    if (pid == 0) read_all(ends[0], &none, sizeof none, NO_DEADLINE, -1);
    sys(__NR_close, ends[0]);
    return pid;
}
