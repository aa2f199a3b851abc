/* SPDX-License-Identifier: Apache-2.0 */
/* HOOK, UNTIL and STARTTIME with real processes. */
#include "harness.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>

static struct assembly a;
static struct machine m;
static int core[2];
static char output[2][200000];
static size_t lengths[2];

/* A core that listens while the hook runs, or a hook that prints much would wait for it. */
static void *listen_to_the_front(void *nothing) {
    struct frame frame = {0};
    while (frame_receive(core[1], &frame, NO_DEADLINE, -1) == FRAME_REPORT) {
        struct report_header head;
        memcpy(&head, frame.bytes, sizeof head);
        size_t size = frame.size - sizeof head;
        CHECK(head.tag == 20 || head.tag == 21);
        CHECK_EQUAL(head.origin, ORIGIN_FRONT);
        size_t *length = &lengths[head.tag - 20], left = sizeof output[0] - 1 - *length;
        memcpy(output[head.tag - 20] + *length, frame.bytes + sizeof head,
               size < left ? size : left);
        *length += size < left ? size : left;
    }
    frame_release(&frame);
    return nothing;
}

/* Runs /bin/sh -c SCRIPT as a hook with one variable in its environment; gives the program's errno.
 */
static long shell(const char *script, const void *input, size_t size, int timeout) {
    memset(&a, 0, sizeof a);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, core), 0);
    pthread_t reader;
    lengths[0] = lengths[1] = 0;
    CHECK_EQUAL(pthread_create(&reader, NULL, listen_to_the_front, NULL), 0);
    machine_start(&m, ORIGIN_FRONT, core[0], core[0]);
    uint64_t path = text_of(&a, strcmp(script, "missing") == 0 ? "/bin/missing" : "/bin/sh");
    uint64_t argv =
        pointers_to(&a, (uint64_t[]){text_of(&a, "sh"), text_of(&a, "-c"), text_of(&a, script)}, 3);
    uint64_t envp = pointers_to(&a, (uint64_t[]){text_of(&a, "GREETING=hello")}, 1);
    struct instruction *i =
        EMIT(&a, OP_HOOK, 1, DATA(path), DATA(argv), DATA(envp), NONE, IMM(timeout), IMM(20));
    if (input) {
        i->kind[3] = KIND_DATA;
        i->arg[3] = data_of(&a, input, size);
    }
    uint8_t *bytes = assemble(&a, &size);
    machine_run(&m, bytes, size);
    free(bytes);
    close(core[0]);
    pthread_join(reader, NULL);
    close(core[1]);
    output[0][lengths[0]] = output[1][lengths[1]] = 0;
    CHECK_EQUAL(waitpid(-1, NULL, WNOHANG), -1); /* nothing left unreaped */
    return m.result.error;
}

static void a_hook_reads_and_prints(void) {
    CHECK_EQUAL(shell("cat; echo $GREETING $# >&2; exit 3", "state", 5, 0), 0);
    CHECK_EQUAL(m.reg[1], 3 << 8);
    CHECK(strcmp(output[0], "state") == 0);
    CHECK(strcmp(output[1], "hello 0\n") == 0);
}

static void a_hook_gets_much_and_prints_much(void) {
    static char input[60000];
    memset(input, 'i', sizeof input);
    CHECK_EQUAL(shell("cat; cat /dev/zero | head -c 100000", input, sizeof input, 0), 0);
    CHECK_EQUAL(lengths[0], 160000);
}

static void not_reading_the_input_is_no_error(void) {
    static char input[60000]; /* more could not be written either */
    CHECK_EQUAL(shell("exec 0<&-; sleep 0.05", input, sizeof input, 0), 0);
    CHECK_EQUAL(m.reg[1], 0);
    CHECK_EQUAL(shell("exit 0", input, sizeof input, 0), 0);
}

static void a_hook_inherits_little(void) {
    signal(SIGUSR1, SIG_IGN);
    int extra = open("/dev/null", O_RDONLY);
    CHECK_EQUAL(shell("ls /proc/self/fd | tr '\\n' ' '; env; grep -E 'SigBlk|SigIgn' "
                      "/proc/self/status; test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo leads",
                      NULL, 0, 0),
                0);
    CHECK(strncmp(output[0], "0 1 2 3 ", 8) == 0 && strncmp(output[0], "0 1 2 3 4", 9) != 0);
    CHECK(strstr(output[0], "GREETING=hello\n") != NULL);
    CHECK(strstr(output[0], "HOME=") == NULL);
    CHECK(strstr(output[0], "SigBlk:\t0000000000000000\n") != NULL);
    CHECK(strstr(output[0], "SigIgn:\t0000000000000000\n") != NULL);
    CHECK(strstr(output[0], "leads\n") != NULL);
    signal(SIGUSR1, SIG_DFL);
    close(extra);
}

