/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives itself attributes that programs inherit, and becomes another program; or shows those it
 * has:
 *
 *   inherit NAME=NUMBER... -- COMMAND...
 *   inherit show [FILE]        a line "NAME VALUE" for each
 *
 * Numbers are as in C. Exits with 2 if one of them cannot be had. Static, so that it needs nothing
 * of the container it runs in.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

static int put(const char *file, long value) {
    char text[32];
    int fd = open(file, O_WRONLY), size = snprintf(text, sizeof text, "%ld", value);
    if (fd < 0 || write(fd, text, (size_t)size) != size) return -1;
    return close(fd);
}

static int signals(int blocks) {
    sigset_t all;
    sigfillset(&all);
    if (blocks) return sigprocmask(SIG_BLOCK, &all, NULL);
    for (int n = 1; n < NSIG; n++) signal(n, SIG_IGN);
    return 0;
}

static int policy(int number) {
    struct sched_param none = {0};
    return sched_setscheduler(0, number, &none);
}

static int core(long most) {
    struct rlimit limit = {(rlim_t)most, (rlim_t)most};
    return setrlimit(RLIMIT_CORE, &limit);
}

static int group(long id) {
    gid_t groups[] = {(gid_t)id};
    return setgroups(1, groups);
}

static int cpus(long mask) { return (int)syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask); }

static int wakes(long seconds) {
    struct itimerval timer = {.it_value.tv_sec = seconds};
    return setitimer(ITIMER_REAL, &timer, NULL);
}

static int give(const char *name, long value) {
    unsigned long nodes = 1;
#define IS(word) (strcmp(name, word) == 0)
    if (IS("blocked")) return signals(1);
    if (IS("ignored")) return signals(0);
    if (IS("umask")) return umask((mode_t)value), 0;
    if (IS("nice")) return setpriority(PRIO_PROCESS, 0, (int)value);
    if (IS("policy")) return policy((int)value);
    if (IS("ioprio")) return (int)syscall(SYS_ioprio_set, 1, 0, value);
    if (IS("oom")) return put("/proc/self/oom_score_adj", value);
    if (IS("core")) return core(value);
    if (IS("personality")) return personality((unsigned long)value) < 0 ? -1 : 0;
    if (IS("slack")) return prctl(PR_SET_TIMERSLACK, value, 0, 0, 0);
    if (IS("nonewprivs")) return prctl(PR_SET_NO_NEW_PRIVS, value, 0, 0, 0);
    if (IS("dumpable")) return prctl(PR_SET_DUMPABLE, value, 0, 0, 0);
    if (IS("securebits")) return prctl(PR_SET_SECUREBITS, value, 0, 0, 0);
    if (IS("deathsignal")) return prctl(PR_SET_PDEATHSIG, value, 0, 0, 0);
    if (IS("subreaper")) return prctl(PR_SET_CHILD_SUBREAPER, value, 0, 0, 0);
    if (IS("nohugepages")) return prctl(PR_SET_THP_DISABLE, value, 0, 0, 0);
    if (IS("group")) return group(value);
    if (IS("cpus")) return cpus(value);
    if (IS("memory")) return (int)syscall(SYS_set_mempolicy, value, &nodes, 65);
    if (IS("coredump")) return put("/proc/self/coredump_filter", value);
    if (IS("timer")) return wakes(value);
    if (IS("keyring")) {
        return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "of-the-caller") < 0 ? -1 : 0;
    }
    if (IS("descriptor")) return dup2(STDIN_FILENO, (int)value) < 0 ? -1 : 0;
    return -1;
}

/* The text of a file's line that begins so, or all of the file. */
static void show_line(const char *name, const char *file, const char *beginning) {
    char line[512];
    FILE *in = fopen(file, "r");
    while (in && fgets(line, sizeof line, in)) {
        if (strncmp(line, beginning, strlen(beginning)) != 0) continue;
        printf("%s %s", name, line + strlen(beginning));
        break;
    }
    if (in) fclose(in);
}

static int descriptors(void) {
    int count = 0;
    DIR *all = opendir("/proc/self/fd");
    while (all && readdir(all)) count++;
    if (all) closedir(all);
    return count - 3; /* ".", ".." and that of the directory */
}

static void show(void) {
    struct rlimit limit;
    struct itimerval timer;
    cpu_set_t set;
    int mode = -1, death = -1, subreaper = -1, variables = 0;
    char keyring[256] = "", *semicolon;
    getrlimit(RLIMIT_CORE, &limit);
    getitimer(ITIMER_REAL, &timer);
    sched_getaffinity(0, sizeof set, &set);
    syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0);
    prctl(PR_GET_PDEATHSIG, &death);
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    while (environ[variables]) variables++;
    syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, keyring, sizeof keyring);
    semicolon = strrchr(keyring, ';');
    show_line("blocked", "/proc/self/status", "SigBlk:\t");
    show_line("ignored", "/proc/self/status", "SigIgn:\t");
    show_line("umask", "/proc/self/status", "Umask:\t");
    printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
    printf("policy %d\n", sched_getscheduler(0));
    printf("ioprio %#lx\n", syscall(SYS_ioprio_get, 1, 0));
    show_line("oom", "/proc/self/oom_score_adj", "");
    printf("core %lu\n", (unsigned long)limit.rlim_max);
    printf("personality %#x\n", personality(0xffffffff));
    printf("slack %d\n", prctl(PR_GET_TIMERSLACK));
    printf("nonewprivs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
    printf("securebits %#x\n", prctl(PR_GET_SECUREBITS));
    printf("deathsignal %d\n", death);
    printf("subreaper %d\n", subreaper);
    printf("nohugepages %d\n", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    printf("groups %d\n", getgroups(0, NULL));
    printf("cpus %d\n", CPU_COUNT(&set));
    printf("memory %d\n", mode);
    show_line("coredump", "/proc/self/coredump_filter", "");
    printf("timer %ld\n", (long)timer.it_value.tv_sec);
    printf("keyring %s\n", semicolon ? semicolon + 1 : "");
    printf("descriptors %d\n", descriptors());
    printf("session %s\n", getsid(0) == getpid() ? "own" : "another's");
    printf("variables %d\n", variables);
}

int main(int argc, char **argv) {
    if (argc >= 2 && strcmp(argv[1], "show") == 0) {
        /* Onto a descriptor that was there already: the file adds none. */
        if (argc > 2 && !freopen(argv[2], "w", stdout)) return 2;
        show();
        return 0;
    }
    for (int n = 1; n < argc; n++) {
        if (strcmp(argv[n], "--") == 0 && n + 1 < argc) {
            execvp(argv[n + 1], argv + n + 1);
            perror(argv[n + 1]);
            return 2;
        }
        char *equals = strchr(argv[n], '=');
        if (!equals) return 2;
        *equals = 0;
        if (give(argv[n], strtol(equals + 1, NULL, 0)) != 0) {
            perror(argv[n]);
            return 2;
        }
    }
    return 2;
}
