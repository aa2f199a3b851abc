/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ends of sd_notify(3). "notify listen PATH" prints each datagram that comes, its lines joined
 * by blanks, and closes the descriptors that come along; it ends after BARRIER=1. "notify send
 * TEXT..." sends each text to NOTIFY_SOCKET, "\n" in it being a new line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

static int listen_at(const char *path) {
    struct sockaddr_un address = address_of(path);
    int server = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(server, (struct sockaddr *)&address, sizeof address)) return 1;
    for (;;) {
        char text[4096] = "";
        char control[CMSG_SPACE(sizeof(int))];
        struct iovec vector = {text, sizeof text - 1};
        struct msghdr message = {.msg_iov = &vector,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t size = recvmsg(server, &message, 0);
        if (size < 0) return 1;
        for (char *c = text; *c; c++)
            if (*c == '\n') *c = ' ';
        puts(text);
        fflush(stdout);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        if (head && head->cmsg_type == SCM_RIGHTS) {
            int fd;
            memcpy(&fd, CMSG_DATA(head), sizeof fd);
            close(fd);
        }
        if (strcmp(text, "BARRIER=1") == 0) return 0;
    }
}

static int send_to(const char *path, char *text) {
    struct sockaddr_un address = address_of(path);
    int client = socket(AF_UNIX, SOCK_DGRAM, 0);
    for (char *c; (c = strstr(text, "\\n"));) {
        *c = '\n';
        memmove(c + 1, c + 2, strlen(c + 2) + 1);
    }
    ssize_t sent =
        sendto(client, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address);
    if (sent < 0) perror(path);
    close(client);
    return sent < 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "listen") == 0) return listen_at(argv[2]);
    const char *path = getenv("NOTIFY_SOCKET");
    if (argc < 3 || !path) return 2;
    for (int i = 2; i < argc; i++)
        if (send_to(path, argv[i])) return 1;
    return 0;
}
