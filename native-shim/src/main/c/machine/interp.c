/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter, one for the front and for init. It obeys a decoded program instruction by
 * instruction and stops at the first error the program did not expect, with the step and the
 * instruction to blame. It has no opinions and never looks inside what it passes on.
 */
#include "kernel.h"

/* A context keeps eight messages; they name what they are about, which is 255 bytes at most, or a
 * path. */
#define MESSAGES_MAX 16
#define WORDS_MAX 8192

void machine_start(struct machine *m, uint16_t origin, int peer, int watch) {
    memset(m, 0, sizeof *m);
    for (int n = 0; n < REGISTERS; n++) m->reg[n] = -1;
    m->origin = origin;
    m->peer = peer;
    m->watch = watch;
    m->code = -1;
}

long report(struct machine *m, uint32_t tag, const void *bytes, size_t size) {
    struct report_header head = {m->origin, (uint16_t)tag, m->program.code[m->at].step};
    return frame_send(m->peer, FRAME_REPORT, &head, sizeof head, bytes, size);
}

static struct call evaluate(const struct machine *m, const struct instruction *i) {
    struct call call = {{0}, {0}};
    for (int n = 0; n < ARGUMENTS; n++) {
        if (i->kind[n] == KIND_IMMEDIATE) {
            call.arg[n] = i->arg[n];
        } else if (i->kind[n] == KIND_REGISTER) {
            call.arg[n] = (uint64_t)m->reg[i->arg[n]];
        } else if (i->kind[n] == KIND_DATA) {
            call.arg[n] = (uintptr_t)program_data(&m->program, (uint32_t)i->arg[n]);
            call.size[n] = i->arg[n] >> 32;
        }
    }
    return call;
}

static long system_call(const struct instruction *i, const uint64_t a[ARGUMENTS]) {
    long result;
    do
        result = sys_call((long)i->nr, (long)a[0], (long)a[1], (long)a[2], (long)a[3], (long)a[4],
                          (long)a[5]);
    while (result == -EINTR);
    return result;
}

/* Digits end where the place ends; what lies before them stays: blanks of a document, slashes of a
 * path. Or they begin where it begins, and what lies behind them stays. */
static long store(uint8_t *at, int64_t value, size_t width) {
    if (width == 4 || width == 8) {
        memcpy(at, &value, width);
        return 0;
    }
    if (width == OCTAL_DIGITS) {
        for (; width > 0; value >>= 3) at[--width] = (uint8_t)('0' + (value & 7));
        return value == 0 ? 0 : -EOVERFLOW;
    }
    char room[24], *digits = decimal(room, value);
    size_t size = strlen(digits);
    if (width == FIRST_DIGITS) width = size <= FIRST_DIGITS - 1 ? size : 0;
    if (size > width) return -EOVERFLOW;
    memcpy(at + width - size, digits, size);
    return 0;
}

static long write_number(int fd, int64_t value) {
    char room[24], *digits = decimal(room, value);
    return write_all(fd, digits, strlen(digits), NO_DEADLINE);
}

static long relocate(const struct program *p, uint64_t at, uint64_t count) {
    uint8_t *place = program_data(p, at);
    for (; count > 0; count--, place += sizeof(uint64_t)) {
        uint64_t offset, address = 0;
        memcpy(&offset, place, sizeof offset);
        if (offset != UINT64_MAX) {
            uint64_t length = offset & ROOM ? p->room_length : p->length;
            if ((offset & ~(uint64_t)ROOM) >= length) return -EFAULT;
            address = (uintptr_t)program_data(p, offset);
        }
        memcpy(place, &address, sizeof address);
    }
    return 0;
}

static long report_argument(struct machine *m, const struct instruction *i, const struct call *c) {
    if (i->kind[1] != KIND_DATA)
        return report(m, (uint32_t)c->arg[0], &c->arg[1], sizeof c->arg[1]);
    if (i->kind[2] != KIND_NONE && c->arg[2] > c->size[1]) return -EOVERFLOW;
    return report(m, (uint32_t)c->arg[0], (void *)c->arg[1],
                  i->kind[2] != KIND_NONE ? c->arg[2] : c->size[1]);
}

/* One frame while awaiting: 0 to wait on, 1 when it was the one awaited. */
static long take(struct machine *m, long type, const struct frame *frame, uint32_t code) {
    struct sync message;
    if (type == FRAME_SYNC && frame->size == sizeof message) {
        memcpy(&message, frame->bytes, sizeof message);
        m->value = (int64_t)message.value;
        return message.code == code ? 1 : -EPROTO;
    }
    if (m->origin != ORIGIN_FRONT) return -EPROTO; /* init has nobody to pass anything on to */
    if (type == FRAME_REPORT && frame->size >= sizeof(struct report_header)) {
        long n = frame_send(m->peer, FRAME_REPORT, "", 0, frame->bytes, frame->size);
        return n < 0 ? n : 0;
    }
    if (type == FRAME_RESULT && frame->size == sizeof m->result) {
        memcpy(&m->result, frame->bytes, sizeof m->result);
        return m->result.error > 0 && m->result.error <= ERRNO_MAX ? -STOPPED : -EPROTO;
    }
    return -EPROTO;
}

