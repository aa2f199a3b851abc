/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at other processes through files of the kernel: when a process started, and whether a file
 * such as cgroup.events says what is waited for.
 */
#include "kernel.h"

#define FIELD_AFTER_NAME 3
#define FIELD_STARTTIME 22

/* The name in the second field may hold spaces and parentheses: fields count after the last ')'. */
static long parse_start_time(const char *text, size_t size) {
    size_t at = size;
    while (at > 0 && text[at - 1] != ')') at--;
    if (at == 0) return -EPROTO;
    for (int field = FIELD_AFTER_NAME - 1; field < FIELD_STARTTIME; at++) {
        if (at >= size) return -EPROTO;
        if (text[at] == ' ') field++;
    }
    long time = 0;
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++)
        time = time * 10 + (text[at] - '0');
    return time;
}

long start_time(int pid) {
    static const char before[] = "/proc/", after[] = "/stat";
    char path[64], room[24], *digits = decimal(room, pid), text[1024];
    size_t size = strlen(digits);
    memcpy(path, before, sizeof before - 1);
    memcpy(path + sizeof before - 1, digits, size);
    memcpy(path + sizeof before - 1 + size, after, sizeof after);
    long fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fd == -ENOENT ? -ESRCH : fd;
    long n = read_all((int)fd, text, sizeof text, NO_DEADLINE, -1);
    sys(__NR_close, fd);
    if (n <= 0) return n < 0 ? n : -ESRCH;
    return parse_start_time(text, (size_t)n);
}

static int contains(const char *text, size_t length, const char *part, size_t size) {
    for (size_t at = 0; at + size <= length; at++)
        if (memcmp(text + at, part, size) == 0) return 1;
    return 0;
}

/* Reading before polling arms the poll: the kernel remembers per open file what has been seen. */
long wait_for_text(int fd, const char *part, size_t size, int64_t deadline, int watch) {
    char text[4096];
    while (size > 0 && part[size - 1] == 0)
        size--; /* the terminator is not part of what to look for */
    for (;;) {
        long n = sys(__NR_pread64, fd, text, sizeof text, 0);
        if (n < 0 && n != -EINTR) return n;
        if (n >= 0 && contains(text, (size_t)n, part, size)) return 0;
        n = wait_ready(fd, POLLPRI, deadline, watch);
        if (n < 0) return n;
    }
}
