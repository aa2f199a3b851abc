/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In CRIU's place, for what this kernel or this CRIU cannot do: executed as `criu swrk N`, it says
 * that it can do everything, appends each request to the file "requests" in the working directory
 * that it is given (descriptor 12: the length in four bytes, and the message), says of a dump that
 * pages can be asked for and that it is done, and of a restore that it failed.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

int main(int argc, char **argv) {
    static char message[65536];
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
        /* version: 4.1; features: mem_track, lazy_pages */
        char version[] = {0x08, type, 0x10, 1, 0x52, 4, 0x08, 4, 0x10, 1};
        char features[] = {0x08, type, 0x10, 1, 0x42, 4, 0x08, 1, 0x10, 1};
        /* a notification: its script */
        char ready[] = "\x08\x06\x10\x01\x2a\x0e\x0a\x0cstatus-ready";
        int fine = 1;
        switch (type) {
        case VERSION: fine = say(peer, version, sizeof version); break;
        case FEATURE_CHECK: fine = say(peer, features, sizeof features); break;
        case DUMP:
            fine = say(peer, ready, sizeof ready - 1) &&
                   recv(peer, message, sizeof message, 0) > 0 && say(peer, done, sizeof done);
            break;
        case PRE_DUMP: fine = say(peer, done, sizeof done); break;
        case RESTORE: fine = say(peer, failed, sizeof failed); break;
        default: return 1;
        }
        if (!fine) return 1;
    }
}