static long await(struct machine *m, int channel, uint32_t code, uint64_t flags, int64_t deadline) {
    struct frame frame = {0};
    long taken = 0;
    while (taken == 0) {
        long type = frame_receive(channel, &frame, deadline, m->watch);
        if (type != 0) {
            taken = type > 0 ? take(m, type, &frame, code) : type;
        } else if (flags & AWAIT_END_IS_FINE) {
            m->value = 0;
            taken = 1;
        } else if (m->origin == ORIGIN_INIT && channel == m->peer) {
            leave(1); /* whoever was to be told is gone */
        } else {
            taken = -EPIPE;
        }
    }
    frame_release(&frame);
    return taken < 0 ? taken : 0;
}

/* A peer that has gone may have said why: the front looks for that before it blames the SYNC. */
static long sync(struct machine *m, int channel, uint32_t code, uint64_t value) {
    struct sync message = {code, 0, value};
    long n = frame_send(channel, FRAME_SYNC, &message, sizeof message, "", 0);
    if ((n == -EPIPE || n == -ECONNRESET) && m->origin == ORIGIN_FRONT)
        n = await(m, channel, code, 0, NO_DEADLINE);
    return n < 0 ? n : 0;
}

/* A wait status becomes what a shell makes of it: the program's code, or 128 and the signal. */
static long leave_with(struct machine *m, uint64_t value, uint64_t kind) {
    unsigned signal = value & 0x7f;
    if (kind == EXIT_STATUS) value = signal ? 128 + signal : value >> 8;
    m->code = value & 0xff;
    return 0;
}

/* Gives minus an errno, or what m->value is to be. */
static long execute(struct machine *m, const struct instruction *i, const struct call *c) {
    const uint64_t *a = c->arg;
    int channel = i->kind[0] == KIND_NONE ? m->peer : (int)a[0]; /* of SYNC, AWAIT, HAND and TAKE */
    long result;
    switch (i->op) {
    case OP_SYSCALL: return system_call(i, a);
    case OP_STORE: return store(program_data(&m->program, a[1]), (int64_t)a[0], a[2]);
    case OP_LOAD:
        m->value = 0;
        memcpy(&m->value, program_data(&m->program, a[0]), a[1]);
        return 0;
    case OP_TEST: return (a[0] & a[1]) == a[2] ? 0 : -(long)a[3];
    case OP_JUMP: m->next = (uint32_t)a[0]; return 0;
    case OP_RELOC: return relocate(&m->program, a[0], a[1]);
    case OP_RESOLVE: return resolve((int)a[0], (const char *)a[1], (unsigned)a[2], (int)a[3], a[4]);
    case OP_WRITE:
        if (i->kind[1] != KIND_DATA) return write_number((int)a[0], (int64_t)a[1]);
        return write_all((int)a[0], (void *)a[1], c->size[1], NO_DEADLINE);
    case OP_READ: return read_all((int)a[0], (void *)a[1], c->size[1], NO_DEADLINE, m->watch);
    case OP_REPORT: result = report_argument(m, i, c); return result < 0 ? result : 0;
    case OP_SPAWN: return spawn(m, c);
    case OP_FEED: feed_init((int)a[0], (void *)a[1], c->size[1]); return 0;
    case OP_FORK:
        result = fork_init(m, c);
        if (result <= 0) return result;
        leave(sync(m, m->peer, (uint32_t)a[1], (uint64_t)result) < 0);
    case OP_SYNC: return sync(m, channel, (uint32_t)a[1], a[2]);
    case OP_AWAIT: return await(m, channel, (uint32_t)a[1], a[2], deadline_after(a[3]));
    case OP_HOOK: return hook(m, c);
    case OP_RELAY:
        return relay(m, (int)a[0], (int)a[1], i->kind[2] == KIND_NONE ? -1 : (int)a[2], (int)a[3],
                     i->kind[4] == KIND_NONE ? -1 : (int)a[4]);
    case OP_STARTTIME: return start_time((int)a[0]);
    case OP_UNTIL:
        return wait_for_text((int)a[0], (const char *)a[1], c->size[1], deadline_after(a[2]),
                             m->watch);
    case OP_CHANNEL:
        if (m->origin != ORIGIN_INIT) return -EINVAL;
        m->peer = (int)a[0];
        m->program.flags &= ~(PROGRAM_TRACE | PROGRAM_CALLS); /* who is there now has not asked */
        return 0;
    case OP_HAND: return hand_over(channel, (int)a[1], (void *)a[2], c->size[2]);
    case OP_TAKE: return take_over(channel, m->watch);
    case OP_LOOKUP:
        return look_up((int)a[0], &(struct lookup){(const char *)a[1], c->size[1] - 1,
                                                   (unsigned)a[2], (unsigned)a[3],
                                                   (char *)program_data(&m->program, a[4]), a[5]});
    case OP_COPY: return copy_tree((int)a[0], (int)a[1]);
    case OP_EXIT: return leave_with(m, a[0], a[1]);
    case OP_CLEAR: return clear_directory((int)a[0], (unsigned)a[1]);
    case OP_ENDS: end_by_signals((unsigned)a[0], a[1]); return 0;
    default: return -ENOSYS; /* the decoder lets none through */
    }
}

