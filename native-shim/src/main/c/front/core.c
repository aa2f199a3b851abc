/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cold core: the native one of this very installation, or its JVM if it has none, found by the
 * path of this program and by nothing a caller can set. It inherits a channel and a place for its
 * last words, and it does not outlive the front. When it dies, the words shown are chosen here,
 * because nobody else is left to choose them.
 */
#include "kernel.h"

#define LAST_WORDS 8192

/* PREFIX/bin/NAME gives PREFIX/lib/jrun. */
static long find_library(char path[PATH_MAX]) {
    static const char library[] = "/lib/jrun";
    long end = sys(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", path, PATH_MAX);
    if (end < 0) return end;
    for (int cuts = 0; cuts < 2 && end > 0; cuts++) do
            end--;
        while (end > 0 && path[end] != '/');
    if ((size_t)end + sizeof library > PATH_MAX) end = 0; /* there is nothing at such a path */
    memcpy(path + end, library, sizeof library);
    return 0;
}

/* Whether a socket was handed over to this very process: sd_listen_fds(3). */
static int is_activated(char **envp) {
    char room[24];
    const char *pid = environment(envp, ACTIVATED_PID_VARIABLE "="),
               *own = decimal(room, sys(__NR_getpid));
    const char *count = environment(envp, ACTIVATED_COUNT_VARIABLE "=");
    return pid && is_same(pid, own) && count && count[0] == '1' && count[1] == 0;
}

/*
 * For the core alone; whoever else is executed has the caller's limits. Ends this process where
 * there is less than a core needs: a virtual machine says so at length, or hangs.
 */
static void raise_limit(int resource, uint64_t least, uint64_t wanted, const char *words) {
    uint64_t limit[2] = {RLIM64_INFINITY, RLIM64_INFINITY}, more[2] = {wanted, wanted};
    char room[24];
    sys(__NR_prlimit64, 0, resource, NULL, limit);
    if (limit[0] >= wanted) return;
    if (limit[1] > wanted) more[1] = limit[1];
    if (sys(__NR_prlimit64, 0, resource, more, NULL) == 0) return;
    more[0] = more[1] = limit[1];
    sys(__NR_prlimit64, 0, resource, more, NULL);
    if (limit[1] >= least) return;
    say(words);
    say(decimal(room, (int64_t)limit[1]));
    say(", and it needs ");
    say(decimal(room, (int64_t)least));
    say("\n");
    leave(1);
}

static void raise_files(uint64_t least, uint64_t wanted) {
    raise_limit(RLIMIT_NOFILE, least, wanted, "files that may be open (ulimit -n): ");
}

static void raise_stack(void) {
    raise_limit(RLIMIT_STACK, CORE_STACK_MIN, CORE_STACK_WANTED, "bytes of stack (ulimit -s): ");
}

static void raise_memory(uint64_t data, uint64_t space) {
    raise_limit(RLIMIT_DATA, data, data, "bytes of data (ulimit -d): ");
    raise_limit(RLIMIT_AS, space, space, "bytes of address space (ulimit -v): ");
}

/*
 * Executes the core in the library: the native one with a word for the way it is to work, else a
 * JVM with a file of arguments; argv has room for both in its first two places. It returns why not.
 */
static long execute(char library[PATH_MAX], char *way, char *arguments, char **argv, char **envp) {
    char native[] = "core", java[] = "runtime/bin/java";
    long error = find_library(library);
    if (error == 0) error = sys(__NR_chdir, library);
    if (error < 0) return error; /* names would be found where the caller stands */
    argv[0] = native;
    argv[1] = way;
    raise_stack();
    raise_memory(NATIVE_DATA_MIN, NATIVE_SPACE_MIN);
    error = sys(__NR_execve, native, argv, envp);
    if (error != -ENOENT) return error;
    raise_files(JVM_FILES_MIN, JVM_FILES_MIN);
    raise_memory(JVM_DATA_MIN, JVM_SPACE_MIN);
    argv[0] = java;
    argv[1] = arguments;
    return sys(__NR_execve, java, argv, envp);
}

/* The warm core itself is a core in this process's place; a socket handed over becomes stdin. */
int core_become(char **options, char **envp) {
    char library[PATH_MAX] = "", way[] = "daemon", arguments[] = "@daemon.args";
    char locale[] = "LC_ALL=C.UTF-8", *argv[16] = {NULL}, *keep[4] = {locale};
    const char *path = environment(envp, SOCKET_VARIABLE "=");
    int count = 2;
    for (; *options && count < 15; options++) argv[count++] = *options;
    if (is_activated(envp)) sys(__NR_dup3, 3, 0, 0);
    if (path) keep[1] = (char *)path - strlen(SOCKET_VARIABLE "=");
    path = environment(envp, RUNTIME_DIRECTORY_VARIABLE "=");
    if (path) keep[keep[1] ? 2 : 1] = (char *)path - strlen(RUNTIME_DIRECTORY_VARIABLE "=");
    sys(__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
    long error = execute(library, way, arguments, argv, keep);
    say("jrun: cannot start the warm core in ");
    say(library);
    say("\n");
    return error != 0;
}

static long execute_cold(int channel, int log, int front) {
    char library[PATH_MAX] = "", way[] = "cold", arguments[] = "@core.args";
    char locale[] = "LC_ALL=C.UTF-8", *argv[3] = {NULL}, *envp[] = {locale, NULL};
    sys(__NR_setsid);
    sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (sys(__NR_getppid) != front) leave(1); /* it died before the line above */
    sys(__NR_dup3, channel, 0, 0);
    sys(__NR_dup3, channel, 1, 0);
    sys(__NR_dup3, log, 2, 0);
    raise_files(NATIVE_FILES_MIN, CORE_FILES_WANTED);
    sys(__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
    signals_default();
    long error = execute(library, way, arguments, argv, envp);
    say(library[0] ? "cannot start the core in " : "cannot find the core: /proc is not mounted");
    say(library);
    return error;
}

/* Nobody else is there to say why. */
void core_missed(long error) {
    char room[24];
    say("jrun: cannot start the core: ");
    if (error == -EMFILE)
        say("no more files may be open (ulimit -n)");
    else if (error == -EAGAIN)
        say("there may be no more processes (ulimit -u, or pids.max of a cgroup)");
    else if (error == -ENOMEM)
        say("there is no more memory");
    else if (error == -ENOSYS || error == -EPERM)
        say("a filter of system calls forbids memfd_create, socketpair or clone");
    else {
        say("errno ");
        say(decimal(room, -error));
    }
    say("\n");
}

long core_start(struct core *core) {
    int ends[2], front = (int)sys(__NR_getpid);
    long log = sys(__NR_memfd_create, "jrun-core-log", MFD_CLOEXEC);
    if (log < 0) return log;
    long pid = sys(__NR_socketpair, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends);
    if (pid < 0) return pid;
    pid = sys(__NR_clone, SIGCHLD, 0, 0, 0, 0); /* filters of engines hide clone3 */
    if (pid == 0) {
        char room[24];
        long error = execute_cold(ends[1], (int)log, front);
        say(": errno ");
        say(decimal(room, -error));
        say("\n");
        leave(1);
    }
    sys(__NR_close, ends[1]);
    *core = (struct core){(int)pid, ends[0], (int)log, 0};
    return pid < 0 ? pid : 0;
}

/* Gives the wait status of one that has ended by itself, else 0. */
int core_end(int pid) {
    int status = 0;
    if (pid <= 0 || sys(__NR_wait4, pid, &status, WNOHANG | __WALL, NULL) == pid) return status;
    sys(__NR_kill, pid, SIGKILL);
    while (sys(__NR_wait4, pid, NULL, __WALL, NULL) == -EINTR)
        ;
    return 0;
}

/* Says that the core has ended, with the first words that it wrote to its standard error; all of
 * them for who wants to debug. */
void core_mourn(const struct core *core, int debug) {
    char words[LAST_WORDS];
    long size = core->log < 0 ? 0 : sys(__NR_pread64, core->log, words, sizeof words, 0);
    long from = 0, to;
    while (from < size && (words[from] == '#' || words[from] == ' ' || words[from] == '\n')) from++;
    for (to = from; to < size && words[to] != '\n';) to++;
    say("jrun: the core ended unexpectedly");
    if (to > from) {
        say(": ");
        write_all(2, words + from, (size_t)(to - from), NO_DEADLINE);
    } else if ((core->status & 0x7f) == SIGKILL) {
        say(": it was killed, perhaps for want of memory");
    }
    say("\n");
    if (to < size && debug) write_all(2, words + to + 1, (size_t)(size - to - 1), NO_DEADLINE);
}
