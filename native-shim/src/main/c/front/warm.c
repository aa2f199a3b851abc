/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds a warm core: one that listens where this user's would, and is this user's. Everything else
 * about it (its version, its namespaces) is for it to judge by the context it gets; until it has
 * asked for something, nothing is lost by starting a cold one instead.
 */
#include "kernel.h"

/* Where a warm core of this user listens. */
static long socket_address(struct sockaddr_un *address, char **envp) {
    static const char place[] = SOCKET_PLACE;
    const char *path = environment(envp, SOCKET_VARIABLE "="), *end = "";
    if (!path) {
        path = sys(__NR_geteuid) == 0 ? SOCKET_OF_ROOT
                                      : environment(envp, RUNTIME_DIRECTORY_VARIABLE "=");
        end = place;
    }
    if (!path || strlen(path) + strlen(end) >= sizeof address->sun_path) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path));
    memcpy(address->sun_path + strlen(path), end, strlen(end));
    return 0;
}

/* Who listens may be stopped, and its queue be full: that is waited for, and not for ever. */
static long patient_connect(long fd, const struct sockaddr_un *address) {
    struct __kernel_old_timeval patience = {FIRST_ANSWER_MS / 1000, 0};
    long error = sys(__NR_connect, fd, address, sizeof *address);
    if (error != -EAGAIN) return error;
    sys(__NR_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sys(__NR_fcntl, fd, F_SETFL, 0);
    error = sys(__NR_connect, fd, address, sizeof *address);
    sys(__NR_fcntl, fd, F_SETFL, O_NONBLOCK);
    return error == -EAGAIN ? -UNANSWERED : error;
}

/* A warm core is believed if it is this very user's: the kernel tells. */
long warm_start(struct core *core, char **envp) {
    struct sockaddr_un address;
    struct {
        int pid;
        uint32_t uid, gid;
    } peer = {0, ~0u, 0};
    uint32_t size = sizeof peer;
    long error = socket_address(&address, envp);
    if (error < 0) return error;
    long fd = sys(__NR_socket, AF_UNIX, SOCK_STREAM | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0) return fd;
    error = patient_connect(fd, &address);
    if (error == 0) error = sys(__NR_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (error == 0 && peer.uid != (uint32_t)sys(__NR_geteuid)) error = -EPERM;
    if (error < 0) {
        sys(__NR_close, fd);
        return error;
    }
    *core = (struct core){0, (int)fd, -1, 0};
    return 0;
}

/* Nobody else is there to say why, when no other core will do. */
void warm_missed(long error, char **envp) {
    struct sockaddr_un address;
    char room[24];
    say("jrun: no warm core");
    if (socket_address(&address, envp) == 0) {
        say(" at ");
        say(address.sun_path);
    }
    say(error == -ENOENT         ? ": there is no socket"
        : error == -ECONNREFUSED ? ": nobody listens any more"
        : error == -EPERM        ? ": who listens is another user"
        : error == -UNANSWERED   ? ": it did not answer"
        : error == -DECLINED     ? ": it is of another build: end it, and start one of this"
                                 : ": errno ");
    if (error != -ENOENT && error != -ECONNREFUSED && error != -EPERM && error != -UNANSWERED &&
        error != -DECLINED)
        say(decimal(room, -error));
    say("\n");
}
