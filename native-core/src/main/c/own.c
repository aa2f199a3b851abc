/* SPDX-License-Identifier: Apache-2.0 */
/* What io.jrun.linux.LinkedBinding calls. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

long jrun_syscall(long number, long a, long b, long c, long d, long e, long f);
void jrun_trim(void);

long jrun_syscall(long number, long a, long b, long c, long d, long e, long f) {
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

/* Other C libraries give memory back by themselves, or not at all. */
void jrun_trim(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
