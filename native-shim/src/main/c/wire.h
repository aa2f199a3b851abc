/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of everything that crosses a channel: frames, programs, instructions. It is
 * docs/plan.md in C and nothing else; every number here is part of the contract with the core. All
 * integers are little-endian, which both supported architectures are.
 */
#ifndef JRUN_WIRE_H
#define JRUN_WIRE_H

#include <stdint.h>

/* The number of all this: who has another is not understood. A test says which it is. */
#define PROTOCOL 0x0b6b174fu
#define CONTEXT_MAGIC 0x4e55524au /* "JRUN" */
#define PROGRAM_MAGIC 0x474f5250u /* "PROG" */
#define PROGRAM_VERSION 5u
#define PROGRAM_TRACE 1u
#define PROGRAM_MORE 2u /* the next one goes on with it: one result for all */
#define PROGRAM_CALLS 4u
#define FRAME_MAX (64u << 20)
#define ROOM (1u << 30) /* of an offset: in the room, not in the data */
#define ROOM_MAX 65536u
#define TRACE_TAG 65535u
#define CALL_TAG 65534u
#define REGISTERS 250
#define CHANNEL_REGISTER 249 /* of init: the channel it was born with */
#define NO_REGISTER 255u
#define ARGUMENTS 6
#define EXPECTED_ERRORS 5

enum frame_type {
    FRAME_CONTEXT = 1,
    FRAME_RESULT = 2,
    FRAME_REPORT = 3,
    FRAME_SYNC = 4,
    FRAME_PROGRAM = 16,
    FRAME_PRINT = 17,
    FRAME_EXIT = 18,
    FRAME_DECLINE = 19,
    FRAME_WORKING = 20,
    FRAME_UNDO = 21
};

/* What the caller's kernel has, bit by bit: CONTEXT. */
#define KERNEL_TREE_NAMESPACES 1u

/* A file of stored programs; `program` by the verbs' numbers. */
#define STORED_MAGIC 0x4252564au /* JVRB */
enum verb {
    VERB_START = 1,
    VERB_STATE,
    VERB_KILL,
    VERB_DELETE,
    VERB_FREEZE,
    VERB_DESTROY,
    VERBS = VERB_DESTROY
};

/* FNV's numbers, of words in place of bytes, with a turn so that no bit stays where it is. */
#define CHECKSUM_START 0xcbf29ce484222325u
#define CHECKSUM_FACTOR 0x100000001b3u
#define CHECKSUM_TURN 29

struct stored_init {
    int64_t pid, start; /* the programs find them in registers */
};

struct stored_header {
    uint32_t magic, length;
    char version[24];
    uint32_t protocol, zero;
    struct {
        uint32_t offset, length;
    } program[VERBS];
    uint64_t checksum; /* of all before it, and of all after this header */
    struct stored_init init, again;
};

enum origin { ORIGIN_FRONT = 0, ORIGIN_INIT = 1 };

struct frame_header {
    uint32_t length;
    uint16_t type, zero;
};

struct result {
    uint16_t origin, step;
    uint32_t instruction;
    int32_t error;
    uint32_t zero;
    int64_t value;
};

struct report_header {
    uint16_t origin, tag;
    uint32_t step;
};

/* A REPORT of an instruction that was carried out, where each is asked for. */
struct traced_call {
    int64_t began, ended;
    uint32_t instruction;
    int32_t error;
};

/* UNDO's, before its program, which finds in a register for each mark 1 where the launch had come
 * to that instruction. */
#define UNDO_MARKS 4
#define UNDO_REGISTER 245
struct undo_header {
    uint32_t mark[UNDO_MARKS];
};

struct sync {
    uint32_t code, zero;
    uint64_t value;
};

struct program_header {
    uint32_t magic, version, count, operands, length, room, flags;
    uint32_t first; /* the number of its first instruction, for results */
};

/* KIND_WIDE is of the wire alone: an immediate that does not fit into one word. */
enum kind { KIND_NONE, KIND_IMMEDIATE, KIND_REGISTER, KIND_DATA, KIND_WIDE };

/* An instruction on the wire; its operands lie apart, as 32-bit words in a row. */
struct encoded {
    uint8_t op, dst;
    uint16_t step;
    uint32_t shape;    /* bits 0-10 the system call, 11-28 six kinds, 29-31 how many errors */
    uint32_t operands; /* the first one's index */
};

#define SHAPE_CALL 0x7ffu
#define SHAPE_KINDS 11
#define SHAPE_ERRORS 29

/* An instruction as the interpreter takes it. */
struct instruction {
    uint8_t op, dst;
    uint16_t step;
    uint32_t nr;
    uint8_t kind[ARGUMENTS];
    uint64_t arg[ARGUMENTS]; /* KIND_DATA: offset, and the length in the upper half */
    struct {
        uint32_t error, to; /* the instruction to go on with; on the wire, how far ahead it is */
    } on[EXPECTED_ERRORS];
};

/* clang-format off */
enum op {
    OP_SYSCALL, OP_STORE, OP_LOAD, OP_TEST, OP_JUMP, OP_RELOC, OP_RESOLVE, OP_WRITE, OP_READ, OP_REPORT,
    OP_SPAWN, OP_FORK, OP_SYNC, OP_AWAIT, OP_HOOK, OP_RELAY, OP_STARTTIME, OP_UNTIL, OP_CHANNEL,
    OP_HAND, OP_TAKE, OP_COPY, OP_LOOKUP, OP_FEED, OP_EXIT, OP_CLEAR, OP_ENDS,
    OPS
};
/* clang-format on */

enum resolve_kind { RESOLVE_EXISTING, RESOLVE_DIRECTORY, RESOLVE_FILE, RESOLVE_LIKE };

enum exit_kind { EXIT_CODE, EXIT_STATUS };

enum clear_kind { CLEAR_DIRECTORIES, CLEAR_ALL };

enum ends { ENDS_NEVER, ENDS_LATER, ENDS_AT_ONCE };

#define AWAIT_END_IS_FINE 1u

#define WORDS_TAG 9     /* of a REPORT: a message of the kernel's about a call that failed */
#define OCTAL_DIGITS 6  /* a width of STORE */
#define FIRST_DIGITS 11 /* another: decimal, in ten bytes */
#define LOOKUP_MAX 4096

_Static_assert(sizeof(struct frame_header) == 8, "frame header");
_Static_assert(sizeof(struct result) == 24, "result");
_Static_assert(sizeof(struct report_header) == 8, "report header");
_Static_assert(sizeof(struct traced_call) == 24, "traced call");
_Static_assert(sizeof(struct undo_header) == 16, "undo");
_Static_assert(sizeof(struct sync) == 16, "sync");
_Static_assert(sizeof(struct program_header) == 32, "program header");
_Static_assert(sizeof(struct encoded) == 12, "instruction");
_Static_assert(sizeof(struct stored_header) == 128, "stored header");

#endif
