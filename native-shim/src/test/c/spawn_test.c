/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPAWN, FORK, RELAY and the seals: a real init, executed from the sealed copy of this test, with
 * the sanitizers in it.
 */
#include "harness.h"

#include <sys/resource.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NEW_MOUNTS 0x00020000
#define NEW_UTS 0x04000000
#define NEW_PIDS 0x20000000
#define CLONE_PARENT_FLAG 0x00008000
#define SHARE_MEMORY 0x00000100

enum { PID = 10, CHANNEL, PIDFD, STATUS, SAID };

static struct assembly front, init;
static struct machine m;
static uint8_t *bytes;
static int core[2];

static uint64_t clone_flags(struct assembly *a, uint64_t flags) {
    return data_of(a, (uint64_t[8]){flags, 0, 0, 0, SIGCHLD}, 64);
}

static void begin(void) {
    memset(&front, 0, sizeof front);
    memset(&init, 0, sizeof init);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, core), 0);
    machine_start(&m, ORIGIN_FRONT, core[0], core[0]);
}

static void end(void) {
    close(core[0]);
    close(core[1]);
    if (m.reg[CHANNEL] >= 0) close((int)m.reg[CHANNEL]);
    if (m.reg[PIDFD] >= 0) close((int)m.reg[PIDFD]);
    free(bytes);
    bytes = NULL;
    CHECK_EQUAL(waitpid(-1, NULL, 0), -1); /* every test reaps what it started */
}

static void emit_spawn(uint64_t flags, int preserved) {
    size_t size;
    uint8_t *program = assemble(&init, &size);
    uint64_t clone = clone_flags(&front, flags), reference = data_of(&front, program, size);
    free(program);
    EMIT(&front, OP_SPAWN, PID, DATA(clone), IMM(CHANNEL), IMM(PIDFD), IMM(preserved));
    EMIT(&front, OP_FEED, 255, REG(CHANNEL), DATA(reference));
}

static void emit_wait(void) {
    uint64_t status = data_of(&front, NULL, 8);
    CALL(&front, __NR_wait4, 255, REG(PID), DATA(status), NONE, NONE);
    EMIT(&front, OP_LOAD, STATUS, IMM((uint32_t)status), IMM(4));
}

static void emit_exec(const char *path) {
    uint64_t name = text_of(&init, path), argv = pointers_to(&init, &name, 1);
    CALL(&init, __NR_execve, 255, DATA(name), DATA(argv), IMM(0));
}

static long run(void) {
    size_t size;
    free(bytes);
    bytes = assemble(&front, &size);
    machine_run(&m, bytes, size);
    memset(&front, 0, sizeof front);
    return m.result.error;
}

