/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells of each feature in docs/kernels.md whether this kernel has it: "yes NAME" or "no NAME",
 * where NAME is what stands in one row alone. Each is asked for by the call itself, and nothing is
 * left of it.
 *
 *   kernels CGROUP    a directory of cgroup2 that is not the root; with cpuset, where there is that
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OPEN_TREE = 428,
    FSOPEN = 430,
    FSCONFIG = 431,
    FSMOUNT = 432,
    CLONE3 = 435,
    OPEN_TREE_ATTR = 467,
    LISTNS = 470,
    SET_STRING = 1,
    SET_FD = 5,
    CREATE = 6,
    TREE_CLONE = 1,
    TREE_NAMESPACE = 2,
    FILTER_LISTENER = 8,
    FILTER_KILLABLE = 32,
};

#define AUTOREAP (1ULL << 34)
#define NNP (1ULL << 35)
#define AUTOKILL (1ULL << 36)
#define EMPTY_MNTNS (1ULL << 37)

static void tell(const char *name, int there) { printf("%s %s\n", there ? "yes" : "no", name); }

static int opens(long fd) {
    if (fd >= 0) {
        close((int)fd);
    }
    return fd >= 0;
}

static int takes(const char *system, int command, const char *key, const char *value, int fd) {
    int context = (int)syscall(FSOPEN, system, 0);
    int taken = context >= 0 && syscall(FSCONFIG, context, command, key, value, fd) == 0;
    close(context);
    return taken;
}

/* A tmpfs that is attached nowhere. */
static int detached(void) {
    int context = (int)syscall(FSOPEN, "tmpfs", 0);
    syscall(FSCONFIG, context, CREATE, 0, 0, 0);
    int mount = (int)syscall(FSMOUNT, context, 0, 0);
    close(context);
    return mount;
}

struct clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

/* Whether a process can be made by these flags; it ends at once. */
static int clones(uint64_t flags, int signal) {
    int pidfd = -1;
    struct clone_args args = {
        .flags = flags | CLONE_PIDFD,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = (uint64_t)signal,
    };
    long pid = syscall(CLONE3, &args, sizeof args);
    if (pid == 0) {
        _exit(0);
    }
    if (pid > 0) {
        /* Fails for one that is reaped by the kernel, after its end. */
        waitpid((pid_t)pid, 0, __WALL);
        close(pidfd);
    }
    return pid > 0;
}

/* PIDFD_GET_INFO, in the first form it had; 1 if it knows the process, 2 if also how it ended. */
static int knows(void) {
    struct {
        uint64_t mask, cgroup;
        uint32_t ids[11];
        int32_t exit_code;
    } info = {.mask = 1};
    pid_t pid = fork();
    if (pid == 0) {
        _exit(7);
    }
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    unsigned long get_info = _IOC(_IOC_READ | _IOC_WRITE, 0xff, 11, sizeof info);
    int known = ioctl(fd, get_info, &info) == 0 && info.mask & 1;
    waitpid(pid, 0, 0);
    info.mask = 8;
    int ended =
        ioctl(fd, get_info, &info) == 0 && info.mask & 8 && WEXITSTATUS(info.exit_code) == 7;
    close(fd);
    return known + ended;
}

/* Whether a flag of a filter is known: then it is the filter that is missing. */
static int filters(unsigned flags) {
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, 0) < 0 && errno == EFAULT;
}

/* Whether a slice that was asked for is read back; the kernel's smallest is 0.1 ms. */
static int slices(void) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .runtime = 3000000};
    pid_t pid = fork();
    if (pid == 0) {
        int set = syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
        attributes.runtime = 0;
        int got = syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) == 0;
        _exit(set && got && attributes.runtime == 3000000 ? 0 : 1);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    return status == 0;
}

static void put(const char *cgroup, const char *file, const char *text) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", cgroup, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        exit(3);
    }
    close(fd);
}

/* Whether a process that was put to the first CPU is still there in a cgroup that has two. */
static int remembers(const char *cgroup) {
    put(cgroup, "cpuset.cpus", "0-1");
    pid_t pid = fork();
    if (pid == 0) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(0, &cpus);
        int set = sched_setaffinity(0, sizeof cpus, &cpus) == 0;
        put(cgroup, "cgroup.procs", "0");
        int got = sched_getaffinity(0, sizeof cpus, &cpus) == 0;
        _exit(set && got && CPU_COUNT(&cpus) == 1 ? 0 : 1);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    return status == 0;
}

static int lists(void) {
    struct {
        uint32_t size, spare;
        uint64_t id;
        uint32_t type, spare2;
        uint64_t user;
    } request = {.size = sizeof request, .type = CLONE_NEWNS};
    uint64_t found[1];
    return syscall(LISTNS, &request, found, 1, 0) == 1;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int mount = detached();
    uint64_t read_only[4] = {1, 0, 0, 0};
    char local[4096];
    snprintf(local, sizeof local, "%s/cgroup.stat.local", argv[1]);

    char cpus[4096];
    snprintf(cpus, sizeof cpus, "%s/cpuset.cpus", argv[1]);

    tell("WAIT_KILLABLE_RECV",
         filters(FILTER_LISTENER | FILTER_KILLABLE) && !filters(FILTER_KILLABLE));
    if (access(cpus, F_OK) == 0) {
        tell("sched_setaffinity", remembers(argv[1]));
    }
    tell("MFD_EXEC", opens(syscall(SYS_memfd_create, "kernels", 0x10)));
    tell("looks a directory up", !takes("overlay", SET_STRING, "lowerdir", "/no/such/file", 0));
    /* A context of the old kind takes any name, and looks at it later. */
    tell("lowerdir+", takes("overlay", SET_STRING, "lowerdir+", "/", 0) &&
                          !takes("overlay", SET_STRING, "unheard-of", "/", 0));
    tell("FSCONFIG_SET_FD", takes("overlay", SET_FD, "lowerdir+", 0, root));
    tell("sched_runtime", slices());
    tell("never attached", opens(syscall(OPEN_TREE, mount, "", TREE_CLONE | AT_EMPTY_PATH)));
    tell("open_tree_attr",
         opens(syscall(OPEN_TREE_ATTR, AT_FDCWD, "/", TREE_CLONE, read_only, sizeof read_only)));
    tell("PIDFD_GET_INFO", knows() >= 1);
    tell("exit status", knows() >= 2);
    tell("pidns=", takes("proc", SET_STRING, "pidns", "/proc/self/ns/pid", 0));
    tell("subset=pid", takes("proc", SET_STRING, "subset", "pid", 0));
    tell("cgroup.stat.local", access(local, F_OK) == 0);
    tell("listns", lists());
    tell("OPEN_TREE_NAMESPACE",
         opens(syscall(OPEN_TREE, mount, "", TREE_NAMESPACE | AT_EMPTY_PATH)));
    tell("CLONE_EMPTY_MNTNS", clones(CLONE_NEWNS | EMPTY_MNTNS, SIGCHLD));
    tell("CLONE_PIDFD_AUTOKILL", clones(AUTOKILL | AUTOREAP, 0));
    tell("CLONE_NNP", clones(NNP, SIGCHLD));
    return 0;
}
