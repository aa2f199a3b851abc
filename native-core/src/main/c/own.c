/* SPDX-License-Identifier: Apache-2.0 */
/* What io.jrun.linux.LinkedBinding calls. */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
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

/*
 * Gives back what is not in use: freed memory, where the C library keeps it (musl does not), and
 * pages of the program itself, which are the file's: what a core needs again it finds in the page
 * cache. Most were needed once, when it began.
 */
void jrun_trim(void) {
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    uintptr_t page = (uintptr_t)getauxval(AT_PAGESZ);
    for (unsigned long n = getauxval(AT_PHNUM); header && n > 0; n--, header++) {
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        uintptr_t start = (header->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (header->p_vaddr + header->p_filesz) & ~(page - 1);
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
