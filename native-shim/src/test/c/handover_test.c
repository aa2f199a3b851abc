/* SPDX-License-Identifier: Apache-2.0 */
/* HAND and TAKE: what crosses, what is refused, and that nothing is left open. */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

static int ends[2], given[2];

static void begin(void) {
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    CHECK_EQUAL(pipe(given), 0);
}

static void end(void) {
    close(ends[0]);
    close(ends[1]);
    close(given[0]);
    close(given[1]);
}

/* Sends as many descriptors as are wanted, of one type or another. */
static void send_wrongly(int count, int type) {
    char control[CMSG_SPACE(8 * sizeof(int))] = "", byte = 0;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = type;
        head->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        for (int n = 0; n < count; n++) memcpy(CMSG_DATA(head) + 4 * n, &given[0], 4);
    }
    CHECK_EQUAL(sendmsg(ends[0], &message, 0), 1);
}

static int highest(void) {
    int fd = dup(0);
    close(fd);
    return fd;
}

static void a_descriptor_crosses_with_its_bytes(void) {
    begin();
    CHECK_EQUAL(hand_over(ends[0], given[1], "x", 1), 1);
    long fd = take_over(ends[1], -1);
    CHECK(fd > 2 && fd != given[1]);
    CHECK_EQUAL(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(write((int)fd, "!", 1), 1);
    char byte = 0;
    CHECK_EQUAL(read(given[0], &byte, 1), 1);
    CHECK_EQUAL(byte, '!');
    close((int)fd);
    end();
}

/* What engines see: all the bytes in one message, with exactly one descriptor. */
static void it_is_one_message(void) {
    char control[256], name[64] = "";
    struct iovec vector = {name, sizeof name};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 256};
    begin();
    CHECK_EQUAL(hand_over(ends[0], given[1], "/dev/ptmx", 10), 10);
    CHECK_EQUAL(recvmsg(ends[1], &message, 0), 10);
    CHECK_EQUAL(strcmp(name, "/dev/ptmx"), 0);
    CHECK_EQUAL(message.msg_controllen, CMSG_SPACE(sizeof(int)));
    CHECK_EQUAL(CMSG_FIRSTHDR(&message)->cmsg_len, CMSG_LEN(sizeof(int)));
    int fd;
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    close(fd);
    end();
}

static void frames_before_it_are_not_disturbed(void) {
    struct sync sync = {6, 0, 0};
    struct frame frame = {0};
    begin();
    frame_send(ends[0], FRAME_SYNC, &sync, sizeof sync, "", 0);
    CHECK_EQUAL(hand_over(ends[0], given[1], "", 1), 1);
    frame_send(ends[0], FRAME_SYNC, &sync, sizeof sync, "", 0);
    CHECK_EQUAL(frame_receive(ends[1], &frame, NO_DEADLINE, -1), FRAME_SYNC);
    long fd = take_over(ends[1], -1);
    CHECK(fd > 2);
    close((int)fd);
    CHECK_EQUAL(frame_receive(ends[1], &frame, NO_DEADLINE, -1), FRAME_SYNC);
    frame_release(&frame);
    end();
}

static void anything_else_is_refused_and_closed(void) {
    begin();
    int before = highest();
    send_wrongly(0, 0);
    CHECK_EQUAL(take_over(ends[1], -1), -EPROTO);
    send_wrongly(2, SCM_RIGHTS);
    CHECK_EQUAL(take_over(ends[1], -1), -EPROTO);
    send_wrongly(8, SCM_RIGHTS);
    CHECK_EQUAL(take_over(ends[1], -1), -EPROTO);
    CHECK_EQUAL(highest(), before);
    end();
}

static void a_peer_that_is_gone_is_told(void) {
    begin();
    close(ends[0]);
    ends[0] = -1;
    CHECK_EQUAL(take_over(ends[1], -1), -EPIPE);
    CHECK_EQUAL(hand_over(ends[1], given[1], "x", 1), -EPIPE);
    CHECK_EQUAL(hand_over(-1, given[1], "x", 1), -EBADF);
    CHECK_EQUAL(take_over(-1, -1), -EBADF);
    end();
}

static void a_descriptor_that_is_none_is_told(void) {
    begin();
    CHECK_EQUAL(hand_over(ends[0], 999, "x", 1), -EBADF);
    end();
}

static void waiting_ends_with_the_core(void) {
    int core[2];
    begin();
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, core), 0);
    close(core[1]);
    CHECK_EQUAL(take_over(ends[1], core[0]), -CORE_GONE);
    close(core[0]);
    end();
}

void handover_tests(void) {
    RUN(a_descriptor_crosses_with_its_bytes);
    RUN(it_is_one_message);
    RUN(frames_before_it_are_not_disturbed);
    RUN(anything_else_is_refused_and_closed);
    RUN(a_peer_that_is_gone_is_told);
    RUN(a_descriptor_that_is_none_is_told);
    RUN(waiting_ends_with_the_core);
}
