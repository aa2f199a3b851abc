/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End to end: the program as it is installed, below a prefix of its own, with a fake core in the
 * JVM's place. The scenario is the command's first argument, which the fake core learns from
 * CONTEXT, as a core does. It prints what it finds wrong and ends with exit code 99.
 */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NAMESPACES (0x00020000 | 0x20000000 | 0x04000000) /* mnt, pid, uts */

/* ---- the fake core ---- */

static struct frame frame;
static struct assembly a, init;
static struct result result;
enum { PID = 1, CHANNEL, PIDFD, STATUS };

static void print(uint32_t fd, const char *text) {
    frame_send(0, FRAME_PRINT, &fd, sizeof fd, text, strlen(text));
}

static _Noreturn void finish(uint32_t code) {
    frame_send(0, FRAME_EXIT, &code, sizeof code, "", 0);
    for (;;) pause(); /* the front ends its core */
}

#define EXPECT(condition)                         \
    do {                                          \
        if (!(condition)) {                       \
            print(2, "not so: " #condition "\n"); \
            finish(99);                           \
        }                                         \
    } while (0)

static uint32_t take_u32(const uint8_t **at) {
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static int take_string(const uint8_t **at, char *to, size_t room) {
    uint32_t size = take_u32(at);
    if (size >= room) return 0;
    memcpy(to, *at, size);
    to[size] = 0;
    *at += size;
    return 1;
}

/* Whether the kernel makes a mount namespace of a tree, tried to the end: of root at least. */
static uint32_t makes_tree_namespaces(void) {
    long made = syscall(__NR_open_tree, AT_FDCWD, "/", 2 /* OPEN_TREE_NAMESPACE */);
    if (made >= 0) close((int)made);
    return made >= 0 ? KERNEL_TREE_NAMESPACES : 0;
}

/* Checks what can be known of CONTEXT; gives the scenario. */
static void read_context(char *scenario, size_t room) {
    static char text[65536];
    struct stat status;
    uint64_t inode, limits[2];
    EXPECT(frame_receive(0, &frame, deadline_after(5000), -1) == FRAME_CONTEXT);
    const uint8_t *at = frame.bytes, *end = at + frame.size;
    EXPECT(take_u32(&at) == CONTEXT_MAGIC && take_u32(&at) == PROTOCOL);
    EXPECT(take_string(&at, text, sizeof text) && strlen(text) > 0);
    EXPECT(take_u32(&at) == (uint32_t)getppid());
    at += 4;
    EXPECT(take_u32(&at) == getuid() && take_u32(&at) == geteuid());
    EXPECT(take_u32(&at) == getgid() && take_u32(&at) == getegid());
    EXPECT(take_u32(&at) == 027);
    EXPECT(take_u32(&at) == makes_tree_namespaces());
    memcpy(&inode, at, 8);
    EXPECT(stat("/proc/self/ns/mnt", &status) == 0 && status.st_ino == inode);
    memcpy(&inode, at + 24, 8);
    EXPECT(stat("/proc/self/ns/cgroup", &status) == 0 && status.st_ino == inode);
    at += 32;
    struct rlimit files;
    memcpy(limits, at + 16 * RLIMIT_NOFILE, 16);
    EXPECT(getrlimit(RLIMIT_NOFILE, &files) == 0);
    EXPECT(files.rlim_cur == limits[0] && files.rlim_max == limits[1]);
    at += 16 * 16;
    EXPECT(take_string(&at, text, sizeof text) && strcmp(text, "/usr") == 0);
    EXPECT(take_string(&at, text, sizeof text) && strstr(text, ":/") != NULL);
    uint32_t count = take_u32(&at);
    EXPECT(count >= 2);
    for (uint32_t n = 0; n < count; n++)
        EXPECT(take_string(&at, n == 1 ? scenario : text, n == 1 ? room : sizeof text));
    count = take_u32(&at);
    EXPECT(count >= 1);
    EXPECT(take_string(&at, text, sizeof text) && strcmp(text, "CALLER=env") == 0);
    for (uint32_t n = 1; n < count; n++) EXPECT(take_string(&at, text, sizeof text));
    struct result stored;
    EXPECT(take_u32(&at) == sizeof stored);
    memcpy(&stored, at, sizeof stored);
    EXPECT(stored.error == 0); /* no stored program was run */
    at += sizeof stored;
    EXPECT(at == end);
}

/* Sends the program and takes its RESULT; counts REPORTs on the way. */
static int run(void) {
    size_t size;
    int reports = 0;
    uint8_t *bytes = assemble(&a, &size);
    frame_send(0, FRAME_PROGRAM, "", 0, bytes, size);
    free(bytes);
    memset(&a, 0, sizeof a);
    long type;
    while ((type = frame_receive(0, &frame, deadline_after(9000), -1)) == FRAME_REPORT) reports++;
    EXPECT(type == FRAME_RESULT && frame.size == sizeof result);
    memcpy(&result, frame.bytes, sizeof result);
    return reports;
}

static void emit_spawn(uint64_t flags, int preserved) {
    size_t size;
    uint8_t *program = assemble(&init, &size);
    uint64_t clone = data_of(&a, (uint64_t[8]){flags, 0, 0, 0, SIGCHLD}, 64);
    uint64_t reference = data_of(&a, program, size);
    free(program);
    EMIT(&a, OP_SPAWN, PID, DATA(clone), IMM(CHANNEL), IMM(PIDFD), IMM(preserved));
    EMIT(&a, OP_FEED, 255, REG(CHANNEL), DATA(reference));
}

static void emit_exec(const char *path, const char *argument) {
    uint64_t name = text_of(&init, path);
    uint64_t argv = pointers_to(&init, (uint64_t[]){name, text_of(&init, argument)}, 2);
    CALL(&init, __NR_execve, 255, DATA(name), DATA(argv), IMM(0));
}

static void emit_await(int code, unsigned flags) {
    EMIT(&a, OP_AWAIT, 255, REG(CHANNEL), IMM(code), IMM(flags), IMM(8000));
}

static void emit_wait(void) {
    uint64_t status = data_of(&a, NULL, 8);
    CALL(&a, __NR_wait4, 255, REG(PID), DATA(status), NONE, NONE);
    EMIT(&a, OP_LOAD, STATUS, IMM((uint32_t)status), IMM(4));
}

static void launch(void) {
    uint64_t name = text_of(&init, "inside");
    CALL(&init, __NR_sethostname, 255, DATA(name), IMM(6));
    EMIT(&init, OP_REPORT, 255, IMM(4), DATA(name));
    EMIT(&init, OP_SYNC, 255, NONE, IMM(1), NONE);
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(2));
    emit_exec("/bin/true", "x");
    emit_spawn(NAMESPACES, 0);
    emit_await(1, 0);
    EXPECT(run() == 1);
    EXPECT(result.error == 0 && result.origin == ORIGIN_FRONT);
    EMIT(&a, OP_SYNC, 255, REG(CHANNEL), IMM(2), NONE);
    emit_await(3, AWAIT_END_IS_FINE);
    emit_wait();
    EXPECT(run() == 0);
    EXPECT(result.error == 0 && result.value == 0);
    print(1, "out\n");
    print(2, "err\n");
    finish(7);
}

static void launch_fails(void) {
    emit_exec("/no/such/program", "x");
    emit_spawn(NAMESPACES, 0);
    emit_await(1, AWAIT_END_IS_FINE);
    run();
    EXPECT(result.origin == ORIGIN_INIT && result.error == ENOENT && result.instruction == 1);
    emit_wait();
    run();
    EXPECT(result.error == 0 && result.value == 1 << 8);
    finish(7);
}

static void relay_to_init(void) {
    emit_exec("/bin/sleep", "60");
    uint64_t all = data_of(&a, (uint64_t[]){UINT64_MAX}, 8);
    CALL(&a, __NR_rt_sigprocmask, 255, IMM(0), DATA(all), NONE, IMM(8));
    emit_spawn(0, 0); /* the first of a pid namespace would not die of a signal */
    emit_await(1, AWAIT_END_IS_FINE);
    run();
    EXPECT(result.error == 0);
    print(1, "ready\n");
    EMIT(&a, OP_RELAY, STATUS, REG(PID), REG(PIDFD));
    run();
    EXPECT(result.error == 0);
    finish(128 + (uint32_t)result.value);
}

static void preserve(void) {
    for (int fd = 3; fd < 5; fd++)
        CALL(&init, __NR_write, 255, IMM(fd), DATA(text_of(&init, "kept")), IMM(4));
    CALL(&init, __NR_fcntl, 255, IMM(5), IMM(F_GETFD));
    CALL(&init, __NR_fcntl, 255, IMM(6), IMM(F_GETFD))->on[0].error = EBADF;
    EMIT(&init, OP_SYNC, 255, NONE, IMM(1), NONE);
    emit_spawn(0, 2);
    emit_await(1, 0);
    emit_wait();
    run();
    EXPECT(result.error == 0 && result.value == 0);
    finish(7);
}

static void two_instructions(void) {
    a.flags = PROGRAM_TRACE;
    CALL(&a, __NR_getpid, 1);
    CALL(&a, __NR_getpid, 1);
    EMIT(&init, OP_SYNC, 255, NONE, IMM(1), NONE);
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(2));
    emit_spawn(NAMESPACES, 0);
    emit_await(1, 0);
    EXPECT(run() == 5);
    if (result.error != 0) print(2, "broken off\n");
    finish(7);
}

