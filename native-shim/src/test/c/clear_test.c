/* SPDX-License-Identifier: Apache-2.0 */
/* CLEAR: what is removed, what is not followed, and what stays. */
#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>

static char top[64];
static int directory;

static void begin(void) {
    strcpy(top, "/tmp/jrun-clear-XXXXXX");
    CHECK(mkdtemp(top) != NULL);
    directory = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void put(int at, const char *name) {
    int fd = openat(at, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    close(fd);
}

static void is_empty_at_the_end(void) {
    close(directory);
    CHECK_EQUAL(rmdir(top), 0);
}

static void removes_whatever_it_is_called_and_whatever_it_is(void) {
    char name[NAME_MAX + 1] = "";
    begin();
    put(directory, "file");
    put(directory, "two\nlines");
    put(directory, "\xff\xfe");
    memset(name, 'x', NAME_MAX);
    put(directory, name);
    CHECK_EQUAL(mkdirat(directory, "\xff", 0755), 0);
    put(directory, "\xff/ ");
    CHECK_EQUAL(mkdirat(directory, "\xff/d", 0755), 0);
    CHECK_EQUAL(mkdirat(directory, "\xff/e", 0755), 0);
    CHECK_EQUAL(mkdirat(directory, "empty", 0), 0);
    CHECK_EQUAL(symlinkat("/etc", directory, "link"), 0);
    CHECK_EQUAL(symlinkat("link", directory, "link\xff"), 0);
    CHECK_EQUAL(mknodat(directory, "fifo", S_IFIFO | 0600, 0), 0);
    CHECK_EQUAL(clear_directory(directory, CLEAR_ALL), 0);
    CHECK_EQUAL(access("/etc", F_OK), 0);
    is_empty_at_the_end();
}

static void goes_deeper_than_a_path_can_be(void) {
    char name[201] = "";
    memset(name, 'd', 200);
    begin();
    int at = dup(directory);
    for (int n = 0; n < 100; n++) {
        CHECK_EQUAL(mkdirat(at, name, 0755), 0);
        put(at, "beside");
        int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        CHECK(next >= 0);
        close(at);
        at = next;
    }
    close(at);
    CHECK_EQUAL(clear_directory(directory, CLEAR_ALL), 0);
    is_empty_at_the_end();
}

static void removes_many(void) {
    char name[64];
    begin();
    for (int n = 0; n < 600; n++) {
        snprintf(name, sizeof name, "a name that is somewhat longer than most %d", n);
        CHECK_EQUAL(mkdirat(directory, name, 0755), 0);
        strcat(name, "/x");
        if (n % 3 == 0) CHECK_EQUAL(mkdirat(directory, name, 0755), 0);
    }
    CHECK_EQUAL(clear_directory(directory, CLEAR_DIRECTORIES), 0);
    is_empty_at_the_end();
}

static void leaves_files_alone_where_they_go_with_their_directory(void) {
    begin();
    CHECK_EQUAL(mkdirat(directory, "a", 0755), 0);
    CHECK_EQUAL(mkdirat(directory, "a/b", 0755), 0);
    CHECK_EQUAL(mkdirat(directory, "c", 0755), 0);
    put(directory, "a/file");
    CHECK_EQUAL(clear_directory(directory, CLEAR_DIRECTORIES), -ENOTEMPTY);
    CHECK_EQUAL(faccessat(directory, "a/file", F_OK, 0), 0);
    CHECK_EQUAL(faccessat(directory, "a/b", F_OK, 0), -1);
    CHECK_EQUAL(clear_directory(directory, CLEAR_ALL), 0);
    is_empty_at_the_end();
}

/* As an ordinary user there is nothing that could be mounted. */
static void enters_no_other_file_system(void) {
    char path[PATH_MAX];
    begin();
    CHECK_EQUAL(mkdirat(directory, "m", 0755), 0);
    snprintf(path, sizeof path, "%s/m", top);
    if (mount("none", path, "tmpfs", 0, "") == 0) {
        put(directory, "m/theirs");
        CHECK_EQUAL(clear_directory(directory, CLEAR_ALL), -EBUSY);
        CHECK_EQUAL(faccessat(directory, "m/theirs", F_OK, 0), 0);
        CHECK_EQUAL(umount2(path, 0), 0);
    }
    CHECK_EQUAL(clear_directory(directory, CLEAR_ALL), 0);
    is_empty_at_the_end();
}

static void says_why_not(void) {
    CHECK_EQUAL(clear_directory(-1, CLEAR_ALL), -EBADF);
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    CHECK_EQUAL(clear_directory(file, CLEAR_ALL), -ENOTDIR);
    close(file);
}

void clear_tests(void) {
    RUN(removes_whatever_it_is_called_and_whatever_it_is);
    RUN(goes_deeper_than_a_path_can_be);
    RUN(removes_many);
    RUN(leaves_files_alone_where_they_go_with_their_directory);
    RUN(enters_no_other_file_system);
    RUN(says_why_not);
}
