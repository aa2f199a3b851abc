/* SPDX-License-Identifier: Apache-2.0 */
/* COPY: what is copied, with what attributes, and what is not followed. */
#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

static char top[64];
static int from, to;

static void begin(void) {
    strcpy(top, "/tmp/jrun-copy-XXXXXX");
    CHECK(mkdtemp(top) != NULL);
    int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(mkdirat(fd, "from", 0755) == 0 && mkdirat(fd, "to", 0755) == 0);
    from = openat(fd, "from", O_PATH | O_DIRECTORY | O_CLOEXEC);
    to = openat(fd, "to", O_PATH | O_DIRECTORY | O_CLOEXEC);
    close(fd);
}

static void end(void) {
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", top);
    CHECK_EQUAL(system(command), 0);
    close(from);
    close(to);
}

static void put(int directory, const char *name, const char *text, mode_t mode) {
    int fd = openat(directory, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    CHECK_EQUAL(fchmod(fd, mode), 0);
    close(fd);
}

static void check_content(const char *name, const char *wanted) {
    char text[64] = "";
    int fd = openat(to, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(read(fd, text, sizeof text - 1), strlen(wanted));
    CHECK(strcmp(text, wanted) == 0);
    close(fd);
}

static void copies_a_tree_with_its_attributes(void) {
    struct stat a, b;
    char link[32] = "";
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    begin();
    put(from, "file", "content", 04711);
    put(from, "empty", "", 0);
    CHECK_EQUAL(mkdirat(from, "d", 0700), 0);
    CHECK_EQUAL(mkdirat(from, "d/e", 01777), 0);
    put(from, "d/e/deep", "below", 0640);
    CHECK_EQUAL(symlinkat("../outside", from, "link"), 0);
    CHECK_EQUAL(mknodat(from, "fifo", S_IFIFO | 0622, 0), 0);
    CHECK_EQUAL(mknodat(from, "socket", S_IFSOCK | 0600, 0), 0);
    CHECK_EQUAL(fchmodat(from, "d/e", 01777, 0), 0);
    CHECK_EQUAL(utimensat(from, "d", times, 0), 0);
    CHECK_EQUAL(utimensat(from, "file", times, 0), 0);
    mode_t mask = umask(0);
    CHECK_EQUAL(copy_tree(from, to), 0);
    umask(mask);
    check_content("file", "content");
    check_content("d/e/deep", "below");
    CHECK_EQUAL(readlinkat(to, "link", link, sizeof link), 10);
    CHECK(strcmp(link, "../outside") == 0);
    const char *names[] = {"file", "empty", "d", "d/e", "d/e/deep", "fifo", "socket"};
    for (unsigned n = 0; n < sizeof names / sizeof *names; n++) {
        CHECK_EQUAL(fstatat(from, names[n], &a, AT_SYMLINK_NOFOLLOW), 0);
        CHECK_EQUAL(fstatat(to, names[n], &b, AT_SYMLINK_NOFOLLOW), 0);
        CHECK_EQUAL(b.st_mode, a.st_mode);
        CHECK_EQUAL(b.st_uid, a.st_uid);
        CHECK_EQUAL(b.st_gid, a.st_gid);
    }
    CHECK_EQUAL(fstatat(to, "d", &b, 0), 0);
    CHECK(b.st_mtim.tv_sec == 2000 && b.st_mtim.tv_nsec == 7);
    CHECK_EQUAL(fstatat(to, "file", &b, 0), 0);
    CHECK(b.st_mtim.tv_sec == 2000 && b.st_mtim.tv_nsec == 7);
    end();
}

static void follows_no_link(void) {
    begin();
    CHECK_EQUAL(symlinkat("/etc", from, "directory"), 0);
    CHECK_EQUAL(symlinkat("/etc/passwd", from, "file"), 0);
    CHECK_EQUAL(copy_tree(from, to), 0);
    CHECK(openat(to, "file", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP);
    CHECK(openat(to, "directory", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP);
    end();
}

static void copies_more_names_than_fit_into_one_look(void) {
    char name[64];
    struct stat status;
    begin();
    for (int n = 0; n < 500; n++) {
        snprintf(name, sizeof name, "a name that is somewhat longer than most %d", n);
        put(from, name, "x", 0600);
    }
    CHECK_EQUAL(copy_tree(from, to), 0);
    for (int n = 0; n < 500; n++) {
        snprintf(name, sizeof name, "a name that is somewhat longer than most %d", n);
        CHECK_EQUAL(fstatat(to, name, &status, 0), 0);
        CHECK_EQUAL(status.st_size, 1);
    }
    end();
}

static void goes_down_as_far_as_it_says(void) {
    char path[256] = "";
    begin();
    for (int n = 1; n <= 32; n++) {
        strcat(path, n == 1 ? "d" : "/d");
        CHECK_EQUAL(mkdirat(from, path, 0755), 0);
        if (n == 31) CHECK_EQUAL(copy_tree(from, to), 0);
    }
    end();
    begin();
    path[0] = 0;
    for (int n = 1; n <= 33; n++) {
        strcat(path, n == 1 ? "d" : "/d");
        CHECK_EQUAL(mkdirat(from, path, 0755), 0);
    }
    CHECK_EQUAL(copy_tree(from, to), -ELOOP);
    end();
}

static void overwrites_nothing(void) {
    begin();
    put(from, "file", "new", 0600);
    put(to, "file", "old", 0600);
    CHECK_EQUAL(copy_tree(from, to), -EEXIST);
    check_content("file", "old");
    end();
}

static void names_what_is_no_directory(void) {
    begin();
    put(from, "file", "", 0600);
    int file = openat(from, "file", O_PATH | O_CLOEXEC);
    CHECK_EQUAL(copy_tree(file, to), -ENOTDIR);
    CHECK_EQUAL(copy_tree(from, file), -ENOTDIR);
    CHECK_EQUAL(copy_tree(-1, to), -EBADF);
    close(file);
    end();
}

void copy_tests(void) {
    RUN(copies_a_tree_with_its_attributes);
    RUN(follows_no_link);
    RUN(copies_more_names_than_fit_into_one_look);
    RUN(goes_down_as_far_as_it_says);
    RUN(overwrites_nothing);
    RUN(names_what_is_no_directory);
}
