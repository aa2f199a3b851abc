/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this program offer each other, in the order in which they are best read. Unless
 * said otherwise a function returns a result that is not negative, or minus an errno.
 */
#ifndef JRUN_H
#define JRUN_H

#include "facts.h"
#include "sys.h"
#include "wire.h"

#ifndef JRUN_VERSION
#define JRUN_VERSION "unknown"
#endif

/* Beyond every errno, so that no program can name them among the errors it expects. */
#define CORE_GONE 0x10000  /* the core died while the front was waiting: nothing is left to do */
#define STOPPED 0x10001    /* init failed: machine.result has what it said */
#define UNANSWERED 0x10002 /* a warm core went away with nothing done */
#define DECLINED 0x10003   /* the same, and it said that it does not serve this front */

/* base/text.c */
void say(const char *text);
char *decimal(char room[24], int64_t value);
int is_same(const char *a, const char *b);
const char *environment(char **envp, const char *name_and_equals);
int signal_of(const char *text);

/* base/clock.c */
#define NO_DEADLINE 0
#define MILLISECOND 1000000L
struct pollfd;
int64_t now(void);
int64_t deadline_after(uint64_t milliseconds); /* 0: never */
long poll_until(struct pollfd *set, unsigned count, int64_t deadline);
long wait_ready(int fd, short events, int64_t deadline, int watch);

/* base/channel.c */
#define SMALL_FRAME 64
struct frame {
    uint8_t *bytes;
    size_t size;
    uint8_t small[SMALL_FRAME]; /* where one is that needs no memory of its own */
};
long write_all(int fd, const void *bytes, size_t size, int64_t deadline);
long read_all(int fd, void *bytes, size_t size, int64_t deadline, int watch);
long frame_send(int fd, uint16_t type, const void *head, size_t head_size, const void *body,
                size_t size);
long frame_receive(int fd, struct frame *frame, int64_t deadline, int watch);
void frame_release(struct frame *frame);

/* machine/program.c */
struct program {
    const struct encoded *code;
    const uint32_t *operands;
    uint8_t *data, *room; /* what came with the program, and what begins as zeros */
    uint32_t count, length, room_length, flags, first;
};
long program_decode(struct program *program, uint8_t *bytes, size_t size, uint32_t *at);
void program_instruction(const struct program *program, uint32_t at, struct instruction *i);
uint8_t *program_data(const struct program *program, uint64_t offset);
int program_has_more(const uint8_t *bytes, size_t size);

/* machine/interp.c */
struct machine {
    int64_t reg[REGISTERS];
    struct program program;
    struct result result; /* how the program ended */
    int64_t value;        /* what the current instruction gave */
    uint32_t at, next;
    uint16_t origin;
    int peer;  /* where reports go: the core's channel, or init's own */
    int watch; /* the core's channel in the front, -1 in init */
    int core;  /* the pid of a cold core; 0: none */
    int code;  /* what the program has said to exit with; -1: nothing yet */
};
struct call {
    uint64_t arg[ARGUMENTS];
    uint64_t size[ARGUMENTS]; /* of data arguments */
};
void machine_start(struct machine *m, uint16_t origin, int peer, int watch);
void machine_run(struct machine *m, uint8_t *bytes, size_t size);
long report(struct machine *m, uint32_t tag, const void *bytes, size_t size);

/* machine/undo.c */
struct undo {
    struct frame frame;
    struct undo_header header;
    uint32_t came_to; /* the instruction of the launch that is being run, or was the last */
    int over;         /* whether the launch has ended, one way or the other */
};
long undo_keep(struct undo *u, struct frame *frame);
void undo_note(struct undo *u, const struct machine *m, int is_last);
long undo_run(struct undo *u, struct machine *m);
void undo_release(struct undo *u);

/* ops/resolve.c */
long resolve(int root, const char *path, unsigned kind, int like, uint64_t flags);

/* What getdents64(2) gives. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

/* ops/copy.c */
int is_dots(const char *name);
long copy_tree(int from, int to);

/* ops/clear.c */
long clear_directory(int directory, unsigned kind);

/* ops/lookup.c */
struct lookup {
    const char *key;
    size_t key_size;
    unsigned key_field, value_field; /* from 0; the key's comes first */
    char *to;
    size_t room;
};
long look_up(int fd, const struct lookup *wanted);

/* ops/watch.c */
long start_time(int pid);
long wait_for_text(int fd, const char *text, size_t size, int64_t deadline, int watch);

/* ops/relay.c */
void signals_default(void);
void survive_writes(void);
void end_by_signals(unsigned when, uint64_t set);
void tell_whoever_listens(int whether);
void notice_children(void);
long relay(struct machine *m, int pid, int pidfd, int master, int caller, int until);

/* ops/flow.c */
struct flow {
    int from, to; /* -1: no more */
    size_t step;  /* the most that is written at once */
    size_t start, end;
    uint8_t bytes[65536];
};
void flow_start(struct flow *f, int from, int to, size_t step);
int flow_has_room(const struct flow *f);
int flow_has_bytes(const struct flow *f);
size_t flow_fill(struct flow *f);
void flow_spill(struct flow *f);

/* ops/terminal.c */
#define TERMINAL_POLLS 4
long terminal_open(int master, int caller);
void terminal_poll(struct pollfd *set);
void terminal_move(const struct pollfd *set);
void terminal_signal(uint32_t signal);
void terminal_close(int signals);

/* ops/handover.c */
long hand_over(int socket, int fd, const void *bytes, size_t size);
long take_over(int socket, int watch);

/* ops/hook.c */
long hook(struct machine *m, const struct call *call);

/* ops/seal.c */
long sealed_copy(void);
void sealed_release(void);
long is_sealed(void);

/* ops/spawn.c */
#define INIT_NAME "jrun:[init]"
struct clone_args;
long clone_child(const struct clone_args *args, size_t size);
long spawn(struct machine *m, const struct call *call);
void feed_init(int channel, const void *bytes, size_t size);
long fork_init(struct machine *m, const struct call *call);

/* front/core.c */
struct core {
    int pid, channel, log;
    int status; /* how it ended; 0: by the front, or not known */
};
long core_start(struct core *core);
int core_become(char **options, char **envp);
int core_end(int pid);
void core_mourn(const struct core *core, int debug);
void core_missed(long error);
/* front/route.c */
enum core_kind { CORE_ANY, CORE_WARM, CORE_COLD };
struct command {
    const char *root, *log; /* NULL: not given */
    char **ids;
    int count; /* of ids */
    uint32_t verb;
    int64_t argument; /* of kill the signal; of pause and delete by force 1 */
};
struct route {
    struct command command; /* as far as it was understood */
    int is_stored;          /* whether a stored program may do it */
    enum core_kind core;    /* who is asked otherwise */
    int debug;              /* whether stack traces are wanted */
};
void route_read(struct route *route, char **argv, char **envp);

/* front/stored.c */
int stored_run(struct machine *m, const struct route *route, char **envp); /* 1: done */

/* front/warm.c */
long warm_start(struct core *core, char **envp);
void warm_missed(long error, char **envp);

/* front/context.c */
long context_send(int channel, int argc, char **argv, char **envp, const struct result *stored);

/* machine/faults.c */
#ifdef JRUN_FAULTS
void fault_arm(char **envp);
void fault_point(struct machine *m);
char *fault_variable(void);
#endif

/* front/main.c */
int jrun(int argc, char **argv, char **envp);

#endif
