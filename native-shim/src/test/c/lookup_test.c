/* SPDX-License-Identifier: Apache-2.0 */
/* LOOKUP: homes of uids, in a passwd that an image has made. */
#include "harness.h"

#include <fcntl.h>
#include <sys/mman.h>

static char value[4101];

static long home_in(const char *file, size_t size, const char *uid, size_t room) {
    int fd = memfd_create("passwd", MFD_CLOEXEC);
    CHECK(write(fd, file, size) == (ssize_t)size);
    lseek(fd, 0, SEEK_SET);
    strcpy(value, "unchanged");
    long n = look_up(fd, &(struct lookup){uid, strlen(uid), 2, 5, value, room});
    close(fd);
    return n;
}

static void check_home(const char *file, const char *uid, const char *wanted) {
    long n = home_in(file, strlen(file), uid, 4096);
    CHECK_EQUAL(n, wanted ? (long)strlen(wanted) : -ENOENT);
    CHECK(strcmp(value, wanted ? wanted : "unchanged") == 0);
}

static void finds_the_first_line_with_the_key(void) {
    const char *file =
        "root:x:0:0:root:/root:/bin/sh\n\n# comment\n1000::0:0::/wrong:/bin/sh\n"
        "short:x:1001\nnoshell:x:1002:1:gecos:/home/noshell\n"
        "user:x:1000:1000:a gecos, with 1000:/home/user:/bin/sh\n"
        "again:x:1000:1000::/home/again:/bin/sh\nempty:x:1003:1003:::/bin/sh\n"
        "sign:x:+7:7::/plus:\nblank:x: 9:7::/blank:\nzeros:x:0010:7::/zeros:\n"
        "relative:x:11:7::home:\nprefix:x:12:7::/twelve:\nlast:x:4294967294:7::/last";
    check_home(file, "0", "/root");
    check_home(file, "1000", "/home/user");
    check_home(file, "1001", NULL);
    check_home(file, "1002", "/home/noshell");
    check_home(file, "1003", NULL);
    check_home(file, "7", NULL);
    check_home(file, "9", NULL);
    check_home(file, "10", NULL);
    check_home(file, "11", "home");
    check_home(file, "1", NULL);
    check_home(file, "123", NULL);
    check_home(file, "4294967294", "/last");
    check_home("", "0", NULL);
    check_home("\n:::::\n", "0", NULL);
}

static void a_value_that_is_no_text_that_fits_is_none(void) {
    CHECK_EQUAL(home_in("a:x:1:1::/a\0b:\n", 15, "1", 4096), -ENOENT);
    CHECK_EQUAL(home_in("a:x:1:1::/123:\n", 15, "1", 4), -ENOENT);
    CHECK_EQUAL(home_in("a:x:1:1::/12:\n", 14, "1", 4), 3);
    CHECK_EQUAL(home_in("a:x:1:1::/\xff\x80:\n", 14, "1", 4), 3);
    CHECK(strcmp(value, "/\xff\x80") == 0);
}

static void looks_at_so_much_and_no_more(void) {
    static char file[70000];
    const char *line = "u:x:1:1::/home:\n";
    for (unsigned at = 4090; at < 4102; at++) { /* across the end of a piece */
        memset(file, '#', at);
        file[at - 1] = '\n';
        memcpy(file + at, line, strlen(line));
        CHECK_EQUAL(home_in(file, at + strlen(line), "1", 4096), 5);
        CHECK(strcmp(value, "/home") == 0);
    }
    memset(file, '#', sizeof file);
    memcpy(file + 65536 - 17, "\nu:x:1:1::/home:\n", 17);
    CHECK_EQUAL(home_in(file, sizeof file, "1", 4096), 5);
    memset(file, '#', sizeof file);
    memcpy(file + 65536, "\nu:x:1:1::/home:\n", 17);
    CHECK_EQUAL(home_in(file, sizeof file, "1", 4096), -ENOENT);
    CHECK_EQUAL(look_up(-1, &(struct lookup){"1", 1, 2, 5, value, 10}), -EBADF);
}

void lookup_tests(void) {
    RUN(finds_the_first_line_with_the_key);
    RUN(a_value_that_is_no_text_that_fits_is_none);
    RUN(looks_at_so_much_and_no_more);
}
