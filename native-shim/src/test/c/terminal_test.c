/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proxy in RELAY, between two terminals made here: the caller's, which this test is the user
 * of, and the container's, on which a shell runs. The front is a child, so that its standard
 * descriptors, session and signal mask are its own.
 */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

static int user, tty; /* the two ends of the caller's terminal */
static struct termios before;
static char seen[1 << 20];
static size_t seen_size;
static int front;

/* Runs the script on a terminal of its own and relays; ends with its exit code. */
static _Noreturn void be_front(const char *script, int input) {
    static struct machine m;
    int master, slave;
    struct winsize size = {10, 20, 0, 0};
    setsid();
    ioctl(tty, TIOCSCTTY, 0);
    dup2(input, 0);
    dup2(tty, 1);
    dup2(tty, 2);
    openpty(&master, &slave, NULL, NULL, &size);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int pid = fork();
    if (pid == 0) {
        signals_default(); /* a shell cannot trap what it was started to ignore */
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
        close(master);
        close(slave);
        close(user);
        close(tty);
        execl("/bin/sh", "sh", "-c", script, NULL);
        _exit(127);
    }
    close(slave);
    close(user);
    machine_start(&m, ORIGIN_FRONT, -1, -1);
    long status = relay(&m, pid, (int)sys(__NR_pidfd_open, pid, 0), master, tty, -1);
    _exit(status < 0 ? 99 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void begin_with(const char *script, int input) {
    struct winsize size = {33, 44, 0, 0};
    seen_size = 0;
    CHECK_EQUAL(openpty(&user, &tty, NULL, NULL, &size), 0);
    tcgetattr(tty, &before);
    front = fork();
    if (front == 0) be_front(script, input < 0 ? tty : input);
    fcntl(user, F_SETFL, O_RDWR | O_NONBLOCK);
}

static void begin(const char *script) { begin_with(script, -1); }

static int read_some(void) {
    struct pollfd set = {user, POLLIN, 0};
    if (poll(&set, 1, 20) <= 0) return 0;
    if (seen_size == sizeof seen) seen_size = 0;
    ssize_t n = read(user, seen + seen_size, sizeof seen - seen_size);
    if (n > 0) seen_size += (size_t)n;
    return n > 0;
}

static int appears(const char *text) {
    for (int n = 0; n < 500; n++) {
        if (memmem(seen, seen_size, text, strlen(text))) return 1;
        read_some();
    }
    return 0;
}

static void type(const char *text) { CHECK_EQUAL(write(user, text, strlen(text)), strlen(text)); }

static int is_as_before(void) {
    struct termios after;
    return tcgetattr(tty, &after) == 0 && after.c_iflag == before.c_iflag &&
           after.c_oflag == before.c_oflag && after.c_cflag == before.c_cflag &&
           after.c_lflag == before.c_lflag &&
           memcmp(after.c_cc, before.c_cc, sizeof after.c_cc) == 0;
}

static int ends(void) {
    int status = 0;
    for (int64_t deadline = deadline_after(60000); now() < deadline;) {
        if (waitpid(front, &status, WNOHANG) == front) {
            while (read_some())
                ;
            CHECK(is_as_before());
            close(user);
            close(tty);
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        read_some();
    }
    kill(front, SIGKILL);
    close(user);
    close(tty);
    return -2;
}

static void what_is_typed_arrives_and_what_is_written_appears(void) {
    begin("read line; echo \"got $line\"; exit 7");
    type("hello\r");
    CHECK(appears("got hello\r\n"));
    CHECK_EQUAL(ends(), 7);
}

static void keys_that_make_signals_are_the_containers(void) {
    begin("trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.01; done");
    CHECK(appears("ready"));
    type("\003");
    CHECK(appears("interrupted"));
    CHECK_EQUAL(ends(), 5);
}

static void the_size_is_followed(void) {
    /* The first size may come later than the shell; its signal comes before it is seen. */
    begin("until stty size | grep '33 44'; do sleep 0.01; done; trap 'stty size; exit 0' WINCH; "
          "echo ready; while :; do sleep 0.01; done");
    CHECK(appears("33 44"));
    CHECK(appears("ready"));
    struct winsize size = {51, 101, 0, 0};
    ioctl(user, TIOCSWINSZ, &size);
    CHECK(appears("51 101"));
    CHECK_EQUAL(ends(), 0);
}

static void bytes_are_not_touched(void) {
    begin("stty raw; printf '\\033[2J\\033[1;1H\\n\\r\\n\\011\\377\\001\\177end'");
    CHECK(appears("\033[2J\033[1;1H\n\r\n\011\377\001\177end"));
    CHECK_EQUAL(ends(), 0);
}

static void everything_written_before_the_end_appears(void) {
    begin(
        "i=0; while [ $i -lt 2000 ]; do echo 01234567890123456789; i=$((i+1)); done; printf last");
    CHECK_EQUAL(ends(), 0);
    CHECK_EQUAL(seen_size, 2000 * 22 + 4);
    CHECK_EQUAL(memcmp(seen + seen_size - 4, "last", 4), 0);
}

static void a_killed_container_gives_the_terminal_back(void) {
    begin("kill -9 $$");
    CHECK_EQUAL(ends(), 128 + SIGKILL);
}

static void a_signal_to_the_front_is_forwarded_and_gives_it_back(void) {
    begin("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
    CHECK(appears("ready"));
    kill(front, SIGTERM);
    CHECK_EQUAL(ends(), 3);
}

/* Nobody reads what appears; what is typed arrives all the same. */
static void a_full_terminal_does_not_hold_up_what_is_typed(void) {
    begin("trap 'exit 6' INT; while :; do echo 0123456789012345678901234567890123456789; done");
    CHECK(appears("0123456789"));
    usleep(300000); /* by now all buffers are full, or it takes longer and is less of a test */
    type("\003");
    CHECK_EQUAL(ends(), 6);
}

static void an_input_that_ends_is_no_end_of_the_output(void) {
    int input[2];
    CHECK_EQUAL(pipe(input), 0);
    CHECK_EQUAL(write(input[1], "piped\n", 6), 6);
    close(input[1]);
    begin_with("read line; sleep 0.1; echo \"got $line\"", input[0]);
    close(input[0]);
    CHECK(appears("got piped"));
    CHECK_EQUAL(ends(), 0);
}

static void a_program_that_closes_its_terminal_may_open_it_again(void) {
    begin("t=$(tty); exec <&- >&- 2>&-; sleep 0.1; exec >$t; echo again");
    CHECK(appears("again"));
    CHECK_EQUAL(ends(), 0);
}

static void without_a_terminal_there_is_nothing_to_do(void) {
    struct pollfd set[TERMINAL_POLLS];
    CHECK_EQUAL(terminal_open(-1, -1), 0);
    terminal_poll(set);
    for (int n = 0; n < TERMINAL_POLLS; n++) CHECK_EQUAL(set[n].fd, -1);
    terminal_move(set);
    terminal_signal(SIGWINCH);
    terminal_close(-1);
    CHECK_EQUAL(terminal_open(999, 0), -EBADF);
}

void terminal_tests(void) {
    RUN(without_a_terminal_there_is_nothing_to_do);
    RUN(what_is_typed_arrives_and_what_is_written_appears);
    RUN(keys_that_make_signals_are_the_containers);
    RUN(the_size_is_followed);
    RUN(bytes_are_not_touched);
    RUN(everything_written_before_the_end_appears);
    RUN(a_killed_container_gives_the_terminal_back);
    RUN(a_signal_to_the_front_is_forwarded_and_gives_it_back);
    RUN(a_full_terminal_does_not_hold_up_what_is_typed);
    RUN(an_input_that_ends_is_no_end_of_the_output);
    RUN(a_program_that_closes_its_terminal_may_open_it_again);
}
