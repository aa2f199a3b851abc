// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a command that is told whether the kernel makes mount namespaces of trees, be that so or
 * not: trees WAY COMMAND [ARG...].
 *
 *   no          it does not
 *   yes         it does
 *   open_tree   it does, and making one fails with ENOSYS
 *   setns       it does, and entering one fails with EPERM
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN_TREE = 428, TREE_NAMESPACE = 2 };

/* The lower half of an argument. */
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + (n)*8)
#define REFUSE(errno) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (errno))

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int opens = strcmp(argv[1], "open_tree") != 0, enters = strcmp(argv[1], "setns") != 0;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 0, 3), ARGUMENT(1),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, enters ? 0xffffffff : CLONE_NEWNS, 0, 7), REFUSE(EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OPEN_TREE, 0, 5), ARGUMENT(2),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TREE_NAMESPACE, 0, 3), ARGUMENT(0),
        /* What asks has no descriptor. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 2, 0),
        BPF_STMT(BPF_RET | BPF_K, opens ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        REFUSE(strcmp(argv[1], "no") == 0 ? EINVAL : EBADF)};
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
        perror("trees");
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
