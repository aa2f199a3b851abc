/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holds FILE COMMAND [ARG...]: takes a lock of the whole file, for writing, and becomes the
 * command, which then has it (fcntl_locking(2)). Exits with 1 if somebody else has it.
 */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (argc < 3) return 2;
    int file = open(argv[1], O_RDWR | O_CREAT, 0600);
    if (file < 0) return 2;
    if (fcntl(file, F_SETLK, &lock) != 0) return 1;
    execvp(argv[2], argv + 2);
    return 2;
}
