/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CLEAR: all that lies in a directory is removed, whatever it is called and however deep it goes.
 * It walks with one descriptor, from a directory to one in it and by ".." back again: what is as
 * deep as nobody's path can be is removed too, and a name is never more than bytes. Links are not
 * followed, and nothing is removed that another file system has mounted there.
 */
#include "kernel.h"

#define ENTRIES_MAX 1000000
#define OPENING (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define IS_DIRECTORY 4 /* DT_DIR of getdents64(2) */
#define BELOW (RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)

struct walk {
    unsigned kind, removed, total;
    char name[NAME_MAX + 1]; /* of the directory that something is in */
};

/* 0 also where it is gone already, or stays because it goes with its directory. */
static long clear_entry(struct walk *w, int at, const struct entry *e) {
    long n = -EISDIR;
    if (w->kind == CLEAR_DIRECTORIES && e->type != IS_DIRECTORY && e->type != 0) return 0;
    if (w->kind == CLEAR_ALL) n = sys(__NR_unlinkat, at, e->name, 0);
    int removed = n == 0;
    if (n == -EISDIR) {
        n = sys(__NR_unlinkat, at, e->name, AT_REMOVEDIR);
        removed = n == 0;
        if (n == -ENOTDIR && w->kind != CLEAR_ALL) n = 0;
    }
    w->removed += (unsigned)removed;
    return n == -ENOENT ? 0 : n;
}

/* Goes through a directory until a directory in it is in the way: that one's error, or 0. */
static long sweep(struct walk *w, int at) {
    _Alignas(8) char buffer[4096];
    long n = sys(__NR_lseek, at, 0, 0);
    w->removed = 0;
    while (n >= 0) {
        long size = n = sys(__NR_getdents64, at, buffer, sizeof buffer);
        if (size <= 0) break;
        for (long next = 0; next < size && n >= 0;) {
            const struct entry *e = (const struct entry *)(buffer + next);
            next += e->length;
            if (is_dots(e->name)) continue;
            n = ++w->total > ENTRIES_MAX ? -EFBIG : clear_entry(w, at, e);
            if (n < 0) memcpy(w->name, e->name, strlen(e->name) + 1);
        }
    }
    return n;
}

/* What was left by ".." has to be what was entered: nobody moves it meanwhile. */
static long step_out(int at, const struct statx *top, int is_top) {
    struct statx s;
    long up = sys(__NR_openat, at, "..", OPENING, 0);
    if (up < 0 || !is_top) return up;
    long n = sys(__NR_statx, up, "", AT_EMPTY_PATH, STATX_INO, &s);
    if (n == 0 && s.stx_ino != top->stx_ino) n = -ESTALE;
    if (n < 0) sys(__NR_close, up);
    return n < 0 ? n : up;
}

static long step_in(int at, const char *name) {
    struct open_how how = {.flags = OPENING, .resolve = BELOW};
    long in = sys(__NR_openat2, at, name, &how, sizeof how);
    return in == -EXDEV ? -EBUSY : in;
}

/* What was cleared and cannot be removed all the same, though nothing before it could be, is in
 * use: nothing is tried twice, and every turn removes something. */
static long clear_below(struct walk *w, long *at, const struct statx *top) {
    unsigned depth = 0;
    int returned = 0;
    for (;;) {
        long n = sweep(w, (int)*at), next;
        if (n == 0 && depth == 0 && w->removed == 0) return 0;
        if (n == 0 && w->removed > 0) { /* some file systems pass over what comes after */
            returned = 0;
            continue;
        }
        if (n < 0 && n != -ENOTEMPTY && n != -EBUSY && n != -EEXIST) return n;
        if (n < 0 && returned && w->removed == 0) return n;
        next = n < 0 ? step_in((int)*at, w->name) : step_out((int)*at, top, depth == 1);
        if (next == -ENOENT && n < 0) continue;
        if (next < 0) return next == -ENOTDIR ? n : next;
        depth += n < 0 ? 1 : -1u;
        returned = n == 0;
        sys(__NR_close, *at);
        *at = next;
    }
}

long clear_directory(int directory, unsigned kind) {
    struct walk w = {.kind = kind};
    struct statx top;
    long at = sys(__NR_openat, directory, ".", OPENING, 0), n;
    if (at == -EMFILE) { /* of plain files it can be cleared all the same */
        do n = sweep(&w, directory);
        while (n == 0 && w.removed > 0);
        return n == -ENOTEMPTY ? at : n;
    }
    if (at < 0) return at;
    n = sys(__NR_statx, at, "", AT_EMPTY_PATH, STATX_INO, &top);
    if (n == 0) n = clear_below(&w, &at, &top);
    sys(__NR_close, at);
    return n;
}
