/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sealed copy of this program that init is executed from. What enters a container is never a
 * file of the host, so that nothing inside can open the host's binary through /proc and write to it
 * (CVE-2019-5736); and nobody can change the copy. Both sides check every seal.
 */
#include "kernel.h"

#ifndef MFD_EXEC /* since 6.3 */
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define PIECE (1 << 20)

static long own_program(void) {
    return sys(__NR_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

static long check_seals(int fd) {
    long seals = sys(__NR_fcntl, fd, F_GET_SEALS);
    return seals >= 0 && (seals & SEALS) == SEALS ? 0 : -EPERM;
}

long is_sealed(void) {
    long fd = own_program();
    if (fd < 0) return fd;
    long error = check_seals((int)fd);
    sys(__NR_close, fd);
    return error;
}

static long fill_and_seal(int copy) {
    long program = own_program(), n = program;
    if (program < 0) return program;
    do n = sys(__NR_sendfile, copy, program, NULL, PIECE);
    while (n > 0 || n == -EINTR);
    sys(__NR_close, program);
    if (n < 0) return n;
    n = sys(__NR_fcntl, copy, F_ADD_SEALS, SEALS | F_SEAL_EXEC);
    if (n == -EINVAL) n = sys(__NR_fcntl, copy, F_ADD_SEALS, SEALS);
    return n < 0 ? n : check_seals(copy);
}

static int sealed; /* 0: not made yet; never a memfd, since 0 to 2 are taken */

/* It is made anew when it is wanted again. */
void sealed_release(void) {
    if (sealed > 0) sys(__NR_close, sealed);
    sealed = 0;
}

/* Made once and kept: gives its file descriptor. */
long sealed_copy(void) {
    if (sealed > 0) return sealed;
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    long copy = sys(__NR_memfd_create, "jrun-init", flags | MFD_EXEC);
    if (copy == -EINVAL) copy = sys(__NR_memfd_create, "jrun-init", flags);
    if (copy < 0) return copy;
    long error = fill_and_seal((int)copy);
    if (error < 0) {
        sys(__NR_close, copy);
        return error;
    }
    sealed = (int)copy;
    return copy;
}
