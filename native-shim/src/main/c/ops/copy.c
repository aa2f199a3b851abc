/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY: all that lies in one directory into another, which is empty and nobody else's yet. What is
 * copied belongs to whoever made the image, and may be changed while it is copied: each name is one
 * component, opened without following links and proved to be what it was; depth and number are
 * bounded, and no file gives more than the size it had. What vanishes meanwhile is passed over.
 */
#include "kernel.h"

#define DEPTH_MAX 32
#define ENTRIES_MAX 1000000
#define PIECE (1 << 20)
#define OPENING (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static long copy_directory(int from, int to, unsigned depth, unsigned *entries);

static long status_of(int fd, const char *name, struct statx *status) {
    return sys(__NR_statx, fd, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
               status);
}

/* An id that has no number here cannot be given to a file here: it stays the maker's. */
static long own(int fd, const char *name, const struct statx *s) {
    long n =
        sys(__NR_fchownat, fd, name, s->stx_uid, s->stx_gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    return n == -EINVAL || n == -EPERM ? 0 : n;
}

/* The owner first: a change of it takes set-id bits away. */
static long dress(int fd, const struct statx *s) {
    struct __kernel_timespec times[2] = {{s->stx_atime.tv_sec, s->stx_atime.tv_nsec},
                                         {s->stx_mtime.tv_sec, s->stx_mtime.tv_nsec}};
    long n = own(fd, "", s);
    if (n == 0) n = sys(__NR_fchmod, fd, s->stx_mode & ~S_IFMT);
    return n < 0 ? n : sys(__NR_utimensat, fd, 0, times, 0);
}

static long copy_content(int from, int to, uint64_t size) {
    while (size > 0) {
        long n = sys(__NR_sendfile, to, from, 0, size < PIECE ? size : PIECE);
        if (n == -EINTR) continue;
        if (n <= 0) return n;
        size -= (uint64_t)n;
    }
    return 0;
}

/* A file or directory: opened once, and only then looked at. */
static long copy_open(int from, int to, const char *name, unsigned depth, unsigned *entries) {
    struct statx s;
    long source = sys(__NR_openat, from, name, OPENING, 0), target = -ENOENT;
    if (source < 0) return source;
    long n = status_of((int)source, "", &s);
    if (n == 0 && (s.stx_mode & S_IFMT) == S_IFDIR) {
        n = sys(__NR_mkdirat, to, name, 0700);
        if (n == 0) target = sys(__NR_openat, to, name, OPENING | O_DIRECTORY, 0);
        if (n == 0)
            n = target < 0 ? target : copy_directory((int)source, (int)target, depth, entries);
    } else if (n == 0 && (s.stx_mode & S_IFMT) == S_IFREG) {
        target =
            sys(__NR_openat, to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        n = target < 0 ? target : copy_content((int)source, (int)target, s.stx_size);
    }
    if (n == 0 && target >= 0) n = dress((int)target, &s);
    if (target >= 0) sys(__NR_close, target);
    sys(__NR_close, source);
    return n;
}

static long copy_entry(int from, int to, const char *name, unsigned depth, unsigned *entries) {
    char link[PATH_MAX];
    struct statx s;
    long n = status_of(from, name, &s);
    if (n < 0) return n;
    switch (s.stx_mode & S_IFMT) {
    case S_IFDIR:
    case S_IFREG: return copy_open(from, to, name, depth, entries);
    case S_IFLNK:
        n = sys(__NR_readlinkat, from, name, link, sizeof link - 1);
        if (n < 0) return n;
        link[n] = 0;
        n = sys(__NR_symlinkat, link, to, name);
        break;
    default: /* devices, FIFOs, sockets; init's umask is 0 */
        n = sys(__NR_mknodat, to, name, s.stx_mode,
                (s.stx_rdev_minor & 0xff) | s.stx_rdev_major << 8 |
                    (s.stx_rdev_minor & ~0xffu) << 12);
        if (n == -EPERM) return 0; /* a user namespace lets nobody make a device */
    }
    return n < 0 ? n : own(to, name, &s);
}

int is_dots(const char *name) {
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

static long copy_directory(int from, int to, unsigned depth, unsigned *entries) {
    _Alignas(8) char buffer[4096];
    if (depth >= DEPTH_MAX) return -ELOOP;
    for (;;) {
        long size = sys(__NR_getdents64, from, buffer, sizeof buffer);
        if (size <= 0) return size;
        for (long at = 0; at < size;) {
            const struct entry *e = (const struct entry *)(buffer + at);
            at += e->length;
            if (is_dots(e->name)) continue;
            if (++*entries > ENTRIES_MAX) return -EFBIG;
            long n = copy_entry(from, to, e->name, depth + 1, entries);
            if (n < 0 && n != -ENOENT) return n;
        }
    }
}

long copy_tree(int from, int to) {
    unsigned entries = 0;
    long source = sys(__NR_openat, from, ".", OPENING | O_DIRECTORY, 0), target = 0, n;
    if (source < 0) return source;
    target = sys(__NR_openat, to, ".", OPENING | O_DIRECTORY, 0);
    n = target < 0 ? target : copy_directory((int)source, (int)target, 0, &entries);
    if (target >= 0) sys(__NR_close, target);
    sys(__NR_close, source);
    return n;
}