static void die_while_the_front_waits(void) {
    size_t size;
    EMIT(&init, OP_AWAIT, 255, NONE, IMM(2));
    emit_spawn(NAMESPACES, 0);
    emit_await(1, 0);
    uint8_t *bytes = assemble(&a, &size);
    frame_send(0, FRAME_PROGRAM, "", 0, bytes, size);
    usleep(100000);
    fprintf(stderr, "out of ideas");
    _exit(3);
}

/* Sends what has been assembled as a piece of a program that begins with that number. */
static void send_piece(uint32_t flags, uint32_t first) {
    size_t size;
    a.flags = flags;
    a.first = first;
    uint8_t *bytes = assemble(&a, &size);
    frame_send(0, FRAME_PROGRAM, "", 0, bytes, size);
    free(bytes);
    memset(&a, 0, sizeof a);
}

/* Marks of the first, the second and the ninth instruction; the program tells which were reached.
 */
static void send_undo(void) {
    size_t size;
    struct undo_header header = {{1, 2, 9, 1}};
    for (uint64_t n = 0; n < UNDO_MARKS; n++)
        EMIT(&a, OP_WRITE, 255, IMM(1), REG(UNDO_REGISTER + n));
    EMIT(&a, OP_WRITE, 255, IMM(1), REG(7));
    uint8_t *bytes = assemble(&a, &size);
    frame_send(0, FRAME_UNDO, &header, sizeof header, bytes, size);
    free(bytes);
    memset(&a, 0, sizeof a);
}

