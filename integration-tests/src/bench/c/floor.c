/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: what the kernel alone needs to run /bin/true as `jrun spec` describes it. floor ROOTFS
 * PARENT makes a cgroup below PARENT with its device program, clones into it and into new
 * namespaces, makes the mounts, devices, links, masks and read-only paths, changes the root,
 * restricts itself, executes, waits and removes the cgroup. Everything is hard-coded: no
 * configuration, no state, no proofs, no names looked up, no second executable. The calls are those
 * that `jrun plan --syscalls` lists for the same container, so that the distance to this program is
 * what a runtime adds.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* From headers that cannot be included beside those above. */
enum { OLD_MS_REC = 16384, OLD_MS_PRIVATE = 1 << 18, OLD_MS_SLAVE = 1 << 19, OLD_DETACH = 2 };

#define STRING FSCONFIG_SET_STRING
#define FLAG FSCONFIG_SET_FLAG
#define CLONE_TREE (OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)

/* The result of a call that must not fail. */
static long must(const char *what, long result) {
    if (result >= 0) return result;
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    _exit(1);
}

struct setting {
    unsigned command;
    const char *key, *value;
};

static int new_mount(const char *type, const struct setting *settings, unsigned attributes) {
    int fs = (int)must(type, syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
    for (; settings->key; settings++)
        must(settings->key,
             syscall(SYS_fsconfig, fs, settings->command, settings->key, settings->value, 0));
    must(type, syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
    int mount = (int)must(type, syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
    close(fs);
    return mount;
}

/* An O_PATH descriptor of a path below the root; -1 if it is not there and need not be. */
static int resolve(int root, const char *path, int optional) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    return fd < 0 && optional && errno == ENOENT ? -1 : (int)must(path, fd);
}

static void move(int mount, int target) {
    must("move_mount", syscall(SYS_move_mount, mount, "", target, "",
                               MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static void place(int root, int mount, const char *path) {
    int target = -1;
    for (int tries = 0; target < 0 && tries < 2; tries++) {
        target = resolve(root, path, 1);
        if (target < 0) must(path, mkdirat(root, path + 1, 0755));
    }
    move(mount, target);
    close(mount);
    close(target);
}

static void make_mounts(int root) {
    const unsigned plain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    const struct setting proc[] = {{STRING, "source", "proc"}, {0}};
    const struct setting dev[] = {
        {STRING, "source", "tmpfs"}, {STRING, "mode", "755"}, {STRING, "size", "65536k"}, {0}};
    const struct setting pts[] = {{STRING, "source", "devpts"}, {FLAG, "newinstance", NULL},
                                  {STRING, "ptmxmode", "0666"}, {STRING, "mode", "0620"},
                                  {STRING, "gid", "5"},         {0}};
    const struct setting shm[] = {
        {STRING, "source", "shm"}, {STRING, "mode", "1777"}, {STRING, "size", "65536k"}, {0}};
    const struct setting mqueue[] = {{STRING, "source", "mqueue"}, {0}};
    const struct setting sysfs[] = {{STRING, "source", "sysfs"}, {FLAG, "ro", NULL}, {0}};
    const struct setting cgroup[] = {{STRING, "source", "cgroup"}, {FLAG, "ro", NULL}, {0}};
    place(root, new_mount("proc", proc, 0), "/proc");
    place(root, new_mount("tmpfs", dev, MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME), "/dev");
    place(root, new_mount("devpts", pts, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC), "/dev/pts");
    place(root, new_mount("tmpfs", shm, plain), "/dev/shm");
    place(root, new_mount("mqueue", mqueue, plain), "/dev/mqueue");
    place(root, new_mount("sysfs", sysfs, plain | MOUNT_ATTR_RDONLY), "/sys");
    place(root, new_mount("cgroup2", cgroup, plain | MOUNT_ATTR_RDONLY), "/sys/fs/cgroup");
}

static void enter(int root) {
    int old = (int)must("open /", open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    must("fchdir", fchdir(root));
    must("pivot_root", syscall(SYS_pivot_root, ".", "."));
    must("fchdir", fchdir(old));
    must("mount", syscall(SYS_mount, "", ".", NULL, OLD_MS_REC | OLD_MS_SLAVE, NULL));
    must("umount2", syscall(SYS_umount2, ".", OLD_DETACH));
    close(old);
    must("chdir", chdir("/"));
}

static void make_devices(int root) {
    static const struct {
        const char *name;
        unsigned major, minor;
    } devices[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
                   {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    static const char *const links[][2] = {
        {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
        {"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"},      {"pts/ptmx", "ptmx"}};
    int dev = resolve(root, "/dev", 0);
    for (size_t n = 0; n < sizeof devices / sizeof *devices; n++)
        must(devices[n].name, mknodat(dev, devices[n].name, S_IFCHR | 0666,
                                      makedev(devices[n].major, devices[n].minor)));
    for (size_t n = 0; n < sizeof links / sizeof *links; n++)
        must(links[n][1], symlinkat(links[n][0], dev, links[n][1]));
    close(dev);
}

static void mask(int root, int null, int empty) {
    static const char *const paths[] = {"/proc/acpi",          "/proc/asound",
                                        "/proc/kcore",         "/proc/keys",
                                        "/proc/latency_stats", "/proc/timer_list",
                                        "/proc/timer_stats",   "/proc/sched_debug",
                                        "/sys/firmware",       "/sys/devices/virtual/powercap",
                                        "/proc/scsi"};
    for (size_t n = 0; n < sizeof paths / sizeof *paths; n++) {
        struct stat status;
        int target = resolve(root, paths[n], 1);
        if (target < 0) continue;
        must(paths[n], fstat(target, &status));
        int cover =
            (int)must(paths[n], syscall(SYS_open_tree, S_ISDIR(status.st_mode) ? empty : null, "",
                                        CLONE_TREE | AT_EMPTY_PATH));
        move(cover, target);
        close(cover);
        close(target);
    }
}

static void set_readonly(int mount, unsigned recursive) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    must("mount_setattr", syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | recursive,
                                  &attributes, sizeof attributes));
}

static void make_readonly(int root) {
    static const char *const paths[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                        "/proc/sysrq-trigger"};
    for (size_t n = 0; n < sizeof paths / sizeof *paths; n++) {
        int target = resolve(root, paths[n], 1);
        if (target < 0) continue;
        int mount = (int)must(paths[n], syscall(SYS_open_tree, target, "",
                                                CLONE_TREE | AT_EMPTY_PATH | AT_RECURSIVE));
        set_readonly(mount, AT_RECURSIVE);
        move(mount, target);
        close(mount);
        close(target);
    }
    set_readonly(root, 0);
}

static void restrict_self(void) {
    const uint32_t kept = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct capabilities[2] = {{kept, kept, 0}, {0, 0, 0}};
    struct rlimit files = {1024, 1024};
    long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "_ses.floor");
    if (keyring >= 0) syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, 0x3f1b0000);
    must("setrlimit", setrlimit(RLIMIT_NOFILE, &files));
    must("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    for (int n = 0; n < 64; n++) {
        if (n < 32 && (kept & 1u << n) != 0) continue;
        if (prctl(PR_CAPBSET_DROP, n, 0, 0, 0) < 0) break;
    }
    must("setgroups", syscall(SYS_setgroups, 0, NULL));
    must("setresgid", syscall(SYS_setresgid, 0, 0, 0));
    must("setresuid", syscall(SYS_setresuid, 0, 0, 0));
    must("capset", syscall(SYS_capset, &header, capabilities));
    must("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
}

static void raise_loopback(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = (int)must("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    must("SIOCSIFFLAGS", ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
}

static void become(const char *rootfs) {
    static const char *const argv[] = {"true", NULL};
    static const char *const envp[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/",
        NULL};
    const struct setting nothing[] = {{STRING, "nr_inodes", "2"}, {STRING, "mode", "755"}, {0}};
    struct mount_attr private = {.propagation = OLD_MS_PRIVATE};
    must("setsid", setsid());
    raise_loopback();
    must("unshare", syscall(SYS_unshare, CLONE_NEWCGROUP));
    must("mount /", syscall(SYS_mount, "", "/", NULL, OLD_MS_REC | OLD_MS_SLAVE, NULL));
    int root =
        (int)must(rootfs, syscall(SYS_open_tree, AT_FDCWD, rootfs, CLONE_TREE | AT_RECURSIVE));
    must("propagation",
         syscall(SYS_mount_setattr, root, "", AT_EMPTY_PATH, &private, sizeof private));
    int over = (int)must(rootfs, open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC));
    move(root, over);
    close(over);
    int null = (int)must("/dev/null", syscall(SYS_open_tree, AT_FDCWD, "/dev/null", CLONE_TREE));
    int empty =
        new_mount("tmpfs", nothing,
                  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    make_mounts(root);
    enter(root);
    make_devices(root);
    must("sethostname", syscall(SYS_sethostname, "jrun", 4));
    mask(root, null, empty);
    make_readonly(root);
    restrict_self();
    umask(022);
    syscall(SYS_close_range, 3, ~0u, 0);
    execve("/bin/true", (char **)argv, (char **)envp);
    must("execve", -1);
}

/* The default allow-list as a device program, the last rule first: type, major, minor, or any. */
static size_t device_program(struct bpf_insn *code) {
    static const int rules[][3] = {{2, 10, 200}, {2, 5, 2}, {2, 136, -1}, {2, 1, 9}, {2, 1, 5},
                                   {2, 5, 0},    {2, 1, 7}, {2, 1, 8},    {2, 1, 3}};
    const struct bpf_insn head[] = {
        {BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0},        {BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0},
        {BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, 0xffff}, {BPF_ALU64 | BPF_RSH | BPF_K, 2, 0, 0, 16},
        {BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0},        {BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0}};
    const struct bpf_insn yes[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1},
                                   {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    size_t at = sizeof head / sizeof *head;
    memcpy(code, head, sizeof head);
    for (size_t n = 0; n < sizeof rules / sizeof *rules; n++) {
        int left = (rules[n][2] >= 0 ? 3 : 2) + 2;
        for (int field = 0; field < 3; field++)
            if (rules[n][field] >= 0)
                code[at++] = (struct bpf_insn){BPF_JMP | BPF_JNE | BPF_K, (uint8_t)(3 + field) & 15,
                                               0, (int16_t)--left, rules[n][field]};
        memcpy(code + at, yes, sizeof yes);
        at += 2;
    }
    /* mknod of anything; nothing else. */
    code[at++] = (struct bpf_insn){BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, 6};
    code[at++] = (struct bpf_insn){BPF_JMP | BPF_JNE | BPF_K, 2, 0, 2, 0};
    memcpy(code + at, yes, sizeof yes);
    memcpy(code + at + 2, yes, sizeof yes);
    code[at + 2].imm = 0;
    return at + 4;
}

static void allow_devices(int cgroup) {
    struct bpf_insn code[128];
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insn_cnt = (uint32_t)device_program(code);
    attr.insns = (uint64_t)(uintptr_t)code;
    attr.license = (uint64_t)(uintptr_t) "GPL";
    int program = (int)must("BPF_PROG_LOAD", syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr));
    memset(&attr, 0, sizeof attr);
    attr.target_fd = (uint32_t)cgroup;
    attr.attach_bpf_fd = (uint32_t)program;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI;
    must("BPF_PROG_ATTACH", syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof attr));
    close(program);
}

int main(int argc, char **argv) {
    char path[256];
    if (argc != 3) {
        fprintf(stderr, "usage: floor ROOTFS PARENT\n");
        return 2;
    }
    umask(0);
    snprintf(path, sizeof path, "%s/floor-%d", argv[2], getpid());
    must(path, mkdir(path, 0755));
    int cgroup = (int)must(path, open(path, O_DIRECTORY | O_CLOEXEC));
    allow_devices(cgroup);
    struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                                       CLONE_NEWNET | CLONE_INTO_CGROUP,
                              .exit_signal = SIGCHLD,
                              .cgroup = (uint64_t)cgroup};
    pid_t pid = (pid_t)must("clone3", syscall(SYS_clone3, &args, sizeof args));
    if (pid == 0) become(argv[1]);
    int status;
    must("waitpid", waitpid(pid, &status, 0));
    must(path, rmdir(path));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
