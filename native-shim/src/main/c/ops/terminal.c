/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal of a container in the foreground: a proxy between the caller's terminal and the
 * master end of the container's, as a part of RELAY. The caller's terminal is raw from
 * terminal_open to terminal_close, whatever ends the container; every byte the container has
 * written before its end is passed on. Nothing here blocks but the one poll of RELAY: descriptors
 * that others share are opened anew for that, where the kernel allows it, since O_NONBLOCK belongs
 * to the open file.
 */
#include "kernel.h"

#include <asm/termbits.h>
#include <asm/termios.h>

#define PIECE 4096 /* what a pipe that polls as writable takes without blocking: PIPE_BUF */
#define LAST_BYTES (256u << 10) /* more than a pty holds: others may go on writing for ever */

static struct {
    int active;
    int master, slave, caller;
    int input, output; /* our own openings of the standard descriptors, or those */
    int reads_terminal, is_raw;
    struct termios before;
    struct flow in, out;
} t; /* zero at first: nothing of it is in the file that is copied for each init */

static long control(int fd, unsigned request, void *argument) {
    return sys(__NR_ioctl, fd, request, argument);
}

static int is_terminal(int fd) {
    struct termios modes;
    return control(fd, TCGETS, &modes) == 0;
}

/* An opening of our own of a terminal or FIFO, which may be non-blocking; the descriptor itself
 * where there is none to be had. A file is left alone: its position is shared, and has to be. */
static int reopen(int fd, long flags) {
    char path[] = "/proc/self/fd/0";
    struct statx status;
    path[sizeof path - 2] = (char)('0' + fd);
    if (sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &status) < 0) return fd;
    if (!is_terminal(fd) && (status.stx_mode & S_IFMT) != S_IFIFO) return fd;
    long own = sys(__NR_openat, AT_FDCWD, path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return own < 0 ? fd : (int)own;
}

static void resize(void) {
    struct winsize size;
    if (control(t.caller, TIOCGWINSZ, &size) == 0 && (size.ws_row | size.ws_col) != 0)
        control(t.master, TIOCSWINSZ, &size);
}

static int is_foreground(void) {
    int group = 0;
    return control(t.caller, TIOCGPGRP, &group) < 0 || group == sys(__NR_getpgid, 0);
}

/*
 * Whether this job may use the caller's terminal. If it is in the background it is stopped first,
 * as the kernel would stop it if all signals were not held back: to look again once it goes on.
 * Nobody stops an orphan, or one that ignores it.
 */
static int may_use(int signal) {
    uint64_t set = (uint64_t)1 << (signal - 1);
    if (is_foreground()) return 1;
    sys(__NR_kill, 0, signal);
    sys(__NR_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof set);
    sys(__NR_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof set);
    return is_foreground();
}

/*
 * Raw: every byte typed is the container's, and what it writes has been through its own terminal.
 * If the output goes elsewhere, others may write to this terminal, and their line ends are kept.
 */
static void make_raw(void) {
    int here = may_use(SIGTTOU);
    t.in.from = here || !t.reads_terminal ? t.input : -1;
    if (!here) return;
    struct termios raw = t.before;
    raw.c_iflag &= ~(unsigned)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    if (is_terminal(1)) raw.c_oflag &= ~(unsigned)OPOST;
    raw.c_lflag &= ~(unsigned)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cflag = (raw.c_cflag & ~(unsigned)(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    t.is_raw |= control(t.caller, TCSETS, &raw) == 0;
}

/* master < 0: there is no terminal, and nothing is done here ever. */
long terminal_open(int master, int caller) {
    if (master < 0) return 0;
    long error = sys(__NR_fcntl, master, F_SETFL, O_RDWR | O_NONBLOCK);
    if (error < 0) return error;
    /* A terminal that has gone away meanwhile is no terminal, and no reason to end a container. */
    t.caller = control(caller, TCGETS, &t.before) == 0 ? caller : -1;
    t.master = master;
    /* Open for as long as the container lives: without it the master would be at its end, for good,
     * as soon as the container has closed the terminal once. */
    t.slave = (int)sys(__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    t.reads_terminal = is_terminal(0);
    t.input = reopen(0, O_RDONLY);
    t.output = reopen(1, O_WRONLY);
    flow_start(&t.in, t.input, master, sizeof t.in.bytes);
    flow_start(&t.out, master, t.output, t.output == 1 ? PIECE : sizeof t.out.bytes);
    t.is_raw = 0;
    t.active = 1;
    resize();
    make_raw();
    return 0;
}

/* What there is to wait for, in TERMINAL_POLLS entries. */
void terminal_poll(struct pollfd *set) {
    for (int n = 0; n < TERMINAL_POLLS; n++) set[n] = (struct pollfd){-1, 0, 0};
    if (!t.active) return;
    if (!flow_has_bytes(&t.in) && flow_has_room(&t.in))
        set[0] = (struct pollfd){t.in.from, POLLIN, 0};
    if (flow_has_room(&t.out)) set[1] = (struct pollfd){t.master, POLLIN, 0};
    if (flow_has_bytes(&t.in)) set[2] = (struct pollfd){t.master, POLLOUT, 0};
    if (flow_has_bytes(&t.out)) set[3] = (struct pollfd){t.out.to, POLLOUT, 0};
}

static void read_input(void) {
    if (flow_fill(&t.in) > 0 || t.in.from >= 0) return;
    /* The end; or a terminal that another job has now, which gives EIO. */
    if (t.reads_terminal && !may_use(SIGTTIN)) return;
    t.input = -1;
}

/* Does what terminal_poll found to be possible. */
void terminal_move(const struct pollfd *set) {
    if (!t.active) return;
    if (set[0].revents) read_input();
    if (set[1].revents) flow_fill(&t.out);
    if (set[2].revents) flow_spill(&t.in);
    if (set[3].revents) flow_spill(&t.out);
    if (t.in.to < 0) t.in.from = -1; /* nobody to type for: what comes is the caller's */
}

/* A signal for the front that may concern the terminal. */
void terminal_signal(uint32_t signal) {
    if (!t.active) return;
    if (signal == SIGCONT) make_raw(); /* whoever had the terminal meanwhile has set it his way */
    if (signal == SIGWINCH || signal == SIGCONT) resize();
}

static int wants_end(int signals) {
    struct signalfd_siginfo info;
    if (sys(__NR_read, signals, &info, sizeof info) != sizeof info) return 0;
    return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT || info.ssi_signo == SIGHUP ||
           info.ssi_signo == SIGQUIT;
}

/* Passes on what the container had written when it ended: the kernel has it all ready by then. */
static void drain(int signals) {
    for (size_t passed = 0;;) {
        size_t n = passed < LAST_BYTES ? flow_fill(&t.out) : 0;
        passed += n;
        if (flow_has_bytes(&t.out)) {
            struct pollfd set[2] = {{t.out.to, POLLOUT, 0}, {signals, POLLIN, 0}};
            if (poll_until(set, 2, NO_DEADLINE) < 0) return;
            if (set[1].revents && wants_end(signals)) return;
            if (set[0].revents) flow_spill(&t.out);
        } else if (n == 0) {
            return;
        }
    }
}

/* Puts the caller's terminal back as it was. */
void terminal_close(int signals) {
    if (!t.active) return;
    if (t.slave >= 0) sys(__NR_close, t.slave);
    drain(signals);
    if (t.is_raw && is_foreground()) control(t.caller, TCSETS, &t.before);
    if (t.input > 2) sys(__NR_close, t.input);
    if (t.output > 2) sys(__NR_close, t.output);
    t.active = 0;
}
