/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RESOLVE: from a path below a root to an O_PATH file descriptor, making what is missing if asked
 * to. Every lookup is an openat2 that cannot leave the root; everything made is made by a
 * single-component call on the descriptor of its parent. So whatever renames or links race with it,
 * nothing outside the root is opened or created. Races are retried for a bounded time only.
 */
#include "kernel.h"

#define RETRY_MS 10
#define LINKS_MAX 40
#define DIRECTORY_MODE 0755
#define FILE_MODE 0644

struct walk {
    int root;
    unsigned links, made;
    uint64_t flags;
    int64_t deadline;
    char path[PATH_MAX];
};

/* 0 to try again, until it has gone on for too long. */
static long retry(struct walk *w) {
    if (w->deadline == NO_DEADLINE) w->deadline = deadline_after(RETRY_MS);
    return now() < w->deadline ? 0 : -EAGAIN;
}

static long open_in_root(struct walk *w, const char *path) {
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | w->flags,
    };
    for (;;) {
        long fd = sys(__NR_openat2, w->root, path, &how, sizeof how);
        if (fd != -EAGAIN && fd != -EINTR) return fd;
        long error = retry(w);
        if (error < 0) return error;
    }
}

/* Opens path[0..end) alone. */
static long open_prefix(struct walk *w, size_t end) {
    char cut = w->path[end];
    w->path[end] = 0;
    long fd = open_in_root(w, w->path);
    w->path[end] = cut;
    return fd;
}

static long file_type(int fd) {
    struct statx status;
    long error = sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &status);
    return error < 0 ? error : status.stx_mode & S_IFMT;
}

/* Checks that the file is of the kind wanted; gives its fd, or closes it. */
static long checked(int fd, unsigned kind) {
    long type = kind == RESOLVE_EXISTING ? S_IFREG : file_type(fd);
    if (type >= 0 && kind == RESOLVE_DIRECTORY && type != S_IFDIR) type = -ENOTDIR;
    if (type >= 0 && kind == RESOLVE_FILE && type == S_IFDIR) type = -EISDIR;
    if (type >= 0) return fd;
    sys(__NR_close, fd);
    return type;
}

/*
 * Puts a dangling link's target in the place of path[name..end): from the root if it is absolute,
 * else from where the link lies. Gives the index from which the path has to be looked at again.
 */
static long substitute(struct walk *w, const char *target, size_t size, size_t name, size_t end) {
    size_t start = target[0] == '/' ? 0 : name, rest = strlen(w->path + end);
    if (w->flags & RESOLVE_NO_SYMLINKS || ++w->links > LINKS_MAX) return -ELOOP;
    if (start + size + rest >= sizeof w->path) return -ENAMETOOLONG;
    memmove(w->path + start + size, w->path + end, rest + 1);
    memcpy(w->path + start, target, size);
    return (long)start;
}

/* Makes the component path[name..end), which is missing or a dangling link. */
static long make_component(struct walk *w, size_t name, size_t end, unsigned kind) {
    char component[NAME_MAX + 1], target[PATH_MAX];
    if (end - name > NAME_MAX) return -ENAMETOOLONG; /* some file systems say ENOENT */
    if (++w->made > PATH_MAX) return -EAGAIN;        /* somebody removes it as fast as it is made */
    memcpy(component, w->path + name, end - name);
    component[end - name] = 0;
    long parent = name == 0 ? open_in_root(w, ".") : open_prefix(w, name);
    if (parent < 0) return parent;
    long result = sys(__NR_readlinkat, parent, component, target, sizeof target);
    if (result > 0) {
        result = substitute(w, target, (size_t)result, name, end);
    } else {
        if (result == -ENOENT && w->path[end] == 0 && kind == RESOLVE_FILE)
            result = sys(__NR_mknodat, parent, component, S_IFREG | FILE_MODE, 0);
        else if (result == -ENOENT)
            result = sys(__NR_mkdirat, parent, component, DIRECTORY_MODE);
        if (result == -EEXIST || result == -EINVAL) /* made by somebody else, or no link any more */
            result = retry(w);
        if (result == 0) result = (long)name;
    }
    sys(__NR_close, parent);
    return result;
}

/* Finds the first component that is missing and makes it; again until nothing is. */
static long make_missing(struct walk *w, unsigned kind) {
    size_t name, end = 0;
    for (;;) {
        for (name = end; w->path[name] == '/'; name++)
            ;
        for (end = name; w->path[end] != 0 && w->path[end] != '/'; end++)
            ;
        if (end == name) return open_in_root(w, w->path);
        long fd = open_prefix(w, end);
        if (fd >= 0 && w->path[end] == 0) return fd;
        if (fd >= 0) {
            w->deadline = NO_DEADLINE; /* it goes on: the next race has its own time */
            sys(__NR_close, fd);
            continue;
        }
        long again = fd == -ENOENT ? make_component(w, name, end, kind) : fd;
        if (again < 0) return again;
        end = (size_t)again;
    }
}

long resolve(int root, const char *path, unsigned kind, int like, uint64_t flags) {
    struct walk w = {.root = root, .flags = flags, .deadline = NO_DEADLINE};
    if (kind == RESOLVE_LIKE) {
        long type = file_type(like);
        if (type < 0) return type;
        kind = type == S_IFDIR ? RESOLVE_DIRECTORY : RESOLVE_FILE;
    }
    long fd = open_in_root(&w, path);
    if (fd == -ENOENT && kind != RESOLVE_EXISTING && path[0] != 0) {
        size_t size = strlen(path); /* below PATH_MAX, or it would be ENAMETOOLONG */
        while (size > 1 && path[size - 1] == '/') size--;
        memcpy(w.path, path, size);
        fd = make_missing(&w, kind);
    }
    return fd < 0 ? fd : checked((int)fd, kind);
}