static void init_is_launched_in_namespaces(void) {
    begin();
    CALL(&init, __NR_getpid, 1);
    EMIT(&init, OP_SYNC, 255, NONE, IMM(1), REG(1));
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(2));
    emit_exec("/bin/true");
    emit_spawn(NEW_MOUNTS | NEW_PIDS | NEW_UTS, 0);
    EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), NONE, IMM(5000));
    EMIT(&front, OP_SYNC, 255, REG(CHANNEL), IMM(2), NONE);
    EMIT(&front, OP_AWAIT, 255, REG(CHANNEL), IMM(3), IMM(AWAIT_END_IS_FINE), IMM(5000));
    emit_wait();
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[SAID], 1); /* it is the first of its pid namespace */
    CHECK_EQUAL(m.reg[STATUS], 0);
    CHECK(m.reg[PID] > 1);
    CHECK_EQUAL(fcntl((int)m.reg[PIDFD], F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(fcntl((int)m.reg[CHANNEL], F_GETFD), FD_CLOEXEC);
    end();
}

static void init_starts_clean(void) {
    static const long calls[][3] = {{__NR_umask, 022, 0},
                                    {__NR_prctl, 3 /* PR_GET_DUMPABLE */, 0},
                                    {__NR_fcntl, 3, F_GETFD}, /* its channel, when none is kept */
                                    {__NR_getppid, 0, 0}};
    begin();
    signal(SIGUSR2, SIG_IGN);
    umask(077);
    for (int n = 0; n < 4; n++) {
        CALL(&init, calls[n][0], (uint8_t)n, IMM(calls[n][1]), IMM(calls[n][2]));
        EMIT(&init, OP_SYNC, 255, NONE, IMM(n), REG((uint64_t)n));
    }
    uint64_t mask = data_of(&init, NULL, 8), action = data_of(&init, NULL, 32);
    CALL(&init, __NR_rt_sigprocmask, 255, NONE, NONE, DATA(mask), IMM(8));
    EMIT(&init, OP_LOAD, 5, IMM((uint32_t)mask), IMM(8));
    EMIT(&init, OP_SYNC, 255, NONE, IMM(4), REG(5));
    CALL(&init, __NR_rt_sigaction, 255, IMM(SIGUSR2), NONE, DATA(action), IMM(8));
    EMIT(&init, OP_LOAD, 6, IMM((uint32_t)action), IMM(8));
    EMIT(&init, OP_SYNC, 255, NONE, IMM(5), REG(6));
    emit_spawn(0, 0);
    for (int n = 0; n < 6; n++)
        EMIT(&front, OP_AWAIT, (uint8_t)(20 + n), REG(CHANNEL), IMM(n), NONE, IMM(5000));
    emit_wait();
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], 0); /* a program that ran to its end is silent */
    static const long wanted[] = {0, 0, FD_CLOEXEC, -2, 0, 0};
    for (int n = 0; n < 6; n++) CHECK_EQUAL(m.reg[20 + n], n == 3 ? getpid() : wanted[n]);
    signal(SIGUSR2, SIG_DFL);
    umask(022);
    end();
}

static void failures_of_init_are_told(void) {
    begin();
    CALL(&init, __NR_getpid, 1);
    CALL(&init, __NR_close, 1, IMM(-1))->step = 91;
    emit_spawn(0, 0);
    EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), NONE, IMM(5000));
    CHECK_EQUAL(run(), EBADF);
    CHECK_EQUAL(m.result.origin, ORIGIN_INIT);
    CHECK_EQUAL(m.result.instruction, 1);
    CHECK_EQUAL(m.result.step, 91);
    emit_wait();
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], 1 << 8);
    end();
}

static void a_sync_to_a_dead_init_tells_why(void) {
    begin();
    CALL(&init, __NR_close, 1, IMM(-1))->step = 92;
    emit_spawn(0, 0);
    emit_wait();
    EMIT(&front, OP_SYNC, 255, REG(CHANNEL), IMM(1), IMM(1));
    CHECK_EQUAL(run(), EBADF);
    CHECK_EQUAL(m.result.step, 92);
    EMIT(&front, OP_SYNC, 255, REG(CHANNEL), IMM(1), IMM(1));
    CHECK_EQUAL(run(), EPIPE); /* and once that is known, no more */
    end();
}

static void init_refuses_a_bad_program(void) {
    begin();
    EMIT(&init, OPS, 255, NONE);
    emit_spawn(0, 0);
    EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), NONE, IMM(5000));
    CHECK_EQUAL(run(), EBADMSG);
    CHECK_EQUAL(m.result.origin, ORIGIN_INIT);
    emit_wait();
    CHECK_EQUAL(run(), 0);
    end();
}

static void init_ends_with_its_channel(void) {
    begin();
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(2));
    emit_spawn(0, 0);
    CALL(&front, __NR_close, 255, REG(CHANNEL));
    emit_wait();
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], 1 << 8);
    m.reg[CHANNEL] = -1;
    end();
}