/* Dies when two instructions of the launch have been executed. */
static _Noreturn void leave_to_be_undone(const char *how) {
    send_undo();
    CALL(&a, __NR_getppid, 255);
    EMIT(&a, OP_TEST, 7, IMM(0), IMM(0), IMM(0), IMM(1));
    send_piece(strcmp(how, "undone-at-last") == 0 ? 0 : PROGRAM_MORE, 0);
    if (strcmp(how, "undone-later") == 0) {
        struct undo_header later = {{0, 3, 3, 3}};
        frame_send(0, FRAME_UNDO, &later, sizeof later, "", 0);
    }
    if (strcmp(how, "done") == 0) frame_send(0, FRAME_UNDO, "", 0, "", 0);
    if (strcmp(how, "undone-at-last") == 0) {
        EXPECT(frame_receive(0, &frame, deadline_after(9000), -1) == FRAME_RESULT);
        for (int n = 0; n < 20; n++) CALL(&a, __NR_getppid, 255);
        EXPECT(run() == 0); /* what comes later is not the launch */
    }
    _exit(1);
}

static void pieces(void) {
    CALL(&a, __NR_getpid, 1);
    send_piece(PROGRAM_MORE, 0);
    EMIT(&a, OP_REPORT, 255, IMM(4), REG(1));
    send_piece(PROGRAM_MORE, 1);
    EMIT(&a, OP_TEST, 255, REG(1), IMM(0), IMM(0),
         IMM(EDOM)); /* one result for the three of them */
    EXPECT(run() == 1);
    EXPECT(result.error == 0);
    CALL(&a, __NR_getpid, 1);
    CALL(&a, __NR_close, 255, IMM(-1));
    send_piece(PROGRAM_MORE, 7);
    EMIT(&a, OP_REPORT, 255, IMM(4), REG(1));
    send_piece(PROGRAM_MORE, 9);
    send_piece(0, 10);
    EXPECT(frame_receive(0, &frame, deadline_after(9000), -1) == FRAME_RESULT);
    memcpy(&result, frame.bytes, sizeof result);
    EXPECT(result.error == EBADF && result.instruction == 8);
    EMIT(&a, OP_REPORT, 255, IMM(4), REG(1)); /* and what comes after them is run */
    EXPECT(run() == 1);
    EXPECT(result.error == 0);
    finish(7);
}

