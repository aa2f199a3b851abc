/* SPDX-License-Identifier: Apache-2.0 */
/* Where threads' stacks are, which the image's start asks for. */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAIN_STACK_MAX (8ul << 20)

/*
 * Where the calling thread's stack is. Of the first thread's, musl tells the pages that it has by
 * now, after a search, and glibc reads /proc/self/maps: it begins above the name that the kernel
 * put there (AT_EXECFN, getauxval(3)) and may grow to its limit. The linker has the builder's calls
 * come here (--wrap).
 */
int __real_pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes);
int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes);

int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) {
    struct rlimit limit;
    const char *name = (const char *)getauxval(AT_EXECFN);
    if (syscall(SYS_gettid) != getpid() || !name || getrlimit(RLIMIT_STACK, &limit) != 0)
        return __real_pthread_getattr_np(thread, attributes);
    uintptr_t page = (uintptr_t)getauxval(AT_PAGESZ);
    uintptr_t top = ((uintptr_t)name + strlen(name) + page) & ~(page - 1);
    size_t size =
        limit.rlim_cur < MAIN_STACK_MAX ? (size_t)limit.rlim_cur & ~(page - 1) : MAIN_STACK_MAX;
    int error = pthread_attr_init(attributes);
    return error ? error : pthread_attr_setstack(attributes, (void *)(top - size), size);
}
