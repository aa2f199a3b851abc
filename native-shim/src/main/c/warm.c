/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds a warm core: one that listens where this user's would, and is this user's. Everything else
 * about it (its version, its namespaces) is for it to judge by the context it gets; until it has
 * asked for something, nothing is lost by starting a cold one instead.
 */
#include "kernel.h"

const char *environment(char **envp, const char *name) {
    size_t size = strlen(name);
    for (; *envp; envp++)
        if (strlen(*envp) > size && memcmp(*envp, name, size) == 0) return *envp + size;
    return NULL;
}

static int same(const char *a, const char *b) {
    return strlen(a) == strlen(b) && memcmp(a, b, strlen(a)) == 0;
}

/* "cold" among the options, or in the environment, asks for no warm core. */
static int wants_cold(char **argv, char **envp) {
    static const char option[] = "--core=";
    const char *kind = environment(envp, "JRUN_CORE=");
    for (argv++; *argv && **argv == '-'; argv++)
        if (strlen(*argv) >= sizeof option && memcmp(*argv, option, sizeof option - 1) == 0)
            kind = *argv + sizeof option - 1;
    return kind && same(kind, "cold");
}

/* Where a warm core of this user listens. */
static long socket_address(struct sockaddr_un *address, char **envp) {
    static const char place[] = "/jrund/core.sock";
    const char *path = environment(envp, "JRUN_SOCKET="), *end = "";
    if (!path) {
        path = sys(__NR_geteuid) == 0 ? "/run" : environment(envp, "XDG_RUNTIME_DIR=");
        end = place;
    }
    if (!path || strlen(path) + strlen(end) >= sizeof address->sun_path) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path));
    memcpy(address->sun_path + strlen(path), end, strlen(end));
    return 0;
}

/* A warm core is believed if it is this very user's: the kernel tells. */
long warm_start(struct core *core, char **argv, char **envp) {
    struct sockaddr_un address;
    struct {
        int pid;
        uint32_t uid, gid;
    } peer = {0, ~0u, 0};
    uint32_t size = sizeof peer;
    long error = wants_cold(argv, envp) ? -ECONNREFUSED : socket_address(&address, envp);
    if (error < 0) return error;
    long fd = sys(__NR_socket, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0);
    if (fd < 0) return fd;
    error = sys(__NR_connect, fd, &address, sizeof address);
    if (error == 0) error = sys(__NR_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (error == 0 && peer.uid != (uint32_t)sys(__NR_geteuid)) error = -EPERM;
    if (error < 0) {
        sys(__NR_close, fd);
        return error;
    }
    *core = (struct core){0, (int)fd, -1};
    return 0;
}
