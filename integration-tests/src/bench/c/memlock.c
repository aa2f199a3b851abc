/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library to be preloaded into a peer that insists on an unlimited RLIMIT_MEMLOCK, on machines
 * where even root may not raise it: a refusal of that one limit is taken for success. Kernels since
 * 5.11 do not count BPF programs against it, so nothing else changes. For the benchmark only. No
 * libc of its own, so that loading it costs the peer as little as can be.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int swallowed(int resource, const struct rlimit *wanted, int result) {
    return result < 0 && wanted != NULL && resource == RLIMIT_MEMLOCK && errno == EPERM ? 0
                                                                                        : result;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *wanted) {
    return swallowed((int)resource, wanted, (int)syscall(SYS_prlimit64, 0, resource, wanted, NULL));
}

int prlimit(pid_t pid, __rlimit_resource_t resource, const struct rlimit *wanted,
            struct rlimit *old) {
    return swallowed((int)resource, wanted,
                     (int)syscall(SYS_prlimit64, pid, resource, wanted, old));
}
