/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A user at a terminal, for tests: typist [ACTION...] -- COMMAND [ARG...]. Makes a terminal of 24
 * by 80, runs the command on it as the leader of a session, and carries the actions out one by one.
 * Everything that appears on the terminal is written to standard output as it is. Ends with the
 * command's exit code (128 + signal when killed), or with 200 and a line on standard error when
 * something did not happen in time; then the command is killed.
 *
 *   --patience MS    how long each action may take; without it 20000
 *   --socket PATH    listen there, run the command without a terminal, take the master of another
 *                    one from whoever connects, and be the user of that
 *   --pidfd PATH     the same for a pidfd; writes what came with it, and the pid, to standard
 * output
 *   --stdout FILE    the command's standard output is that file; --stdin FILE likewise
 *   expect TEXT      wait until the text appears, after what was expected before
 *   type TEXT        type it, without waiting for it to be read
 *   paste BYTES      type as many letters, while reading what appears
 *   resize RxC       change the size, as the window does
 *   signal N         send it to the command
 *   raw, cooked      wait until the terminal is in such a mode; cooked: exactly as in the beginning
 *   hold, read       stop reading what appears, and go on
 *   run SCRIPT       have sh run it, off the terminal, and wait; it must succeed
 *   end              wait for the end of the command
 *
 * Texts may have the escapes \\r \\n \\e \\xHH \\\\.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int master = -1, slave = -1, ended, status;
static int patience_ms = 20000;
static pid_t command;
static struct termios before;
static char *seen;
static size_t seen_size, seen_room, matched;

static void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "typist: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    if (command > 0 && !ended) kill(command, SIGKILL);
    exit(200);
}

static long now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void look_at_command(void) {
    if (!ended && command > 0 && waitpid(command, &status, WNOHANG) == command) ended = 1;
}

/* Reads what has appeared; gives whether anything had. */
static int read_once(int wait_ms) {
    char bytes[65536];
    struct pollfd poll_for = {master, POLLIN, 0};
    if (poll(&poll_for, 1, wait_ms) <= 0) return 0;
    ssize_t n = read(master, bytes, sizeof bytes);
    if (n <= 0) {
        if (slave < 0) usleep(10000); /* nobody has the other end open */
        return 0;
    }
    if (fwrite(bytes, 1, (size_t)n, stdout) != (size_t)n || fflush(stdout) != 0)
        fail("cannot write: %s", strerror(errno));
    if (seen_size + (size_t)n > seen_room) {
        seen_room = (seen_size + (size_t)n) * 2;
        seen = realloc(seen, seen_room);
        if (!seen) fail("no memory");
    }
    memcpy(seen + seen_size, bytes, (size_t)n);
    seen_size += (size_t)n;
    return 1;
}

static size_t unescape(char *text) {
    char *to = text, *from = text;
    while (*from) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        from++;
        if (*from == 'x') {
            char digits[3] = {from[1], from[2], 0};
            *to++ = (char)strtol(digits, NULL, 16);
            from += 3;
        } else {
            *to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from == 'e' ? '\033' : *from;
            from++;
        }
    }
    return (size_t)(to - text);
}

static void expect(char *text) {
    size_t size = unescape(text);
    long end = now_ms() + patience_ms;
    for (;;) {
        for (; matched + size <= seen_size; matched++) {
            if (memcmp(seen + matched, text, size) == 0) {
                matched += size;
                return;
            }
        }
        look_at_command();
        int last = ended;
        if (read_once(50)) continue;
        if (last && slave >= 0) fail("the command ended before this appeared: %s", text);
        if (now_ms() > end) fail("this did not appear: %s", text);
    }
}

static void write_all(const char *bytes, size_t size, int reads) {
    long end = now_ms() + patience_ms;
    while (size > 0) {
        ssize_t n = write(master, bytes, size);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            end = now_ms() + patience_ms;
        } else if (n < 0 && errno != EAGAIN) {
            fail("cannot type: %s", strerror(errno));
        }
        if (reads) read_once(0);
        if (n < 0) usleep(1000);
        if (now_ms() > end) fail("nobody reads what is typed");
    }
}

static void type(char *text) { write_all(text, unescape(text), 0); }

static void paste(size_t size) {
    char *letters = malloc(size + 1);
    if (!letters) fail("no memory");
    for (size_t at = 0; at < size; at++) letters[at] = at % 64 == 63 ? '\r' : 'a' + at % 26;
    write_all(letters, size, 1);
    free(letters);
}

static int is_raw(void) {
    struct termios modes;
    return tcgetattr(slave, &modes) == 0 && !(modes.c_lflag & (ICANON | ECHO | ISIG));
}

static int is_as_before(void) {
    struct termios modes;
    return tcgetattr(slave, &modes) == 0 && modes.c_iflag == before.c_iflag &&
           modes.c_oflag == before.c_oflag && modes.c_cflag == before.c_cflag &&
           modes.c_lflag == before.c_lflag &&
           memcmp(modes.c_cc, before.c_cc, sizeof modes.c_cc) == 0;
}

static void await_mode(int (*mode)(void), const char *name) {
    long end = now_ms() + patience_ms;
    while (!mode()) {
        if (now_ms() > end) fail("the terminal is not %s", name);
        read_once(10);
    }
}

static void run(const char *script) {
    int result = system(script);
    if (result != 0) fail("status %d of: %s", result, script);
}

