/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: what children of this program start with, how a closed pipe is survived, ENDS, by which
 * an init that waits can be ended, and RELAY, by which a front in the foreground passes on what it
 * is sent and reaps what ends.
 */
#include "kernel.h"

#define SIGNALS 64
#define SIGNAL_SET_SIZE 8

/* As the kernel lays it out; the same on both architectures. */
struct action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

void signals_default(void) {
    struct action action = {0};
    uint64_t none = 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        sys(__NR_rt_sigaction, signal, &action, NULL, SIGNAL_SET_SIZE);
    sys(__NR_rt_sigprocmask, SIG_SETMASK, &none, NULL, SIGNAL_SET_SIZE);
}

static void ignore(int signal) { (void)signal; }

#if defined(__x86_64__)
__asm__(".text\n.type signal_return,@function\nsignal_return:\nmov $15,%eax\nsyscall\n");
void signal_return(void) __attribute__((visibility("hidden")));
#endif

/* A caller that ignores SIGCHLD would have the kernel reap what is to be waited for. */
void notice_children(void) {
    struct action action = {0};
    sys(__NR_rt_sigaction, SIGCHLD, &action, NULL, SIGNAL_SET_SIZE);
}

static void handle(int signal, void (*handler)(int)) {
    uintptr_t address = (uintptr_t)handler;
    __asm__("" : "+r"(address)); /* lest it becomes a constant, which would be a relocation */
    struct action action = {.handler = address, .flags = SA_RESTART};
#if defined(__x86_64__)
    action.flags |= SA_RESTORER;
    action.restorer = (uintptr_t)signal_return;
#endif
    sys(__NR_rt_sigaction, signal, &action, NULL, SIGNAL_SET_SIZE);
}

static volatile int ends_now, ends_by, tells;

/* While init tells what nobody may listen to any more, SIGPIPE ends nothing. */
void tell_whoever_listens(int whether) { tells = whether; }

static void end(int signal) {
    if (signal == SIGPIPE && tells) return;
    if (ends_now == ENDS_LATER) ends_by = signal;
    if (ends_now == ENDS_AT_ONCE) leave(128 + signal);
}

/*
 * The first process of a pid namespace is spared by every signal that it does not handle. Once
 * they are handled nothing is asked of the kernel any more: a filter of system calls need not
 * permit it. execve gives all of them their default action back.
 */
void end_by_signals(unsigned when, uint64_t set) {
    ends_now = (int)when;
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (set >> (signal - 1) & 1) handle(signal, end);
    if (when == ENDS_AT_ONCE && ends_by != 0) leave(128 + ends_by);
}

/* What a write that fails would end this process by: a pipe that nobody reads (SIGPIPE), a file
 * that may not be that large (SIGXFSZ, by RLIMIT_FSIZE). It fails with an errno then. An empty
 * handler, since execve resets it: SIG_IGN would be handed on to what is executed. */
void survive_writes(void) {
    handle(SIGPIPE, ignore);
    handle(SIGXFSZ, ignore);
}

/* Reaps every child that has ended; gives the pid's wait status, -EAGAIN if it is not among them.
 */
static long reap(struct machine *m, int pid) {
    long status = -EAGAIN;
    for (;;) {
        int one = 0;
        long child = sys(__NR_wait4, -1, &one, WNOHANG | __WALL, NULL);
        if (child == -EINTR) continue;
        if (child <= 0) return child == -ECHILD && status == -EAGAIN ? -ECHILD : status;
        if (child == m->core) m->core = 0; /* its pid may be another's soon */
        if (child == pid) status = one;
    }
}

static void forward(int signals, int pidfd) {
    struct signalfd_siginfo info;
    if (sys(__NR_read, signals, &info, sizeof info) != sizeof info) return;
    terminal_signal(info.ssi_signo);
    if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGURG && info.ssi_signo != SIGWINCH)
        sys(__NR_pidfd_send_signal, pidfd, info.ssi_signo, NULL, 0);
}

/*
 * master and caller: the container's terminal and the caller's, or -1. until: gives -EAGAIN, with
 * the process alive, once this can be read; -1: never.
 */
long relay(struct machine *m, int pid, int pidfd, int master, int caller, int until) {
    uint64_t all = ~(uint64_t)0;
    if (pidfd < 0) return -EBADF;
    long signals = sys(__NR_signalfd4, -1, &all, SIGNAL_SET_SIZE, O_CLOEXEC | O_NONBLOCK);
    if (signals < 0) return signals;
    long status = terminal_open(master, caller);
    if (status == 0) status = -EAGAIN;
    for (int told = 0; status == -EAGAIN && !told;) {
        struct pollfd set[3 + TERMINAL_POLLS] = {
            {(int)signals, POLLIN, 0}, {pidfd, POLLIN, 0}, {until, POLLIN, 0}};
        terminal_poll(set + 3);
        status = poll_until(set, 3 + TERMINAL_POLLS, NO_DEADLINE);
        if (status < 0) break;
        told = set[2].revents != 0;
        terminal_move(set + 3);
        if (set[0].revents) forward((int)signals, pidfd);
        status = reap(m, pid);
        if (status == -EAGAIN && set[1].revents)
            status = -ECHILD; /* it has ended, and was not ours to wait for */
        if (status == -ECHILD && !set[1].revents) status = -EAGAIN;
    }
    terminal_close((int)signals);
    sys(__NR_close, signals);
    return status;
}