/* Never comes back: the front has gone, or it is wrong. */
static void leave_by_program(uint64_t value, uint32_t kind) {
    CALL(&a, __NR_getpid, 1);
    EMIT(&a, OP_EXIT, 255, IMM(value), IMM(kind));
    run();
    for (;;) pause();
}

/* Init leaves too, without a word; and a program that fails does not come to its EXIT. */
static void init_leaves(void) {
    EMIT(&init, OP_EXIT, 255, IMM(15), IMM(EXIT_STATUS));
    emit_spawn(0, 0);
    emit_await(1, AWAIT_END_IS_FINE);
    emit_wait();
    run();
    EXPECT(result.error == 0 && WEXITSTATUS(result.value) == 128 + 15);
    CALL(&a, __NR_close, 255, IMM(-1));
    EMIT(&a, OP_EXIT, 255, IMM(9), IMM(EXIT_CODE)); /* it does not come so far */
    run();
    EXPECT(result.error == EBADF && result.instruction == 0);
    finish(7);
}

static void refused_programs(void) {
    EMIT(&a, OPS, 255, NONE);
    run();
    EXPECT(result.error == EBADMSG && result.origin == ORIGIN_FRONT);
    frame_send(0, FRAME_PROGRAM, "", 0, "", 0);
    EXPECT(frame_receive(0, &frame, deadline_after(5000), -1) == FRAME_RESULT);
    finish(7);
}

int fake_core(void) {
    char scenario[64] = "";
    static const char truncated[] = "\144\0\0\0\20\0\0\0short";
    EXPECT(getenv("CALLER") == NULL && getenv("LC_ALL") != NULL);
    EXPECT(getsid(0) == getpid());
    EXPECT(access("runtime/bin/java", X_OK) == 0 || access("core", X_OK) == 0); /* in lib/jrun */
    EXPECT(fcntl(3, F_GETFD) == -1);
    read_context(scenario, sizeof scenario);
    if (strcmp(scenario, "launch") == 0) launch();
    if (strcmp(scenario, "launch-fails") == 0) launch_fails();
    if (strcmp(scenario, "relay") == 0) relay_to_init();
    if (strcmp(scenario, "preserve") == 0) preserve();
    if (strcmp(scenario, "two") == 0) two_instructions();
    if (strcmp(scenario, "dies-waiting") == 0) die_while_the_front_waits();
    if (strcmp(scenario, "refused") == 0) refused_programs();
    if (strcmp(scenario, "pieces") == 0) pieces();
    if (strncmp(scenario, "undone", 6) == 0 || strcmp(scenario, "done") == 0)
        leave_to_be_undone(scenario);
    if (strcmp(scenario, "leaves") == 0) leave_by_program(0x10b, EXIT_CODE);
    if (strcmp(scenario, "leaves-as-ended") == 0) leave_by_program(11 << 8, EXIT_STATUS);
    if (strcmp(scenario, "leaves-as-killed") == 0) leave_by_program(0x80 | 9, EXIT_STATUS);
    if (strcmp(scenario, "init-leaves") == 0) init_leaves();
    if (strcmp(scenario, "exit") == 0) finish(7);
    if (strcmp(scenario, "dies") == 0) fprintf(stderr, "last words\n");
    if (strcmp(scenario, "truncated") == 0) EXPECT(write(0, truncated, sizeof truncated) > 0);
    if (strcmp(scenario, "oversize") == 0) EXPECT(write(0, "\377\377\377\377\20\0\0\0", 8) == 8);
    if (strcmp(scenario, "garbage") == 0) EXPECT(write(0, "garbage garbage garbage", 23) == 23);
    if (strcmp(scenario, "unknown") == 0) frame_send(0, 99, "", 0, "x", 1);
    if (strcmp(scenario, "short-exit") == 0) frame_send(0, FRAME_EXIT, "", 0, "x", 1);
    if (strcmp(scenario, "print-to-3") == 0) frame_send(0, FRAME_PRINT, "\3\0\0\0", 4, "x", 1);
    if (strcmp(scenario, "stays") == 0) {
        print(1, "ready\n");
        for (;;) pause();
    }
    usleep(20000);
    return 0;
}

