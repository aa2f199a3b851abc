/* SPDX-License-Identifier: Apache-2.0 */
/* RESOLVE: what is found, what is made and where, and that nothing ever leaves the root. */
#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NO_SYMLINKS 0x04 /* RESOLVE_NO_SYMLINKS of linux/openat2.h */

static char top[64];
static int root; /* TOP/root; beside it lies TOP/outside */

static void begin(void) {
    strcpy(top, "/tmp/jrun-paths-XXXXXX");
    CHECK(mkdtemp(top) != NULL);
    int fd = open(top, O_RDONLY | O_DIRECTORY);
    CHECK(mkdirat(fd, "root", 0755) == 0 && mkdirat(fd, "outside", 0755) == 0);
    root = openat(fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    CHECK(mkdirat(root, "dir", 0755) == 0);
    close(openat(root, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    close(fd);
}

static void end(void) {
    char command[PATH_MAX];
    struct stat status;
    snprintf(command, sizeof command, "%s/outside", top);
    CHECK(stat(command, &status) == 0 && status.st_nlink <= 2);
    CHECK(rmdir(command) == 0); /* nothing was put there */
    snprintf(command, sizeof command, "rm -rf %s", top);
    CHECK_EQUAL(system(command), 0);
    close(root);
}

/* Resolves and gives the file's type, or minus the errno; with the inode of `same` if one is named.
 */
static long type_of(const char *path, unsigned kind, int like, uint64_t flags, const char *same) {
    struct stat status, wanted;
    long fd = resolve(root, path, kind, like, flags);
    if (fd < 0) return fd;
    CHECK_EQUAL(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
    CHECK((fcntl((int)fd, F_GETFL) & O_PATH) != 0);
    CHECK_EQUAL(fstat((int)fd, &status), 0);
    if (same) {
        CHECK_EQUAL(fstatat(root, same, &wanted, AT_SYMLINK_NOFOLLOW), 0);
        CHECK_EQUAL(status.st_ino, wanted.st_ino);
    }
    close((int)fd);
    return status.st_mode & S_IFMT;
}

#define CHECK_TYPE(path, kind, wanted, same) CHECK_EQUAL(type_of(path, kind, -1, 0, same), wanted)

static void finds_what_exists(void) {
    begin();
    CHECK_TYPE("/dir", RESOLVE_EXISTING, S_IFDIR, "dir");
    CHECK_TYPE("dir", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("//dir///", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("/", RESOLVE_DIRECTORY, S_IFDIR, ".");
    CHECK_TYPE("/../../..", RESOLVE_DIRECTORY, S_IFDIR, ".");
    CHECK_TYPE("dir/../../../file", RESOLVE_FILE, S_IFREG, "file");
    CHECK_TYPE("", RESOLVE_DIRECTORY, -ENOENT, NULL);
    CHECK_TYPE("missing", RESOLVE_EXISTING, -ENOENT, NULL);
    end();
}

static void minds_the_kind(void) {
    begin();
    int dir = openat(root, "dir", O_PATH | O_CLOEXEC),
        file = openat(root, "file", O_PATH | O_CLOEXEC);
    CHECK_TYPE("file", RESOLVE_DIRECTORY, -ENOTDIR, NULL);
    CHECK_TYPE("dir", RESOLVE_FILE, -EISDIR, NULL);
    CHECK_TYPE("file/below", RESOLVE_DIRECTORY, -ENOTDIR, NULL);
    CHECK_EQUAL(type_of("file", RESOLVE_LIKE, dir, 0, NULL), -ENOTDIR);
    CHECK_EQUAL(type_of("dir", RESOLVE_LIKE, file, 0, NULL), -EISDIR);
    CHECK_EQUAL(type_of("dir", RESOLVE_LIKE, dir, 0, "dir"), S_IFDIR);
    CHECK_EQUAL(type_of("new/d", RESOLVE_LIKE, dir, 0, "new/d"), S_IFDIR);
    CHECK_EQUAL(type_of("new/f", RESOLVE_LIKE, file, 0, "new/f"), S_IFREG);
    CHECK_EQUAL(type_of("new/f", RESOLVE_LIKE, -1, 0, NULL), -EBADF);
    CHECK_EQUAL(mkfifoat(root, "fifo", 0600), 0);
    CHECK_TYPE("fifo", RESOLVE_FILE, S_IFIFO, "fifo"); /* found, not opened */
    close(dir);
    close(file);
    end();
}

static void makes_what_is_missing(void) {
    struct stat status;
    mode_t mask = umask(0);
    begin();
    CHECK_TYPE("a/b/c", RESOLVE_DIRECTORY, S_IFDIR, "a/b/c");
    CHECK_TYPE("/a/x/../y/./file", RESOLVE_FILE, S_IFREG, "a/y/file");
    CHECK_TYPE("a/file/", RESOLVE_FILE, S_IFREG, "a/file");
    CHECK_TYPE("../../up", RESOLVE_DIRECTORY, S_IFDIR, "up");
    CHECK_EQUAL(fstatat(root, "a/b", &status, 0), 0);
    CHECK_EQUAL(status.st_mode & 07777, 0755);
    CHECK_EQUAL(fstatat(root, "a/y/file", &status, 0), 0);
    CHECK_EQUAL(status.st_mode & 07777, 0644);
    umask(mask);
    end();
}

static void links_stay_in_the_root(void) {
    begin();
    CHECK(symlinkat("/dir", root, "absolute") == 0);
    CHECK(symlinkat("../../../../dir", root, "dir/up") == 0);
    CHECK(symlinkat("/absolute", root, "twice") == 0);
    CHECK_TYPE("absolute", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("dir/up", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("twice", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("absolute/new", RESOLVE_DIRECTORY, S_IFDIR, "dir/new");
    CHECK_TYPE("absolute/../side", RESOLVE_DIRECTORY, S_IFDIR, "side");
    CHECK_EQUAL(type_of("absolute/new", RESOLVE_DIRECTORY, -1, NO_SYMLINKS, NULL), -ELOOP);
    CHECK_EQUAL(type_of("dir/plain", RESOLVE_DIRECTORY, -1, NO_SYMLINKS, "dir/plain"), S_IFDIR);
    end();
}

static void dangling_links_are_made_inside(void) {
    char target[PATH_MAX];
    begin();
    snprintf(target, sizeof target, "%s/outside/escape", top);
    CHECK(symlinkat(target, root, "out") == 0);
    CHECK(symlinkat("../outside/escape", root, "relative") == 0);
    CHECK(symlinkat("made/here", root, "dir/below") == 0);
    CHECK(symlinkat("/made/file", root, "to-file") == 0);
    CHECK(symlinkat("to-nothing", root, "chain") == 0);
    CHECK(symlinkat("end", root, "to-nothing") == 0);
    CHECK_TYPE("out", RESOLVE_EXISTING, -ENOENT, NULL);
    CHECK_TYPE("out/x", RESOLVE_DIRECTORY, S_IFDIR, NULL);
    snprintf(target, sizeof target, "%s/root%s/outside/escape/x", top, top);
    CHECK_EQUAL(access(target, F_OK), 0);
    CHECK_TYPE("relative", RESOLVE_DIRECTORY, S_IFDIR, "outside/escape");
    CHECK_TYPE("dir/below", RESOLVE_DIRECTORY, S_IFDIR, "dir/made/here");
    CHECK_TYPE("to-file", RESOLVE_FILE, S_IFREG, "made/file");
    CHECK_TYPE("chain", RESOLVE_FILE, S_IFREG, "end");
    CHECK(symlinkat("nowhere", root, "refused") == 0);
    CHECK_EQUAL(type_of("refused", RESOLVE_DIRECTORY, -1, NO_SYMLINKS, NULL), -ELOOP);
    end();
}

static void follows_forty_links_and_no_circles(void) {
    char name[16], next[16];
    begin();
    for (int n = 0; n < 45; n++) {
        snprintf(name, sizeof name, "l%d", n);
        snprintf(next, sizeof next, "l%d", n + 1);
        CHECK(symlinkat(n == 44 ? "dir" : next, root, name) == 0);
        snprintf(name, sizeof name, "m%d", n); /* and a chain that dangles */
        snprintf(next, sizeof next, "m%d", n + 1);
        CHECK(symlinkat(next, root, name) == 0);
    }
    CHECK_TYPE("l5", RESOLVE_DIRECTORY, S_IFDIR, "dir");
    CHECK_TYPE("l4", RESOLVE_DIRECTORY, -ELOOP, NULL);
    CHECK_TYPE("m4", RESOLVE_DIRECTORY, -ELOOP, NULL);
    CHECK_TYPE("m5", RESOLVE_DIRECTORY, S_IFDIR, "m45");
    CHECK(symlinkat("loop", root, "loop") == 0);
    CHECK(symlinkat("b/x", root, "a") == 0 && symlinkat("a/y", root, "b") == 0);
    CHECK_TYPE("loop", RESOLVE_DIRECTORY, -ELOOP, NULL);
    CHECK_TYPE("a/z", RESOLVE_FILE, -ELOOP, NULL);
    end();
}

static void minds_the_lengths(void) {
    static char path[PATH_MAX + 8];
    begin();
    memset(path, 'n', NAME_MAX);
    path[NAME_MAX] = 0;
    CHECK_TYPE(path, RESOLVE_DIRECTORY, S_IFDIR, path);
    path[NAME_MAX] = 'n';
    CHECK_TYPE(path, RESOLVE_DIRECTORY, -ENAMETOOLONG, NULL);
    for (int n = 0; n < PATH_MAX; n++) path[n] = n % 2 == 0 ? 'd' : '/';
    path[PATH_MAX] = 0;
    CHECK_TYPE(path, RESOLVE_DIRECTORY, -ENAMETOOLONG, NULL);
    path[PATH_MAX - 1] = 0; /* 2048 directories */
    CHECK_TYPE(path, RESOLVE_DIRECTORY, S_IFDIR, NULL);
    CHECK(symlinkat(path, root, "long") == 0);
    CHECK_EQUAL(unlinkat(root, "long", 0), 0);
    memset(path, '/', 4000);
    strcpy(path + 4000, "gone");
    CHECK(symlinkat(path, root, "long") == 0);
    CHECK_TYPE("long", RESOLVE_DIRECTORY, S_IFDIR, "gone");
    CHECK_EQUAL(unlinkat(root, "gone", AT_REMOVEDIR), 0);
    memset(path, 'x', 200);
    memcpy(path, "long/", 5);
    path[200] = 0;
    CHECK_TYPE(path, RESOLVE_DIRECTORY, -ENAMETOOLONG, NULL);
    end();
}

static void refuses_magic_links(void) {
    long host = open("/", O_PATH | O_CLOEXEC);
    CHECK_EQUAL(resolve((int)host, "/proc/self/root", RESOLVE_EXISTING, -1, 0), -ELOOP);
    CHECK_EQUAL(resolve((int)host, "/proc/self/cwd/x", RESOLVE_DIRECTORY, -1, 0), -ELOOP);
    close((int)host);
}

static void two_may_make_the_same(void) {
    begin();
    for (int round = 0; round < 200; round++) {
        char path[64];
        int status, pids[2];
        snprintf(path, sizeof path, "r%d/a/b/c/d/e", round);
        for (int n = 0; n < 2; n++) {
            pids[n] = fork();
            if (pids[n] == 0) _exit(resolve(root, path, RESOLVE_FILE, -1, 0) < 0);
        }
        for (int n = 0; n < 2; n++) {
            CHECK_EQUAL(waitpid(pids[n], &status, 0), pids[n]);
            CHECK_EQUAL(status, 0);
        }
    }
    end();
}

static void stays_inside_while_a_directory_is_swapped(void) {
    char target[PATH_MAX];
    begin();
    snprintf(target, sizeof target, "%s/outside", top);
    CHECK(symlinkat(target, root, "link") == 0);
    int swapper = fork();
    if (swapper == 0)
        for (;;) sys(__NR_renameat2, root, "dir", root, "link", 2 /* RENAME_EXCHANGE */);
    for (int n = 0; n < 3000; n++) {
        char path[64];
        snprintf(path, sizeof path, "dir/x%d/../y/z", n % 50);
        long fd = resolve(root, path, n % 2 ? RESOLVE_DIRECTORY : RESOLVE_FILE, -1, 0);
        if (fd >= 0) close((int)fd);
    }
    kill(swapper, 9);
    waitpid(swapper, NULL, 0);
    end(); /* which looks at what is outside */
}

void resolve_tests(void) {
    RUN(finds_what_exists);
    RUN(minds_the_kind);
    RUN(makes_what_is_missing);
    RUN(links_stay_in_the_root);
    RUN(dangling_links_are_made_inside);
    RUN(follows_forty_links_and_no_circles);
    RUN(minds_the_lengths);
    RUN(refuses_magic_links);
    RUN(two_may_make_the_same);
    RUN(stays_inside_while_a_directory_is_swapped);
}