static void more_preserved_than_there_may_be_is_an_error(void) {
    struct rlimit limit, few;
    CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 100;
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &few), 0);
    begin();
    emit_spawn(0, 100);
    EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), NONE, IMM(5000));
    CHECK_EQUAL(run(), EINVAL);
    CHECK_EQUAL(m.result.origin, ORIGIN_FRONT); /* and of the instruction that asked for it */
    CHECK_EQUAL(m.result.instruction, 0);
    emit_wait();
    CHECK_EQUAL(run(), 0);
    end();
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* In a child, as below: the front's own descriptors lie in the holes, its channel among them. */
static void a_hole_among_the_preserved_is_filled_with_the_sealed_copy(void) {
    int child = fork(), status;
    if (child == 0) {
        sys(__NR_close_range, 3, ~0u, 0);
        dup2(2, 12);
        begin();
        emit_exec("/bin/true");
        uint64_t written = data_of(&init, "x", 2);
        init.code[1].nr = __NR_getpid;    /* stay */
        for (int fd = 3; fd < 12; fd++) { /* of a file that is sealed, unlike the one preserved */
            CALL(&init, __NR_fcntl, 3, IMM(fd), IMM(F_GET_SEALS));
            EMIT(&init, OP_TEST, 255, REG(3), IMM(F_SEAL_WRITE), IMM(F_SEAL_WRITE), IMM(EDOM));
        }
        CALL(&init, __NR_write, 255, IMM(12), DATA(written), IMM(0));
        CALL(&init, __NR_fcntl, 3, IMM(13), IMM(F_GETFD));
        EMIT(&init, OP_TEST, 255, REG(3), IMM(-1), IMM(FD_CLOEXEC), IMM(EDOM)); /* the channel */
        emit_spawn(0, 10);
        EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), IMM(AWAIT_END_IS_FINE), IMM(5000));
        emit_wait();
        CHECK_EQUAL(run(), 0);
        CHECK_EQUAL(m.reg[STATUS], 0);
        _exit(test_failed);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

/* In a child, since it rearranges descriptors: two kept, one beyond them leaked. */
static void only_the_preserved_are_handed_on(void) {
    int child = fork(), status;
    if (child == 0) {
        sys(__NR_close_range, 3, ~0u, 0);
        dup2(2, 3);
        dup2(2, 4);
        dup2(2, 40); /* not closed on exec, and not asked for */
        begin();
        emit_exec("/bin/true");
        for (int fd = 3; fd < 6; fd++) CALL(&init, __NR_fcntl, (uint8_t)fd, IMM(fd), IMM(F_GETFD));
        for (int fd = 6; fd < 50; fd++)
            CALL(&init, __NR_fcntl, 6, IMM(fd), IMM(F_GETFD))->on[0].error = EBADF;
        init.code[1].nr = __NR_getpid; /* stay */
        EMIT(&init, OP_TEST, 255, REG(3), IMM(-1), IMM(0), IMM(EDOM));
        EMIT(&init, OP_TEST, 255, REG(4), IMM(-1), IMM(0), IMM(EDOM));
        EMIT(&init, OP_TEST, 255, REG(5), IMM(-1), IMM(FD_CLOEXEC), IMM(EDOM)); /* the channel */
        EMIT(&init, OP_TEST, 255, REG(6), IMM(-1), IMM(-EBADF), IMM(EDOM));
        emit_spawn(0, 2);
        EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(1), IMM(AWAIT_END_IS_FINE), IMM(5000));
        emit_wait();
        CHECK_EQUAL(run(), 0);
        CHECK_EQUAL(m.reg[STATUS], 0);
        _exit(test_failed);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

static void clones_must_not_share(void) {
    begin();
    emit_spawn(SHARE_MEMORY, 0);
    CHECK_EQUAL(run(), EINVAL);
    uint64_t clone = data_of(&front, (uint64_t[8]){0, 0, 0, 0, SIGCHLD, 4096}, 64);
    EMIT(&front, OP_SPAWN, PID, DATA(clone), IMM(CHANNEL), IMM(PIDFD), IMM(0));
    CHECK_EQUAL(run(), EINVAL);
    clone = clone_flags(&front, 0);
    EMIT(&front, OP_FORK, PID, DATA(clone), IMM(1)); /* the front does not fork itself */
    CHECK_EQUAL(run(), EINVAL);
    end();
}

static void init_forks(void) {
    begin();
    uint64_t clone = data_of(&init, (uint64_t[8]){NEW_PIDS | CLONE_PARENT_FLAG}, 64);
    EMIT(&init, OP_FORK, 7, DATA(clone), IMM(8));
    CALL(&init, __NR_getpid, 1);
    EMIT(&init, OP_SYNC, 255, NONE, IMM(9), REG(1));
    EMIT(&init, OP_SYNC, 255, NONE, IMM(10), REG(7));
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(11));
    emit_spawn(0, 0);
    EMIT(&front, OP_AWAIT, SAID, REG(CHANNEL), IMM(8), NONE, IMM(5000));
    CHECK_EQUAL(run(), 0);
    long clone_pid = m.reg[SAID];
    CHECK(clone_pid > 1 && clone_pid != m.reg[PID]);
    emit_wait();
    uint64_t status = data_of(&front, NULL, 8);
    EMIT(&front, OP_AWAIT, 20, REG(CHANNEL), IMM(9), NONE, IMM(5000));
    EMIT(&front, OP_AWAIT, 21, REG(CHANNEL), IMM(10), NONE, IMM(5000));
    EMIT(&front, OP_SYNC, 255, REG(CHANNEL), IMM(11), NONE);
    CALL(&front, __NR_wait4, 22, IMM(clone_pid), DATA(status), NONE, NONE);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], 0);
    CHECK_EQUAL(m.reg[20], 1);
    CHECK_EQUAL(m.reg[21], 0); /* in the clone FORK gave 0 */
    CHECK_EQUAL(m.reg[22], clone_pid);
    end();
}

