/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAND and TAKE: one descriptor across a Unix socket, in one message with the bytes that go with it
 * (unix(7), SCM_RIGHTS). What is taken closes on execve; a message that brings anything else than
 * one descriptor is an error, and leaves none open.
 */
#include "kernel.h"

#define SCM_RIGHTS 1
#define MSG_NOSIGNAL 0x4000
#define MSG_CMSG_CLOEXEC 0x40000000
#define TAKEN_MAX 4 /* more than one is wrong, and has to be closed again */

/* As the kernel lays them out (linux/socket.h, not exported); the same on both architectures. */
struct vector {
    void *bytes;
    size_t size;
};
struct message {
    void *name;
    int name_size;
    struct vector *vector;
    size_t vectors;
    void *control;
    size_t control_size;
    unsigned flags;
};
struct control {
    size_t size; /* without the padding */
    int level, type;
    int fd[TAKEN_MAX];
};
#define CONTROL_HEAD offsetof(struct control, fd)
#define CONTROL_OF_ONE 24 /* with the padding: what CMSG_SPACE(sizeof(int)) is */

long hand_over(int socket, int fd, const void *bytes, size_t size) {
    struct vector vector = {(void *)(uintptr_t)bytes, size};
    struct control control = {
        .size = CONTROL_HEAD + sizeof(int), .level = SOL_SOCKET, .type = SCM_RIGHTS, .fd = {fd}};
    struct message message = {
        .vector = &vector, .vectors = 1, .control = &control, .control_size = CONTROL_OF_ONE};
    long n;
    do n = sys(__NR_sendmsg, socket, &message, MSG_NOSIGNAL);
    while (n == -EINTR);
    return n >= 0 && (size_t)n < size ? -EAGAIN : n;
}

/* Takes the descriptor that comes with the next byte; -EPIPE if the peer is gone. */
long take_over(int socket, int watch) {
    char byte;
    struct vector vector = {&byte, sizeof byte};
    struct control control = {.size = 0};
    struct message message = {
        .vector = &vector, .vectors = 1, .control = &control, .control_size = sizeof control};
    long n;
    do {
        n = wait_ready(socket, POLLIN, NO_DEADLINE, watch);
        if (n < 0) return n;
        n = sys(__NR_recvmsg, socket, &message, MSG_CMSG_CLOEXEC);
    } while (n == -EINTR || n == -EAGAIN);
    if (n <= 0) return n == 0 || n == -ECONNRESET ? -EPIPE : n;
    if (message.control_size < CONTROL_HEAD || control.level != SOL_SOCKET ||
        control.type != SCM_RIGHTS)
        return -EPROTO;
    size_t count = (control.size - CONTROL_HEAD) / sizeof(int);
    if (count == 1) return control.fd[0];
    for (size_t at = 0; at < count && at < TAKEN_MAX; at++) sys(__NR_close, control.fd[at]);
    return -EPROTO;
}
