/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: in pieces, cut short, oversize, over sockets and FIFOs. */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int ends[2];

static void open_channel(void) {
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_channel(void) {
    close(ends[0]);
    close(ends[1]);
}

static long receive(struct frame *frame) {
    *frame = (struct frame){0};
    return frame_receive(ends[1], frame, deadline_after(60000), -1);
}

static void frames_round_trip(void) {
    static uint8_t big[300000];
    struct frame frame;
    open_channel();
    CHECK(frame_send(ends[0], FRAME_SYNC, "head", 4, "body", 4) > 0);
    CHECK_EQUAL(receive(&frame), FRAME_SYNC);
    CHECK_EQUAL(frame.size, 8);
    CHECK(memcmp(frame.bytes, "headbody", 8) == 0);
    frame_release(&frame);
    CHECK(frame_send(ends[0], FRAME_EXIT, "", 0, "", 0) > 0);
    CHECK_EQUAL(receive(&frame), FRAME_EXIT);
    CHECK_EQUAL(frame.size, 0);
    int small = 4096;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    memset(big, 'x', sizeof big);
    if (fork() == 0) _exit(frame_send(ends[0], FRAME_REPORT, "h", 1, big, sizeof big) < 0);
    CHECK_EQUAL(receive(&frame), FRAME_REPORT);
    CHECK_EQUAL(frame.size, sizeof big + 1);
    CHECK(frame.bytes[0] == 'h' && frame.bytes[sizeof big] == 'x');
    frame_release(&frame);
    close_channel();
}

static void reads_what_comes_byte_by_byte(void) {
    struct frame frame;
    open_channel();
    if (fork() == 0) {
        const uint8_t bytes[] = {3, 0, 0, 0, FRAME_REPORT, 0, 0, 0, 'a', 'b', 'c'};
        for (size_t n = 0; n < sizeof bytes; n++) {
            usleep(1000);
            if (write(ends[0], bytes + n, 1) != 1) _exit(1);
        }
        _exit(0);
    }
    CHECK_EQUAL(receive(&frame), FRAME_REPORT);
    CHECK_EQUAL(frame.size, 3);
    CHECK(memcmp(frame.bytes, "abc", 3) == 0);
    frame_release(&frame);
    close_channel();
}

/* What a peer sends before it closes, and what that is to us. */
static void refuses(const void *bytes, size_t size, long wanted) {
    struct frame frame;
    open_channel();
    CHECK_EQUAL(write(ends[0], bytes, size), size);
    close(ends[0]);
    CHECK_EQUAL(receive(&frame), wanted);
    CHECK(frame.bytes == NULL);
    close(ends[1]);
}

static void refuses_broken_frames(void) {
    refuses("", 0, 0);
    refuses("\1\0\0\0\2\0\0", 7, -EPIPE);        /* the end inside a header */
    refuses("\5\0\0\0\2\0\0\0abcd", 12, -EPIPE); /* the end inside a payload */
    refuses("\0\0\0\0\2\0\1\0", 8, -EPROTO);     /* the reserved field */
    refuses("\0\0\0\0\0\0\0\0", 8, -EPROTO);     /* no type */
    refuses("\1\0\0\4\2\0\0\0a", 9, -EMSGSIZE);  /* 64 MiB and a byte */
    refuses("\377\377\377\377\2\0\0\0", 8, -EMSGSIZE);
    refuses("\0\0\0\4\2\0\0\0a", 9, -EPIPE); /* 64 MiB announced, one byte sent */
}

static void a_reset_is_an_end(void) {
    struct frame frame;
    open_channel();
    CHECK(frame_send(ends[1], FRAME_SYNC, "", 0, "unread", 6) > 0);
    CHECK(frame_send(ends[0], FRAME_SYNC, "", 0, "last", 4) > 0);
    close(ends[0]);
    CHECK_EQUAL(receive(&frame), FRAME_SYNC);
    frame_release(&frame);
    CHECK_EQUAL(receive(&frame), 0);
    close(ends[1]);
}

static void a_deadline_passes(void) {
    struct frame frame = {0};
    open_channel();
    int64_t before = now();
    CHECK_EQUAL(frame_receive(ends[1], &frame, deadline_after(50), -1), -ETIMEDOUT);
    CHECK(now() - before >= 50 * MILLISECOND);
    close_channel();
}

static void the_watched_core_goes(void) {
    struct frame frame = {0};
    int core[2];
    open_channel();
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, core), 0);
    close(core[1]);
    CHECK_EQUAL(frame_receive(ends[1], &frame, NO_DEADLINE, core[0]), -CORE_GONE);
    close(core[0]);
    close_channel();
}

static void waits_for_the_writer_of_a_fifo(void) {
    char path[] = "/tmp/jrun-fifo-XXXXXX";
    struct frame frame = {0};
    CHECK(mkdtemp(path) != NULL);
    char fifo[64];
    snprintf(fifo, sizeof fifo, "%s/f", path);
    CHECK_EQUAL(mkfifo(fifo, 0600), 0);
    int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fork() == 0) {
        usleep(30000);
        int writer = open(fifo, O_WRONLY);
        frame_send(writer, FRAME_SYNC, "", 0, "0123456789abcdef", 16);
        _exit(0);
    }
    CHECK_EQUAL(frame_receive(fd, &frame, deadline_after(60000), -1), FRAME_SYNC);
    CHECK_EQUAL(frame_receive(fd, &frame, deadline_after(60000), -1), 0);
    close(fd);
    unlink(fifo);
    rmdir(path);
}

static void a_full_fifo_does_not_hang_the_sender(void) {
    int fifo[2];
    CHECK_EQUAL(pipe2(fifo, O_CLOEXEC | O_NONBLOCK), 0);
    long n;
    int64_t before = now();
    do n = frame_send(fifo[1], FRAME_REPORT, "", 0, "0123456789abcdef", 16);
    while (n > 0);
    CHECK_EQUAL(n, -EAGAIN);
    CHECK(now() - before < 3000 * MILLISECOND);
    close(fifo[0]);
    CHECK_EQUAL(frame_send(fifo[1], FRAME_REPORT, "", 0, "x", 1), -EPIPE); /* and no SIGPIPE */
    close(fifo[1]);
}

static void refuses_to_send_too_much(void) {
    CHECK_EQUAL(frame_send(-1, FRAME_REPORT, "12345678", 8, "", FRAME_MAX - 7), -EMSGSIZE);
    CHECK_EQUAL(frame_send(-1, FRAME_REPORT, "12345678", 8, "", SIZE_MAX), -EMSGSIZE);
}

void channel_tests(void) {
    RUN(frames_round_trip);
    RUN(reads_what_comes_byte_by_byte);
    RUN(refuses_broken_frames);
    RUN(a_reset_is_an_end);
    RUN(a_deadline_passes);
    RUN(the_watched_core_goes);
    RUN(waits_for_the_writer_of_a_fifo);
    RUN(a_full_fifo_does_not_hang_the_sender);
    RUN(refuses_to_send_too_much);
}