/* The program says when: by then signals are blocked, and wait for the relay. */
static void emit_go(int end) {
    uint64_t word = data_of(&front, "x", 1);
    CALL(&front, __NR_write, 255, IMM(end), DATA(word), IMM(1));
}

/* A process that sends another signal, if any, and SIGTERM. */
static void send_when_told(const int go[2], int another) {
    int us = getpid();
    if (fork() != 0) return;
    char byte;
    close(go[1]); /* its end, should the program fail before */
    if (read(go[0], &byte, 1) != 1) _exit(1);
    usleep(20000); /* mostly it relays by then; if not, the signal is pending */
    if (another) kill(us, another);
    kill(us, SIGTERM);
    _exit(0);
}

static void relay_forwards_signals_and_reaps(void) {
    begin();
    emit_exec("/bin/cat"); /* of a terminal or a pipe that does not end */
    int input[2], go[2], saved = dup(0);
    CHECK_EQUAL(pipe2(input, O_CLOEXEC), 0);
    CHECK_EQUAL(pipe2(go, O_CLOEXEC), 0);
    dup2(input[0], 0);
    emit_spawn(0, 0);
    EMIT(&front, OP_AWAIT, 255, REG(CHANNEL), IMM(3), IMM(AWAIT_END_IS_FINE), IMM(5000));
    uint64_t all = data_of(&front, (uint64_t[]){UINT64_MAX}, 8);
    CALL(&front, __NR_rt_sigprocmask, 255, IMM(SIG_BLOCK), DATA(all), NONE, IMM(8));
    emit_go(go[1]);
    EMIT(&front, OP_RELAY, STATUS, REG(PID), REG(PIDFD));
    send_when_told(go, SIGWINCH); /* not forwarded; it would do nothing */
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], SIGTERM);
    close(go[0]);
    close(go[1]);
    uint64_t none = 0;
    sys(__NR_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    dup2(saved, 0);
    close(saved);
    close(input[0]);
    close(input[1]);
    waitpid(-1, NULL, 0); /* the sender, if it has outlived the relay */
    end();
}

