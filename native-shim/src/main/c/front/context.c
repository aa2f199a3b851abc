/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONTEXT, the first frame: everything the core may want to know of the caller, so that it never
 * has to ask its own process. It is measured, written into memory mapped for it, sent and
 * forgotten.
 */
#include "kernel.h"

#define CGROUP_MAX 16384
#define FIXED_MAX (4096 + PATH_MAX + CGROUP_MAX)

static uint8_t *put(uint8_t *to, const void *bytes, size_t size) {
    memcpy(to, bytes, size);
    return to + size;
}

static uint8_t *put_u32(uint8_t *to, long value) {
    uint32_t word = (uint32_t)value;
    return put(to, &word, sizeof word);
}

static uint8_t *put_string(uint8_t *to, const void *bytes, long size) {
    if (size < 0) size = 0;
    return put(put_u32(to, size), bytes, (size_t)size);
}

static uint8_t *put_strings(uint8_t *to, char **strings) {
    uint8_t *count = to;
    to += sizeof(uint32_t);
    long n = 0;
    for (; strings[n]; n++) to = put_string(to, strings[n], (long)strlen(strings[n]));
    put_u32(count, n);
    return to;
}

static size_t strings_size(char **strings) {
    size_t size = 0;
    for (; *strings; strings++) size += sizeof(uint32_t) + strlen(*strings);
    return size;
}

static uint8_t *put_identity(uint8_t *to) {
    long mask = sys(__NR_umask, 0);
    sys(__NR_umask, mask);
    to = put_u32(put_u32(to, sys(__NR_getpid)), sys(__NR_getppid));
    to = put_u32(put_u32(to, sys(__NR_getuid)), sys(__NR_geteuid));
    to = put_u32(put_u32(to, sys(__NR_getgid)), sys(__NR_getegid));
    return put_u32(to, mask);
}

/* What a launch may use where it is there, each asked for by a call that can do nothing: flags are
 * looked at before the descriptor. */
static uint8_t *put_kernel(uint8_t *to) {
    long error = sys(__NR_open_tree, -1, "", OPEN_TREE_NAMESPACE | AT_EMPTY_PATH);
    return put_u32(to, error == -EBADF ? KERNEL_TREE_NAMESPACES : 0);
}

static uint8_t *put_namespaces(uint8_t *to) {
    static const char names[4][24] = {"/proc/self/ns/mnt", "/proc/self/ns/user",
                                      "/proc/self/ns/pid", "/proc/self/ns/cgroup"};
    for (int n = 0; n < 4; n++) {
        struct statx status;
        long error = sys(__NR_statx, AT_FDCWD, names[n], 0, STATX_INO, &status);
        uint64_t inode = error < 0 ? 0 : status.stx_ino;
        to = put(to, &inode, sizeof inode);
    }
    return to;
}

static uint8_t *put_limits(uint8_t *to) {
    for (int n = 0; n < RLIM_NLIMITS; n++) {
        uint64_t limit[2] = {0, 0};
        sys(__NR_prlimit64, 0, n, NULL, limit);
        to = put(to, limit, sizeof limit);
    }
    return to;
}

/* The kernel counts the NUL, and marks a directory that cannot be reached from the root. */
static uint8_t *put_directory(uint8_t *to) {
    char path[PATH_MAX];
    long size = sys(__NR_getcwd, path, sizeof path);
    return put_string(to, path, size > 0 && path[0] == '/' ? size - 1 : 0);
}

static uint8_t *put_cgroup(uint8_t *to) {
    char text[CGROUP_MAX];
    long size = 0, fd = sys(__NR_openat, AT_FDCWD, "/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        size = read_all((int)fd, text, sizeof text, NO_DEADLINE, -1);
        sys(__NR_close, fd);
    }
    return put_string(to, text, size);
}

long context_send(int channel, int argc, char **argv, char **envp, const struct result *stored) {
    size_t room = FIXED_MAX + strings_size(argv) + strings_size(envp);
    if (argc < 0 || room > FRAME_MAX) return -E2BIG;
    long memory = sys_call(__NR_mmap, 0, (long)room, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (is_error(memory)) return memory;
    uint8_t *start = (uint8_t *)memory, *to = put_u32(put_u32(start, CONTEXT_MAGIC), PROTOCOL);
    to = put_string(to, JRUN_VERSION, sizeof JRUN_VERSION - 1);
    to = put_cgroup(put_directory(put_limits(put_namespaces(put_kernel(put_identity(to))))));
    to = put_strings(put_strings(to, argv), envp);
    to = put_string(to, stored, sizeof *stored);
    long sent = frame_send(channel, FRAME_CONTEXT, "", 0, start, (size_t)(to - start));
    sys(__NR_munmap, memory, room);
    return sent;
}
