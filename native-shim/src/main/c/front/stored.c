/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored programs: what create has compiled for the verbs that follow, so that they need no core.
 * Believes a file only if nobody but root or its own user could have written it, and only if it is
 * as it was written, and runs its program. Whatever is unusual, and whatever fails, is
 * left to a core, which carries the same command out from the start.
 */
#include "kernel.h"

#define FILE_MAX (1u << 20)

/* Opens what only root or this user can have written. */
static long open_trusted(long directory, const char *name, long flags, struct statx *status) {
    if (directory < 0 && directory != AT_FDCWD) return directory;
    /* O_NONBLOCK: a FIFO in the place of a file would be waited for. */
    long fd = sys(__NR_openat, directory, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return fd;
    long error = sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, status);
    int directory_wanted = (flags & O_DIRECTORY) != 0;
    if (error == 0 && ((status->stx_uid != 0 && status->stx_uid != sys(__NR_geteuid)) ||
                       (status->stx_mode & 022) != 0 ||
                       ((status->stx_mode & S_IFMT) == S_IFDIR) != directory_wanted ||
                       (!directory_wanted && (status->stx_mode & S_IFMT) != S_IFREG)))
        error = -EPERM;
    if (error < 0) sys(__NR_close, fd);
    return error < 0 ? error : fd;
}

/* Gives the file's content, or minus an errno; its descriptors are closed again. */
static long load(const char *directory, const char *id, uint8_t **bytes) {
    struct statx status;
    long root = open_trusted(AT_FDCWD, directory, O_PATH | O_DIRECTORY, &status);
    long container = open_trusted(root < 0 ? -EBADF : root, id, O_PATH | O_DIRECTORY, &status);
    long file = open_trusted(container < 0 ? -EBADF : container, STORED_FILE, O_RDONLY, &status);
    long size = file < 0 ? file : status.stx_size > FILE_MAX ? -EFBIG : (long)status.stx_size;
    if (size > 0) {
        long memory = sys_call(__NR_mmap, 0, size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *bytes = (uint8_t *)memory;
        if (is_error(memory))
            size = memory;
        else if (read_all((int)file, *bytes, (size_t)size, NO_DEADLINE, -1) != size)
            size = -EIO;
    }
    long opened[] = {root, container, file};
    for (int n = 0; n < 3; n++)
        if (opened[n] >= 0) sys(__NR_close, opened[n]);
    return size;
}

/* Any one word that is changed changes the sum, and no second one is likely to change it back. */
static uint64_t checksum(const uint8_t *bytes, size_t size, uint64_t sum) {
    const uint64_t *word = (const uint64_t *)bytes;
    for (size_t n = 0; n < size / sizeof *word; n++) {
        sum ^= word[n];
        sum = (sum << CHECKSUM_TURN | sum >> (64 - CHECKSUM_TURN)) * CHECKSUM_FACTOR;
    }
    return sum;
}

/* The numbers are written into the file last of all, by the front: they are there twice. */
static int is_whole(const uint8_t *bytes, size_t size, const struct stored_header *header) {
    uint64_t sum = checksum(bytes, offsetof(struct stored_header, checksum), CHECKSUM_START);
    sum = checksum(bytes + sizeof *header, size - sizeof *header, sum);
    return sum == header->checksum &&
           memcmp(&header->init, &header->again, sizeof header->init) == 0;
}

/* The program for a verb within the file; its size, or 0. */
static size_t find(const uint8_t *bytes, size_t size, uint32_t verb, struct stored_header *header) {
    static const char version[sizeof header->version] = JRUN_VERSION;
    if (size < sizeof *header || size % sizeof(uint64_t) != 0) return 0;
    memcpy(header, bytes, sizeof *header);
    if (header->magic != STORED_MAGIC || header->length != size || header->protocol != PROTOCOL ||
        memcmp(header->version, version, sizeof version) != 0 || !is_whole(bytes, size, header))
        return 0;
    uint32_t offset = header->program[verb - 1].offset, length = header->program[verb - 1].length;
    return offset > size || offset % 8 != 0 || length > size - offset ? 0 : length;
}

/* What the program opened would be in the way of the core's own programs: its locks above all. */
static void close_registers(const struct machine *m) {
    for (int n = 0; n < REGISTERS; n++)
        if (m->reg[n] > 2 && m->reg[n] < INT32_MAX &&
            (sys(__NR_fcntl, m->reg[n], F_GETFD) & ~FD_CLOEXEC) == 0 &&
            sys(__NR_fcntl, m->reg[n], F_GETFD) == FD_CLOEXEC)
            sys(__NR_close, m->reg[n]);
}

static int in_first_user_namespace(void) {
    struct statx status;
    long error = sys(__NR_statx, AT_FDCWD, "/proc/self/ns/user", 0, STATX_INO, &status);
    return error == 0 && status.stx_ino == FIRST_USER_NAMESPACE;
}

/* Root's is in /run; everybody else's is in their runtime directory, and so is that of root of a
 * user namespace, unless it is not known or says that it is root: GlobalOptions.java has the rest.
 */
static const char *default_root(char room[PATH_MAX], char **envp) {
    static const char name[] = ROOT_IN_RUNTIME_DIRECTORY;
    const char *runtime = environment(envp, RUNTIME_DIRECTORY_VARIABLE "=");
    const char *user = environment(envp, "USER=");
    if (sys(__NR_geteuid) == 0 &&
        (!runtime || (user && is_same(user, "root")) || in_first_user_namespace()))
        return ROOT_OF_ROOT;
    if (!runtime || strlen(runtime) + sizeof name > PATH_MAX) return "";
    memcpy(room, runtime, strlen(runtime));
    memcpy(room + strlen(runtime), name, sizeof name);
    return room;
}

/* Whether the program there is for one container ran to its end. */
static int run(struct machine *m, const struct command *c, const char *id) {
    uint8_t *bytes = NULL;
    struct stored_header header;
    long size = load(c->root, id, &bytes);
    size_t length = size > 0 ? find(bytes, (size_t)size, c->verb, &header) : 0;
    if (length > 0) {
        machine_start(m, ORIGIN_FRONT, -1, -1);
        m->reg[STORED_ARGUMENT] = c->argument;
        m->reg[STORED_PID] = header.init.pid;
        m->reg[STORED_START] = header.init.start;
        machine_run(m, bytes + header.program[c->verb - 1].offset, length);
        for (int n = STORED_ARGUMENT; n <= STORED_START; n++) m->reg[n] = -1; /* no descriptors */
        if (m->result.error != 0 || c->count > 1) close_registers(m);
    }
    if (size > 0) sys(__NR_munmap, bytes, size);
    return length > 0 && m->result.error == 0;
}

/*
 * Of several those that fail are left to a core, which is given all of them and finds those that
 * are done gone: only a delete by force takes several.
 */
int stored_run(struct machine *m, const struct route *route, char **envp) {
    char room[PATH_MAX];
    struct command c = route->command;
    if (!route->is_stored) return 0;
    if (!c.root) c.root = default_root(room, envp);
    if (*c.root != '/') return 0;
    if (c.log) {
        /* Stays open: the reader of a FIFO would take a close for the end. */
        long log = sys(__NR_openat, AT_FDCWD, c.log,
                       O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
        if (log < 0) return 0;
    }
    int all = 1;
    for (int n = 0; n < c.count; n++) all &= run(m, &c, c.ids[n]);
    return all;
}
