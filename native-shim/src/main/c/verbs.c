/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored programs: what create has compiled for the verbs that follow, so that they need no JVM.
 * Recognises the plainest forms of a command line, believes a file only if nobody but root or its
 * own user could have written it, and runs its program. Whatever is unusual, and whatever fails, is
 * left to a core, which carries the same command out from the start.
 */
#include "kernel.h"

#define FILE_MAX (1u << 20)
#define ID_MAX 240

struct request {
    const char *root, *id, *log, *format;
    uint32_t verb;
    int64_t argument; /* of kill: the signal; of pause and resume: 1 and 0 */
};

static int is(const char *a, const char *b) {
    return strlen(a) == strlen(b) && memcmp(a, b, strlen(a)) == 0;
}

static int is_id(const char *id) {
    static const char more[] = "_+-.";
    size_t size = strlen(id);
    if (size == 0 || size > ID_MAX || *id == '.' || *id == '-') return 0;
    for (; *id; id++) {
        int plain =
            (*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z') || (*id >= '0' && *id <= '9');
        for (size_t n = 0; n < sizeof more - 1; n++) plain |= *id == more[n];
        if (!plain) return 0;
    }
    return 1;
}

/* 1 to 64 in decimal; 0 for anything else. */
static int64_t signal_number(const char *text) {
    int64_t number = 0;
    for (; *text >= '0' && *text <= '9' && number <= 64; text++) number = number * 10 + *text - '0';
    return *text || number > 64 ? 0 : number;
}

static uint32_t verb_of(const char *word) {
    return is(word, "start")    ? VERB_START
           : is(word, "state")  ? VERB_STATE
           : is(word, "kill")   ? VERB_KILL
           : is(word, "delete") ? VERB_DELETE
           : is(word, "pause")  ? VERB_FREEZE
           : is(word, "resume") ? VERB_FREEZE
                                : 0;
}

/* The forms engines use: options with a word of their own, the verb, the id, for kill a number. */
static int understand(struct request *r, char **word) {
    for (word++; *word && **word == '-'; word++) {
        const char **value = is(*word, "--root")         ? &r->root
                             : is(*word, "--log")        ? &r->log
                             : is(*word, "--log-format") ? &r->format
                                                         : NULL;
        if (is(*word, "--systemd-cgroup")) continue;
        if (!value || !*++word || !**word) return 0;
        *value = *word;
    }
    if (!*word || (r->format && !is(r->format, "json") && !is(r->format, "text"))) return 0;
    r->argument = is(*word, "pause");
    r->verb = verb_of(*word++);
    if (r->verb == VERB_DELETE && *word && is(*word, "--force")) word++;
    if (!r->verb || !*word || !is_id(*word)) return 0;
    r->id = *word++;
    if (r->verb != VERB_KILL) return !*word;
    r->argument = *word ? signal_number(*word++) : SIGTERM;
    return !*word && r->argument > 0;
}

/* Opens what only root or this user can have written. */
static long open_trusted(long directory, const char *name, long flags, struct statx *status) {
    if (directory < 0 && directory != AT_FDCWD) return directory;
    long fd = sys(__NR_openat, directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
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
static long load(const struct request *r, uint8_t **bytes) {
    struct statx status;
    long root = open_trusted(AT_FDCWD, r->root, O_PATH | O_DIRECTORY, &status);
    long container = open_trusted(root < 0 ? -EBADF : root, r->id, O_PATH | O_DIRECTORY, &status);
    long file = open_trusted(container < 0 ? -EBADF : container, "verbs", O_RDONLY, &status);
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

/* The program for a verb within the file; its size, or 0. */
static size_t find(const uint8_t *bytes, size_t size, uint32_t verb, struct stored_header *header) {
    static const char version[sizeof header->version] = JRUN_VERSION;
    if (size < sizeof *header) return 0;
    memcpy(header, bytes, sizeof *header);
    if (header->magic != STORED_MAGIC || header->length != size ||
        memcmp(header->version, version, sizeof version) != 0)
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

/* Inode of the host's first user namespace: PROC_USER_INIT_INO of linux/proc_ns.h. */
static int in_first_user_namespace(void) {
    struct statx status;
    long error = sys(__NR_statx, AT_FDCWD, "/proc/self/ns/user", 0, STATX_INO, &status);
    return error == 0 && status.stx_ino == 0xeffffffd;
}

/* Root's is in /run; everybody else's is in their runtime directory, and so is that of root of a
 * user namespace, unless it is not known or says that it is root: GlobalOptions.java has the rest.
 */
static const char *default_root(char room[PATH_MAX], char **envp) {
    static const char name[] = "/jrun";
    const char *runtime = environment(envp, "XDG_RUNTIME_DIR="), *user = environment(envp, "USER=");
    if (sys(__NR_geteuid) == 0 &&
        (!runtime || (user && is(user, "root")) || in_first_user_namespace()))
        return "/run/jrun";
    if (!runtime || strlen(runtime) + sizeof name > PATH_MAX) return "";
    memcpy(room, runtime, strlen(runtime));
    memcpy(room + strlen(runtime), name, sizeof name);
    return room;
}

int verb_run(struct machine *m, char **argv, char **envp) {
    char room[PATH_MAX];
    struct request r = {.root = default_root(room, envp)};
    uint8_t *bytes = NULL;
    struct stored_header header;
    if (environment(envp, "JRUN_CORE=") || !understand(&r, argv) || *r.root != '/') return 0;
    long size = load(&r, &bytes);
    size_t length = size > 0 ? find(bytes, (size_t)size, r.verb, &header) : 0;
    if (length == 0) return 0;
    if (r.log) {
        long log =
            sys(__NR_openat, AT_FDCWD, r.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (log < 0) return 0;
        sys(__NR_close, log);
    }
    machine_start(m, ORIGIN_FRONT, -1, -1);
    m->reg[0] = r.argument;
    m->reg[1] = header.pid;
    m->reg[2] = header.start;
    machine_run(m, bytes + header.program[r.verb - 1].offset, length);
    if (m->result.error == 0) return 1;
    for (int n = 0; n < 3; n++) m->reg[n] = -1; /* no descriptors, those */
    close_registers(m);
    return 0;
}