/* Whether the program expected this error; if so, where to go on. */
static int expected(struct machine *m, const struct instruction *i, long error) {
    for (int n = 0; n < EXPECTED_ERRORS; n++) {
        if (i->on[n].error == 0 || i->on[n].error != error) continue;
        if (i->on[n].to != 0) m->next = i->on[n].to;
        return 1;
    }
    return 0;
}

/* What the kernel has to say of a file system that did not come about lies in its context: read(2)
 * gives one message at a time, and ENODATA when there are no more. */
static void pass_words_on(struct machine *m, const struct instruction *i, int context) {
    uint8_t words[WORDS_MAX];
    if (i->op != OP_SYSCALL || (i->nr != __NR_fsconfig && i->nr != __NR_fsmount)) return;
    for (int n = 0; n < MESSAGES_MAX; n++) {
        long size = sys(__NR_read, context, words, sizeof words);
        if (is_error(size) || report(m, WORDS_TAG, words, (size_t)size) < 0) return;
    }
}

/* Init tells on when its front has what it wants and is gone. */
static void tell(struct machine *m, uint32_t tag, const void *bytes, size_t size) {
    tell_whoever_listens(1);
    report(m, tag, bytes, size);
    tell_whoever_listens(0);
}

/* An instruction that has handed the channel on is told to nobody. */
static void trace_call(struct machine *m, int64_t began, long result) {
    if (!(m->program.flags & PROGRAM_CALLS)) return;
    struct traced_call call = {began, now(), m->program.first + m->at,
                               result < 0 && result >= -STOPPED ? (int32_t)-result : 0};
    tell(m, CALL_TAG, &call, sizeof call);
}

/* Runs one instruction: 0, or minus the error that stops the program. */
static long step(struct machine *m, int64_t began) {
    struct instruction i;
    program_instruction(&m->program, m->at, &i);
    struct call call = evaluate(m, &i);
    m->next = m->at + 1;
    long result = execute(m, &i, &call);
    if (began != 0) trace_call(m, began, result);
    int failed = is_error(result) || result == -CORE_GONE || result == -STOPPED;
    if (failed && !expected(m, &i, -result)) {
        pass_words_on(m, &i, (int)call.arg[0]);
        return result;
    }
    if (failed || (i.op != OP_LOAD && i.op != OP_AWAIT)) m->value = result;
    if (i.dst != NO_REGISTER) m->reg[i.dst] = m->value;
    m->at = m->next;
    return 0;
}

/* Tells that a step begins; gives when the instruction does, 0 where nobody wants to know that. */
static int64_t trace(struct machine *m, uint16_t *current) {
    if (!(m->program.flags & PROGRAM_TRACE)) return 0;
    uint16_t step = m->program.code[m->at].step;
    if (m->at == 0 || step != *current) {
        *current = step;
        int64_t time = now();
        tell(m, TRACE_TAG, &time, sizeof time);
    }
    return m->program.flags & PROGRAM_CALLS ? now() : 0;
}

/* The outcome is in m->result; its error is CORE_GONE when nobody is left to be told. */
void machine_run(struct machine *m, uint8_t *bytes, size_t size) {
    uint16_t current = 0;
    m->at = 0;
    m->value = 0;
    m->result = (struct result){.origin = m->origin};
    long error = program_decode(&m->program, bytes, size, &m->result.instruction);
    if (error < 0) {
        m->result.error = (int32_t)-error;
        m->result.instruction += m->program.first;
        return;
    }
    memset(m->program.room, 0, m->program.room_length);
    while (error == 0 && m->at < m->program.count) {
        int64_t began = trace(m, &current);
#ifdef JRUN_FAULTS
        fault_point(m);
#endif
        error = step(m, began);
    }
    if (error == -STOPPED) return;
    m->result = (struct result){
        .origin = m->origin, .instruction = m->program.first + m->at, .error = (int32_t)-error};
    if (error == 0) m->result.value = m->value;
    if (m->program.count > 0)
        m->result.step = m->program.code[error ? m->at : m->program.count - 1].step;
}