static void relay_ends_early_when_it_is_told(void) {
    begin();
    emit_exec("/bin/cat");
    int input[2], told[2], go[2], saved = dup(0);
    CHECK_EQUAL(pipe2(input, O_CLOEXEC), 0);
    CHECK_EQUAL(pipe2(go, O_CLOEXEC), 0);
    CHECK_EQUAL(pipe2(told, O_CLOEXEC), 0);
    dup2(input[0], 0);
    emit_spawn(0, 0);
    EMIT(&front, OP_AWAIT, 255, REG(CHANNEL), IMM(3), IMM(AWAIT_END_IS_FINE), IMM(5000));
    uint64_t all = data_of(&front, (uint64_t[]){UINT64_MAX}, 8);
    CALL(&front, __NR_rt_sigprocmask, 255, IMM(SIG_BLOCK), DATA(all), NONE, IMM(8));
    EMIT(&front, OP_RELAY, STATUS, REG(PID), REG(PIDFD), NONE, NONE, IMM(told[0]));
    front.code[front.count - 1].on[0].error = EAGAIN;
    emit_go(go[1]);
    EMIT(&front, OP_RELAY, STATUS + 1, REG(PID), REG(PIDFD));
    CHECK_EQUAL(write(told[1], "x", 1), 1);
    send_when_told(go, 0);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[STATUS], -EAGAIN);
    CHECK_EQUAL(m.reg[STATUS + 1], SIGTERM);
    uint64_t none = 0;
    sys(__NR_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    dup2(saved, 0);
    close(saved);
    for (int n = 0; n < 2; n++) {
        close(input[n]);
        close(told[n]);
        close(go[n]);
    }
    waitpid(-1, NULL, 0); /* the sender, if it has outlived the relay */
    end();
}

static void relay_of_a_stranger_ends(void) {
    begin();
    EMIT(&front, OP_RELAY, STATUS, IMM(getpid()), IMM(-1));
    int pid = fork();
    if (pid == 0) {
        usleep(1000);
        int stranger = fork();
        if (stranger == 0) pause();
        long pidfd = sys(__NR_pidfd_open, stranger, 0);
        if (fork() == 0) { /* not the stranger's parent */
            front.code[0].arg[0] = (uint64_t)stranger;
            front.code[0].arg[1] = (uint64_t)pidfd;
            kill(stranger, SIGKILL);
            _exit(run() != ECHILD);
        }
        int status = 1, other = 0;
        for (int n = 0; n < 2; n++) {
            int one;
            if (wait(&one) == stranger)
                other = one;
            else
                status = one;
        }
        _exit(status != 0 || other != SIGKILL);
    }
    int status;
    CHECK_EQUAL(waitpid(pid, &status, 0), pid);
    CHECK_EQUAL(status, 0);
    memset(&front, 0, sizeof front);
    end();
}

static void the_copy_is_sealed(void) {
    long fd = sealed_copy();
    CHECK(fd > 2);
    CHECK_EQUAL(sealed_copy(), fd);
    CHECK_EQUAL(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(pwrite((int)fd, "x", 1, 0), -1);
    CHECK_EQUAL(errno, EPERM);
    CHECK_EQUAL(ftruncate((int)fd, 0), -1);
    CHECK_EQUAL(ftruncate((int)fd, (1 << 16) - 1), -1);
    CHECK_EQUAL(sys(__NR_fcntl, fd, 1033 /* F_ADD_SEALS */, 0), -EPERM);
    struct stat copy, own;
    CHECK(fstat((int)fd, &copy) == 0 && stat("/proc/self/exe", &own) == 0);
    CHECK_EQUAL(copy.st_size, own.st_size);
    CHECK_EQUAL(is_sealed(), -EPERM); /* this process runs from a file that has no seals */
}

void spawn_tests(void) {
    RUN(a_hole_among_the_preserved_is_filled_with_the_sealed_copy); /* first, too */
    RUN(only_the_preserved_are_handed_on);                          /* first: no copy is open yet */
    RUN(init_is_launched_in_namespaces);
    RUN(init_starts_clean);
    RUN(failures_of_init_are_told);
    RUN(a_sync_to_a_dead_init_tells_why);
    RUN(init_refuses_a_bad_program);
    RUN(init_ends_with_its_channel);
    RUN(more_preserved_than_there_may_be_is_an_error);
    RUN(clones_must_not_share);
    RUN(init_forks);
    RUN(relay_forwards_signals_and_reaps);
    RUN(relay_ends_early_when_it_is_told);
    RUN(relay_of_a_stranger_ends);
    RUN(the_copy_is_sealed);
}