static void await_end(void) {
    long end = now_ms() + patience_ms;
    while (!ended) {
        look_at_command();
        read_once(20);
        if (now_ms() > end) fail("the command does not end");
    }
}

static int resize(const char *size) {
    struct winsize window = {0};
    if (sscanf(size, "%hux%hu", &window.ws_row, &window.ws_col) != 2) return -1;
    return ioctl(master, TIOCSWINSZ, &window);
}

/* What comes with one message of one connection: exactly one descriptor. */
static int receive(int listener, char *name, size_t room) {
    struct pollfd poll_for = {listener, POLLIN, 0};
    if (poll(&poll_for, 1, patience_ms) != 1) fail("nobody connects");
    int connection = accept(listener, NULL, NULL);
    char control[256];
    struct iovec vector = {name, room - 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (n <= 0) fail("nothing comes from who has connected");
    name[n] = 0;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (!rights || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len != CMSG_LEN(sizeof(int)) ||
        message.msg_controllen != CMSG_SPACE(sizeof(int)))
        fail("not exactly one descriptor came");
    int fd;
    memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    char more;
    if (recv(connection, &more, 1, 0) != 0) fail("more came, or no end");
    close(connection);
    return fd;
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *slash = strrchr(path, '/');
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash) {
        *slash = 0;
        if (chdir(path) != 0) fail("%s: %s", path, strerror(errno));
        *slash = '/';
    }
    strncpy(address.sun_path, slash ? slash + 1 : path, sizeof address.sun_path - 1);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0)
        fail("%s: %s", path, strerror(errno));
    if (fchdir(here) != 0) fail("cannot go back");
    close(here);
    return listener;
}

static void start(char **argv, const char *input, const char *output, int on_terminal) {
    command = fork();
    if (command != 0) return;
    setsid();
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    if (on_terminal) ioctl(slave, TIOCSCTTY, 0);
    int in = input ? open(input, O_RDONLY) : on_terminal ? slave : open("/dev/null", O_RDONLY);
    int out = output ? open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644) : on_terminal ? slave : 2;
    if (in < 0 || out < 0) _exit(127);
    dup2(in, 0);
    dup2(out, 1);
    if (on_terminal) dup2(slave, 2);
    closefrom(3);
    execvp(argv[0], argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void print_pidfd(int fd, const char *name) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *info = fopen(path, "r");
    while (info && fgets(line, sizeof line, info))
        if (strncmp(line, "Pid:", 4) == 0) printf("%s %d\n", name, atoi(line + 4));
    if (info) fclose(info);
    fflush(stdout);
}

int main(int argc, char **argv) {
    const char *input = NULL, *output = NULL, *socket_path = NULL, *pidfd_path = NULL;
    const char *patience = NULL;
    int at = 1, split = 1;
    while (split < argc && strcmp(argv[split], "--") != 0) split++;
    if (split >= argc - 1) {
        fprintf(stderr, "usage: typist [ACTION...] -- COMMAND [ARG...]\n");
        return 2;
    }
    for (; at + 1 < split && strncmp(argv[at], "--", 2) == 0; at += 2) {
        const char **option = !strcmp(argv[at], "--stdin")      ? &input
                              : !strcmp(argv[at], "--stdout")   ? &output
                              : !strcmp(argv[at], "--socket")   ? &socket_path
                              : !strcmp(argv[at], "--pidfd")    ? &pidfd_path
                              : !strcmp(argv[at], "--patience") ? &patience
                                                                : NULL;
        if (!option) fail("unknown option %s", argv[at]);
        *option = argv[at + 1];
    }
    if (patience) patience_ms = atoi(patience);
    char name[4096];
    if (socket_path || pidfd_path) {
        int console = socket_path ? listen_at(socket_path) : -1;
        int pidfds = pidfd_path ? listen_at(pidfd_path) : -1;
        start(argv + split + 1, input, output, 0);
        if (console >= 0) {
            master = receive(console, name, sizeof name);
            fprintf(stderr, "received %s\n", name);
        }
        if (pidfds >= 0) print_pidfd(receive(pidfds, name, sizeof name), name);
    } else {
        struct winsize window = {24, 80, 0, 0};
        if (openpty(&master, &slave, NULL, NULL, &window) != 0) fail("no terminal to be had");
        tcgetattr(slave, &before);
        start(argv + split + 1, input, output, 1);
    }
    if (master >= 0) fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    int held = 0;
    for (; at < split; at++) {
        char *action = argv[at];
        char *value = at + 1 < split ? argv[at + 1] : "";
        if (!strcmp(action, "expect"))
            expect(value), at++;
        else if (!strcmp(action, "type"))
            type(value), at++;
        else if (!strcmp(action, "paste"))
            paste(strtoul(value, NULL, 10)), at++;
        else if (!strcmp(action, "resize"))
            resize(value), at++;
        else if (!strcmp(action, "signal"))
            kill(command, atoi(value)), at++;
        else if (!strcmp(action, "run"))
            run(value), at++;
        else if (!strcmp(action, "raw"))
            await_mode(is_raw, action);
        else if (!strcmp(action, "cooked"))
            await_mode(is_as_before, action);
        else if (!strcmp(action, "hold"))
            held = 1;
        else if (!strcmp(action, "read"))
            held = 0;
        else if (!strcmp(action, "end"))
            await_end();
        else
            fail("unknown action %s", action);
        if (!held && master >= 0) read_once(0);
    }
    await_end();
    while (master >= 0 && read_once(0)) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
