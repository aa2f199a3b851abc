/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In CRIU's place, for what this kernel or this CRIU cannot do, and where its own time is not to
 * count: executed as `criu swrk N`, it says that it can do everything, appends each request to the
 * file "requests" in the working directory that it is given (descriptor 12: the length in four
 * bytes, and the message), says of a dump that pages can be asked for and that it is done, and of a
 * restore that it failed. In its environment:
 *
 *   CRIU_VERSION=3.17   is what it says; without it 4.1
 *   CRIU_RESTORES=1     a restore makes a process that waits, with CRIU's notifications
 *   CRIU_FROZEN=FILE    there it writes of a dump what the cgroup that it is told says of itself
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORK 12

/* criu_req_type and criu_resp of CRIU's images/rpc.proto */
enum { DUMP = 1, RESTORE = 2, PRE_DUMP = 4, FEATURE_CHECK = 9, VERSION = 10 };

static int say(int peer, const char *message, size_t size) {
    return send(peer, message, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static void record(const char *message, uint32_t size) {
    int file = openat(WORK, "requests", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return; /* of a caller that has no such directory there */
    if (write(file, &size, sizeof size) != (ssize_t)sizeof size ||
        write(file, message, size) != (ssize_t)size)
        _exit(1);
    close(file);
}

/* What the cgroup of field 44, freeze_cgroup, says while the processes are dumped. */
static void look_at_cgroup(const char *message, ssize_t size) {
    const char *file = getenv("CRIU_FROZEN");
    char path[512], text[512];
    for (ssize_t at = 0; file != NULL && at + 3 < size; at++) {
        int length = message[at + 2];
        if ((uint8_t)message[at] != 0xe2 || message[at + 1] != 2 || message[at + 3] != '/')
            continue;
        snprintf(path, sizeof path, "%.*s/cgroup.events", length, message + at + 3);
        FILE *events = fopen(path, "r"), *out = fopen(file, "w");
        if (events == NULL || out == NULL) _exit(1);
        while (fgets(text, sizeof text, events)) fputs(text, out);
        fclose(events);
        if (fclose(out) != 0) _exit(1);
        return;
    }
}

/* Says a notification, of a process if it is about one, and waits for its acknowledgement. */
static int notify(int peer, const char *script, long pid) {
    char message[64], *end = message + 10;
    size_t length = strlen(script);
    memcpy(message, (char[]){0x08, 6, 0x10, 1, 0x2a, 0, 0x0a, (char)length}, 8);
    end = (char *)memcpy(message + 8, script, length) + length;
    if (pid > 0) {
        *end++ = 0x10;
        for (; pid > 0x7f; pid >>= 7) *end++ = (char)(pid | 0x80);
        *end++ = (char)pid;
    }
    message[5] = (char)(end - message - 6);
    return say(peer, message, (size_t)(end - message)) &&
           recv(peer, message, sizeof message, 0) > 0;
}

/* A process beside this one, as CRIU makes it with "rst_sibling". */
static int restore(int peer) {
    char answer[16] = {0x08, RESTORE, 0x10, 1, 0x22, 0, 0x08}, *end = answer + 7;
    if (!notify(peer, "pre-restore", 0)) return 0;
    long pid = syscall(SYS_clone, CLONE_PARENT, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        close(peer);
        for (;;) pause();
    }
    if (pid < 0 || !notify(peer, "setup-namespaces", pid) ||
        !notify(peer, "post-setup-namespaces", 0) || !notify(peer, "post-restore", pid) ||
        !notify(peer, "network-unlock", 0) || !notify(peer, "pre-resume", 0) ||
        !notify(peer, "post-resume", 0))
        return 0;
    for (; pid > 0x7f; pid >>= 7) *end++ = (char)(pid | 0x80);
    *end++ = (char)pid;
    answer[5] = (char)(end - answer - 6);
    return say(peer, answer, (size_t)(end - answer));
}

int main(int argc, char **argv) {
    static char message[65536];
    unsigned major = 4, minor = 1;
    if (getenv("CRIU_VERSION") != NULL &&
        sscanf(getenv("CRIU_VERSION"), "%u.%u", &major, &minor) != 2)
        return 2;
    if (argc != 3 || strcmp(argv[1], "swrk") != 0) return 2;
    int peer = atoi(argv[2]);
    for (;;) {
        ssize_t size = recv(peer, message, sizeof message, 0);
        if (size < 2) return 0;
        /* The type is the first field, and below 128. */
        char type = message[1];
        record(message, (uint32_t)size);
        char done[] = {0x08, type, 0x10, 1};
        char failed[] = {0x08, type, 0x10, 0};
        /* features: mem_track, lazy_pages */
        char version[] = {0x08, type, 0x10, 1, 0x52, 4, 0x08, (char)major, 0x10, (char)minor};
        char features[] = {0x08, type, 0x10, 1, 0x42, 4, 0x08, 1, 0x10, 1};
        /* a notification: its script */
        char ready[] = "\x08\x06\x10\x01\x2a\x0e\x0a\x0cstatus-ready";
        int fine = 1;
        switch (type) {
        case VERSION: fine = say(peer, version, sizeof version); break;
        case FEATURE_CHECK: fine = say(peer, features, sizeof features); break;
        case DUMP:
            look_at_cgroup(message, size);
            fine = say(peer, ready, sizeof ready - 1) &&
                   recv(peer, message, sizeof message, 0) > 0 && say(peer, done, sizeof done);
            break;
        case PRE_DUMP: fine = say(peer, done, sizeof done); break;
        case RESTORE:
            fine = getenv("CRIU_RESTORES") ? restore(peer) : say(peer, failed, sizeof failed);
            break;
        default: return 1;
        }
        if (!fine) return 1;
    }
}