/* ---- the tests ---- */

static char prefix[64], program[96], output[8192], errors[8192];
static int front_pid, outputs[2];

static void copy(const char *from, const char *to) {
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    CHECK(in >= 0 && out >= 0);
    while (sys(__NR_sendfile, out, in, NULL, 1 << 20) > 0) {
    }
    close(in);
    close(out);
}

static void install(void) {
    static const char *const directories[] = {
        "", "/bin", "/lib", "/lib/jrun", "/lib/jrun/runtime", "/lib/jrun/runtime/bin"};
    char path[128];
    strcpy(prefix, "/tmp/jrun-front-XXXXXX");
    CHECK(mkdtemp(prefix) != NULL);
    for (size_t n = 1; n < sizeof directories / sizeof *directories; n++) {
        snprintf(path, sizeof path, "%s%s", prefix, directories[n]);
        CHECK_EQUAL(mkdir(path, 0755), 0);
    }
    snprintf(program, sizeof program, "%s/bin/jrun", prefix);
    copy(faults_binary, program);
    snprintf(path, sizeof path, "%s/lib/jrun/runtime/bin/java", prefix);
    copy("/proc/self/exe", path);
}

static void uninstall(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", prefix);
    CHECK_EQUAL(system(command), 0);
}

static void start(const char *scenario, const char *fault) {
    int out[2], err[2];
    char variable[64];
    CHECK(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    snprintf(variable, sizeof variable, "JRUN_FAULT=%s", fault);
    fflush(NULL);
    front_pid = fork();
    if (front_pid == 0) {
        dup2(out[1], 1);
        dup2(err[1], 2);
        umask(027);
        dup2(1, 3); /* two to preserve, and one not to */
        dup2(2, 4);
        dup2(2, 9);
        sys(__NR_close_range, 10, ~0u, 4);
        for (int fd = 5; fd < 9; fd++) close(fd);
        if (chdir("/usr") != 0) _exit(98);
        execve(program, (char *[]){"jrun", (char *)scenario, NULL},
               (char *[]){"CALLER=env", variable, NULL});
        _exit(98);
    }
    close(out[1]);
    close(err[1]);
    outputs[0] = out[0];
    outputs[1] = err[0];
}

static void collect(int fd, char *to, size_t room) {
    long n = read_all(fd, to, room - 1, deadline_after(10000), -1);
    CHECK(n >= 0); /* whoever holds the other end has ended */
    to[n < 0 ? 0 : n] = 0;
    close(fd);
}

/* The wait status; afterwards no process of the front's is left, not even one it no longer knew. */
static int finished(void) {
    int status = -1, other;
    collect(outputs[0], output, sizeof output);
    collect(outputs[1], errors, sizeof errors);
    CHECK_EQUAL(waitpid(front_pid, &status, 0), front_pid);
    for (int tries = 500; tries > 0; tries--) {
        int pid = waitpid(-1, &other, WNOHANG);
        if (pid < 0) return status;
        if (pid == 0) usleep(10000);
    }
    CHECK(!"a process is left");
    return status;
}

static int run_jrun(const char *scenario, const char *fault) {
    start(scenario, fault);
    return finished();
}

#define CHECK_EXIT(status, code)                                                        \
    do {                                                                                \
        int status_ = (status);                                                         \
        CHECK(WIFEXITED(status_));                                                      \
        CHECK_EQUAL(WEXITSTATUS(status_), code);                                        \
        if (test_failed) fprintf(stderr, "  stdout: %s  stderr: %s\n", output, errors); \
    } while (0)

static void a_container_is_launched(void) {
    CHECK_EXIT(run_jrun("launch", ""), 7);
    CHECK(strcmp(output, "out\n") == 0);
    CHECK(strcmp(errors, "err\n") == 0);
}

static void a_failing_init_is_told(void) { CHECK_EXIT(run_jrun("launch-fails", ""), 7); }

static void preserved_descriptors_arrive(void) {
    CHECK_EXIT(run_jrun("preserve", ""), 7);
    CHECK(strcmp(output, "kept") == 0 && strcmp(errors, "kept") == 0);
}

static void the_core_is_ended_at_exit(void) {
    CHECK_EXIT(run_jrun("exit", ""), 7);
    CHECK(output[0] == 0 && errors[0] == 0);
}

static void a_program_may_end_it(void) {
    CHECK_EXIT(run_jrun("leaves", ""), 11);
    CHECK_EXIT(run_jrun("leaves-as-ended", ""), 11);
    CHECK_EXIT(run_jrun("leaves-as-killed", ""), 128 + 9);
    CHECK_EXIT(run_jrun("init-leaves", ""), 7);
    CHECK(output[0] == 0 && errors[0] == 0);
}

static void signals_reach_init(void) {
    char line[6];
    start("relay", "");
    CHECK_EQUAL(read_all(outputs[0], line, 6, deadline_after(5000), -1), 6);
    usleep(50000);
    kill(front_pid, SIGWINCH); /* its own affair */
    kill(front_pid, SIGHUP);
    CHECK_EXIT(finished(), 128 + SIGHUP);
}

static void relays_go_on_without_a_core(void) {
    char line[6];
    start("relay", "core:5");
    CHECK_EQUAL(read_all(outputs[0], line, 6, deadline_after(5000), -1), 6);
    usleep(100000);
    CHECK_EQUAL(waitpid(front_pid, NULL, WNOHANG), 0); /* init still runs */
    kill(front_pid, SIGUSR1);
    CHECK_EXIT(finished(), 1);
    CHECK(strstr(errors, "jrun: the core ended unexpectedly") != NULL);
}

static void a_dead_core_is_told(void) {
    CHECK_EXIT(run_jrun("dies", ""), 1);
    CHECK(strcmp(errors, "jrun: the core ended unexpectedly: last words\n") == 0);
    CHECK_EXIT(run_jrun("dies-waiting", ""), 1);
    CHECK(strcmp(errors, "jrun: the core ended unexpectedly: out of ideas\n") == 0);
}

static void broken_frames_end_it(void) {
    static const char *const scenarios[] = {"truncated", "oversize",   "garbage",
                                            "unknown",   "short-exit", "print-to-3"};
    for (int n = 0; n < 6; n++) {
        CHECK_EXIT(run_jrun(scenarios[n], ""), 1);
        CHECK(strncmp(errors, "jrun: the core ", 15) == 0);
    }
}

static void refused_programs_are_told(void) { CHECK_EXIT(run_jrun("refused", ""), 7); }

static void pieces_are_one_program(void) { CHECK_EXIT(run_jrun("pieces", ""), 7); }

static void what_a_dead_core_has_left_is_undone(void) {
    static const char *const cases[][2] = {
        {"undone", "11010"}, {"undone-later", "10000"}, {"undone-at-last", "11010"}, {"done", ""}};
    for (int n = 0; n < 4; n++) {
        CHECK_EXIT(run_jrun(cases[n][0], ""), 1);
        CHECK(strcmp(output, cases[n][1]) == 0);
    }
}

static void a_missing_core_is_told(void) {
    char path[128];
    snprintf(path, sizeof path, "%s/lib/jrun/runtime/bin/java", prefix);
    CHECK_EQUAL(unlink(path), 0);
    CHECK_EXIT(run_jrun("exit", ""), 1);
    CHECK(strstr(errors, "cannot start the core in ") != NULL);
    CHECK(strstr(errors, prefix) != NULL && strstr(errors, "/lib/jrun: errno 2\n") != NULL);
    copy("/proc/self/exe", path);
}

/* No JVM is needed then, nor asked for one that cannot be executed. */
static void a_native_core_goes_before_a_jvm(void) {
    char java[128], native[128];
    snprintf(java, sizeof java, "%s/lib/jrun/runtime/bin/java", prefix);
    snprintf(native, sizeof native, "%s/lib/jrun/core", prefix);
    CHECK_EQUAL(rename(java, native), 0);
    CHECK_EXIT(run_jrun("exit", ""), 7);
    CHECK_EQUAL(chmod(native, 0644), 0);
    copy("/proc/self/exe", java);
    CHECK_EXIT(run_jrun("exit", ""), 1);
    CHECK(strstr(errors, "/lib/jrun: errno 13\n") != NULL);
    CHECK_EQUAL(unlink(native), 0);
}

static void killing_the_front_ends_everything(void) {
    char line[6];
    start("stays", "");
    CHECK_EQUAL(read_all(outputs[0], line, 6, deadline_after(5000), -1), 6);
    kill(front_pid, SIGKILL);
    CHECK_EQUAL(finished(), SIGKILL);
}

static void faults_strike_where_they_are_told(void) {
    CHECK_EXIT(run_jrun("two", ""), 7);
    CHECK(errors[0] == 0);
    for (int n = 1; n <= 5; n++) {
        char fault[32];
        snprintf(fault, sizeof fault, "front:%d", n);
        CHECK_EQUAL(run_jrun("two", fault), SIGKILL);
        snprintf(fault, sizeof fault, "core:%d", n);
        CHECK_EXIT(run_jrun("two", fault), 1);
    }
    CHECK_EXIT(run_jrun("two", "init:1"), 7);
    CHECK(strcmp(errors, "broken off\n") == 0);
    CHECK_EXIT(run_jrun("two", "init:3"), 7);
    CHECK(errors[0] == 0);
    CHECK_EXIT(run_jrun("two", "init:x"), 7);
    CHECK(errors[0] == 0);
}

static void missing_standard_descriptors_are_filled(void) {
    int child = fork(), status;
    if (child == 0) {
        sys(__NR_close_range, 0, ~0u, 0);
        umask(027);
        if (chdir("/usr") != 0) _exit(98);
        execve(program, (char *[]){"jrun", "launch", NULL}, (char *[]){"CALLER=env", NULL});
        _exit(98);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EXIT(status, 7);
}

static void init_is_not_started_by_hand(void) {
    int child = fork(), status;
    if (child == 0) {
        close(2);
        execve(program, (char *[]){INIT_NAME, "3", NULL}, (char *[]){NULL});
        _exit(98);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EXIT(status, 1);
}

void front_tests(void) {
    CHECK_EQUAL(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    install();
    RUN(a_container_is_launched);
    RUN(a_failing_init_is_told);
    RUN(preserved_descriptors_arrive);
    RUN(the_core_is_ended_at_exit);
    RUN(a_program_may_end_it);
    RUN(signals_reach_init);
    RUN(relays_go_on_without_a_core);
    RUN(a_dead_core_is_told);
    RUN(broken_frames_end_it);
    RUN(refused_programs_are_told);
    RUN(pieces_are_one_program);
    RUN(what_a_dead_core_has_left_is_undone);
    RUN(a_missing_core_is_told);
    RUN(a_native_core_goes_before_a_jvm);
    RUN(killing_the_front_ends_everything);
    RUN(faults_strike_where_they_are_told);
    RUN(missing_standard_descriptors_are_filled);
    RUN(init_is_not_started_by_hand);
    uninstall();
}