static void time_is_up_for_the_whole_group(void) {
    int64_t before = now();
    CHECK_EQUAL(shell("echo $$; sleep 60 & echo begun; wait", NULL, 0, 3000), ETIMEDOUT);
    CHECK(now() - before < 30000 * MILLISECOND);
    CHECK(strstr(output[0], "begun\n") != NULL);
    int group = atoi(output[0]), tries = 3000;
    CHECK(group > 1);
    while (kill(-group, 0) == 0 && tries-- > 0) usleep(10000);
    CHECK_EQUAL(errno, ESRCH);
}

static void a_grandchild_that_keeps_the_pipe_is_not_waited_for(void) {
    int64_t before = now();
    CHECK_EQUAL(shell("sleep 60 & echo $!; echo said", NULL, 0, 0), 0);
    CHECK(now() - before < 30000 * MILLISECOND);
    CHECK(strstr(output[0], "said\n") != NULL);
    kill(atoi(output[0]), SIGKILL);
    CHECK_EQUAL(shell("yes & echo $! >&2", NULL, 0, 0), 0); /* nor one that goes on printing */
    kill(atoi(output[1]), SIGKILL);
}

static void a_missing_program_is_an_error(void) {
    CHECK_EQUAL(shell("missing", "in", 2, 0), ENOENT);
}

static void a_dead_core_ends_the_hook(void) {
    memset(&a, 0, sizeof a);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, core), 0);
    close(core[1]);
    machine_start(&m, ORIGIN_FRONT, core[0], core[0]);
    uint64_t argv = pointers_to(&a, (uint64_t[]){text_of(&a, "sleep"), text_of(&a, "60")}, 2);
    uint64_t envp = pointers_to(&a, NULL, 0);
    EMIT(&a, OP_HOOK, 1, DATA(text_of(&a, "/bin/sleep")), DATA(argv), DATA(envp), NONE, NONE,
         IMM(1));
    size_t size;
    uint8_t *bytes = assemble(&a, &size);
    machine_run(&m, bytes, size);
    CHECK_EQUAL(m.result.error, CORE_GONE);
    free(bytes);
    close(core[0]);
}

static void until_finds_text_or_gives_up(void) {
    char path[] = "/tmp/jrun-until-XXXXXX";
    int fd = mkstemp(path);
    CHECK_EQUAL(write(fd, "populated 1\nfrozen 0\n", 21), 21);
    CHECK_EQUAL(wait_for_text(fd, "frozen 0", 9, deadline_after(1000), -1), 0);
    CHECK_EQUAL(wait_for_text(fd, "frozen 0\n", 9, deadline_after(1000), -1), 0);
    close(fd);
    unlink(path);
    /* As cgroup.events does, this one polls for changes. */
    fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int64_t before = now();
    CHECK_EQUAL(wait_for_text(fd, "no such text", 12, deadline_after(60), -1), -ETIMEDOUT);
    CHECK(now() - before >= 60 * MILLISECOND);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, core), 0);
    close(core[1]);
    CHECK_EQUAL(wait_for_text(fd, "no such text", 12, NO_DEADLINE, core[0]), -CORE_GONE);
    close(core[0]);
    close(fd);
    CHECK_EQUAL(wait_for_text(-1, "x", 1, NO_DEADLINE, -1), -EBADF);
}

static void start_times_are_told(void) {
    char text[1024], name[] = "a) R (b";
    long wanted = 0;
    CHECK_EQUAL(sys(__NR_prctl, 15 /* PR_SET_NAME */, name), 0);
    FILE *file = fopen("/proc/self/stat", "re");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *after = strrchr(text, ')') + 2;
    for (int field = 3; field < 22; field++) after = strchr(after, ' ') + 1;
    wanted = atol(after);
    CHECK(wanted > 0);
    CHECK_EQUAL(start_time(getpid()), wanted);
    CHECK_EQUAL(sys(__NR_prctl, 15, "tests"), 0);
    CHECK_EQUAL(start_time(0x7ffffff0), -ESRCH);
    CHECK_EQUAL(start_time(-1), -ESRCH);
}

void hook_tests(void) {
    RUN(a_hook_reads_and_prints);
    RUN(a_hook_gets_much_and_prints_much);
    RUN(not_reading_the_input_is_no_error);
    RUN(a_hook_inherits_little);
    RUN(time_is_up_for_the_whole_group);
    RUN(a_grandchild_that_keeps_the_pipe_is_not_waited_for);
    RUN(a_missing_program_is_an_error);
    RUN(a_dead_core_ends_the_hook);
    RUN(until_finds_text_or_gives_up);
    RUN(start_times_are_told);
}
