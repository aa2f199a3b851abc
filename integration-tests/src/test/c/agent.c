/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listens to a filter of system calls as an agent does: agent SOCKET ANSWER. Prints the document it
 * is sent on a line of its own, then the number of each call it is asked about, until nobody is
 * filtered any more. It answers with a result, with an error if the number is negative, or has the
 * kernel go on ("continue"); with "leave" it goes away at the first call.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what) {
    perror(what);
    return 1;
}

/* The descriptor; what came with it goes to standard output. */
static int receive(int connection) {
    static char text[65536];
    char control[CMSG_SPACE(sizeof(int))];
    int listener = -1;
    for (;;) {
        struct iovec vector = {text, sizeof text};
        struct msghdr message = {.msg_iov = &vector,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t size = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
        if (size <= 0) break;
        fwrite(text, 1, (size_t)size, stdout);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
            memcpy(&listener, CMSG_DATA(head), sizeof listener);
    }
    putchar('\n');
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    /* Under its name it listens: whoever sees it may connect. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s.new", argv[1]);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 1) ||
        rename(address.sun_path, argv[1]))
        return fail("listen");
    int connection = accept(server, NULL, NULL);
    unlink(argv[1]);
    int listener = receive(connection);
    if (listener < 0) return fail("no descriptor");
    for (;;) {
        struct pollfd poll_set = {listener, POLLIN, 0};
        if (poll(&poll_set, 1, 20000) <= 0) return fail("nobody asks");
        if (!(poll_set.revents & POLLIN)) return 0;
        struct seccomp_notif asked;
        memset(&asked, 0, sizeof asked);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked)) continue;
        printf("%d\n", asked.data.nr);
        fflush(stdout);
        if (strcmp(argv[2], "leave") == 0) return 0;
        struct seccomp_notif_resp answer = {.id = asked.id};
        long value = strtol(argv[2], NULL, 0);
        if (strcmp(argv[2], "continue") == 0)
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        else if (value < 0)
            answer.error = (int)value;
        else
            answer.val = value;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) && errno != ENOENT)
            return fail("answer");
    }
}
