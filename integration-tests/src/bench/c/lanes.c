/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the commands of a lane and accounts for them. The driver is a subreaper, so that every
 * orphan of a command (a JVM that outlives its front, the init that create leaves) is its child:
 * it waits for all of them but the inits before it goes on, so that no lane's remains run while
 * another is timed, and their processor time is the command's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define INITS 4096
#define ERRORS "stderr"

struct lane lanes[LANES];
int lane_count;

static pid_t inits[INITS];
static int init_count;

void fail(const char *what, const char *detail) {
    char text[4096];
    fprintf(stderr, "bench: %s: %s\n", what, detail);
    FILE *errors = fopen(ERRORS, "r");
    size_t size = errors ? fread(text, 1, sizeof text, errors) : 0;
    fwrite(text, 1, size, stderr);
    exit(1);
}

static void lane_parse(struct lane *lane, char *line) {
    int words = 0, variables = 0, kind = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        if (kind == 0)
            lane->name = strdup(word);
        else if (kind == 1)
            lane->is_oci = strcmp(word, "oci") == 0;
        else if (kind == 2)
            lane->daemon = (pid_t)atoi(word);
        else if (words == 0 && strchr(word, '=') && variables < WORDS - 1)
            lane->env[variables++] = strdup(word);
        else if (words < WORDS / 2)
            lane->command[words++] = strdup(word);
        kind++;
    }
    if (words == 0) fail("lane without a command", lane->name ? lane->name : "");
}

void lanes_read(const char *path) {
    char line[4096];
    FILE *file = fopen(path, "r");
    if (!file) fail(path, strerror(errno));
    while (fgets(line, sizeof line, file) && lane_count < LANES)
        lane_parse(&lanes[lane_count++], line);
    fclose(file);
    for (int n = 0; n < lane_count; n++)
        lanes[n].daemon_ms = lanes[n].daemon ? process_cpu_ms(lanes[n].daemon) : 0;
}

struct lane *lane_named(const char *name) {
    for (int n = 0; n < lane_count; n++)
        if (strcmp(lanes[n].name, name) == 0) return &lanes[n];
    fail("no such lane", name);
}

static double timespec_ms(const struct timespec *t) {
    return (double)t->tv_sec * 1e3 + (double)t->tv_nsec / 1e6;
}

double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return timespec_ms(&t);
}

/* To the nanosecond, where /proc/PID/stat counts clock ticks. */
double process_cpu_ms(pid_t pid) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        fail("the warm core", "has gone");
    return timespec_ms(&t);
}

static double rusage_ms(const struct rusage *r) {
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e3 +
           (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e3;
}

pid_t command_start(const struct lane *lane, const char *const *words) {
    char *argv[WORDS];
    int count = 0;
    pid_t pid;
    posix_spawn_file_actions_t files;
    for (char *const *word = lane->command; *word; word++) argv[count++] = *word;
    for (; *words && count < WORDS - 1; words++) argv[count++] = (char *)*words;
    argv[count] = NULL;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, ERRORS, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int error = posix_spawn(&pid, argv[0], &files, NULL, argv, (char **)lane->env);
    if (error != 0) fail(argv[0], strerror(error));
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

/* An init is a child of this process once its creator has gone: not to be waited for here. */
static void init_spare(pid_t pid) {
    if (init_count == INITS) fail("inits", "too many");
    inits[init_count++] = pid;
}

static int is_init(pid_t pid) {
    for (int n = 0; n < init_count; n++)
        if (inits[n] == pid) return 1;
    return 0;
}

/* A child of this process that is not an init, or 0. */
static pid_t orphan(void) {
    static DIR *proc;
    struct dirent *entry;
    pid_t found = 0;
    if (!proc) proc = opendir("/proc");
    if (!proc) fail("/proc", strerror(errno));
    rewinddir(proc);
    while (!found && (entry = readdir(proc))) {
        char path[64], text[512];
        pid_t pid = (pid_t)atoi(entry->d_name), parent = 0;
        if (pid <= 0) continue;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (fd >= 0) close(fd);
        if (size <= 0) continue;
        text[size] = 0;
        char *end = strrchr(text, ')');
        if (end && sscanf(end, ") %*c %d", &parent) == 1 && parent == getpid() && !is_init(pid))
            found = pid;
    }
    return found;
}

/* Waits for everything the command left behind but the inits; gives its processor time. */
static double settle(struct lane *lane, const char *const *words) {
    double cpu = 0;
    struct rusage usage;
    for (const char *const *word = words; *word; word++)
        if (strcmp(*word, "--pid-file") == 0) init_spare(pid_read(word[1]));
    for (pid_t pid; (pid = orphan()) > 0;)
        if (wait4(pid, NULL, 0, &usage) == pid) cpu += rusage_ms(&usage);
    if (lane->daemon) {
        double before = lane->daemon_ms;
        lane->daemon_ms = process_cpu_ms(lane->daemon);
        cpu += lane->daemon_ms - before;
    }
    return cpu;
}

struct cost command_run(struct lane *lane, const char *const *words) {
    struct rusage usage;
    struct cost cost;
    int status;
    double from = now_ms();
    if (lane->daemon) lane->daemon_ms = process_cpu_ms(lane->daemon);
    pid_t pid = command_start(lane, words);
    if (wait4(pid, &status, 0, &usage) != pid) fail(lane->name, strerror(errno));
    cost.ms = now_ms() - from;
    if (status != 0) fail(lane->name, *words ? *words : "failed");
    cost.cpu = rusage_ms(&usage) + settle(lane, words);
    cost.mb = (double)usage.ru_maxrss / 1024;
    return cost;
}

double init_wait(pid_t pid) {
    struct rusage usage;
    if (wait4(pid, NULL, 0, &usage) != pid) fail("init", strerror(errno));
    for (int n = 0; n < init_count; n++)
        if (inits[n] == pid) inits[n] = inits[--init_count];
    return rusage_ms(&usage);
}

pid_t pid_read(const char *path) {
    int pid = 0;
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%d", &pid) != 1) fail(path, "holds no pid");
    fclose(file);
    return (pid_t)pid;
}
