/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter against the real kernel: each op, the error table, registers, what stops a
 * program. */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static struct assembly a;
static struct machine m;
static uint8_t *bytes;
static int core[2], channel[2];
static struct frame frame;

static void begin(void) {
    memset(&a, 0, sizeof a);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, core), 0);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
    machine_start(&m, ORIGIN_FRONT, core[0], core[0]);
}

static long run(void) {
    size_t size;
    free(bytes);
    bytes = assemble(&a, &size);
    machine_run(&m, bytes, size);
    return m.result.error;
}

static void end(void) {
    frame_release(&frame);
    for (int n = 0; n < 2; n++) {
        close(core[n]);
        close(channel[n]);
    }
    free(bytes);
    bytes = NULL;
}

static long next_frame(void) { return frame_receive(core[1], &frame, deadline_after(1000), -1); }

static void registers_start_at_minus_one_and_stay(void) {
    begin();
    CALL(&a, __NR_getpid, 3);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[3], getpid());
    CHECK_EQUAL(m.reg[249], -1);
    CHECK_EQUAL(m.result.value, getpid());
    CHECK_EQUAL(m.result.origin, ORIGIN_FRONT);
    memset(&a, 0, sizeof a);
    CALL(&a, __NR_getppid, 4);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[3], getpid()); /* from the program before */
    end();
}

static void an_unexpected_error_stops(void) {
    begin();
    CALL(&a, __NR_getpid, 255);
    CALL(&a, __NR_close, 1, IMM(-1))->step = 77;
    CALL(&a, __NR_getpid, 2);
    CHECK_EQUAL(run(), EBADF);
    CHECK_EQUAL(m.result.instruction, 1);
    CHECK_EQUAL(m.result.step, 77);
    CHECK_EQUAL(m.result.value, 0);
    CHECK_EQUAL(m.reg[2], -1);
    end();
}

/* Each message before the result; nothing of a call whose error was expected. */
static void the_kernels_words_come_with_a_failure(void) {
    if (geteuid() != 0) return; /* takes CAP_SYS_ADMIN */
    begin();
    uint64_t type = data_of(&a, "tmpfs", 6), colour = data_of(&a, "colour", 7);
    uint64_t size = data_of(&a, "size", 5), large = data_of(&a, "large", 6);
    CALL(&a, __NR_fsopen, 1, DATA(type), IMM(1));
    struct instruction *i =
        CALL(&a, __NR_fsconfig, 255, REG(1), IMM(0), DATA(colour), IMM(0), IMM(0));
    i->on[0].error = EINVAL;
    CALL(&a, __NR_fsconfig, 255, REG(1), IMM(1), DATA(size), DATA(large), IMM(0));
    CHECK_EQUAL(run(), EINVAL);
    CHECK_EQUAL(m.result.instruction, 2);
    for (int n = 0; n < 2; n++) {
        CHECK_EQUAL(next_frame(), FRAME_REPORT);
        struct report_header head;
        memcpy(&head, frame.bytes, sizeof head);
        CHECK_EQUAL(head.tag, WORDS_TAG);
        const char *wanted =
            n == 0 ? "e tmpfs: Unknown parameter 'colour'" : "e tmpfs: Bad value for 'size'";
        CHECK(frame.size - sizeof head >= strlen(wanted) &&
              memcmp(frame.bytes + sizeof head, wanted, strlen(wanted)) == 0);
    }
    close((int)m.reg[1]);
    memset(&a, 0, sizeof a);
    CALL(&a, __NR_fsconfig, 255, IMM(-1), IMM(0), IMM(0), IMM(0), IMM(0));
    CHECK_EQUAL(run(), EINVAL);
    CHECK_EQUAL(wait_ready(core[1], 1, deadline_after(1), -1), -ETIMEDOUT);
    end();
}

static void expected_errors_go_on_or_jump(void) {
    begin();
    CALL(&a, __NR_close, 1, IMM(-1))->on[1].error = EBADF;
    struct instruction *i = CALL(&a, __NR_close, 2, IMM(-1));
    i->on[0].error = ENOENT;
    i->on[0].to = 2;
    i->on[3].error = EBADF;
    i->on[3].to = 3;
    CALL(&a, __NR_getpid, 3);
    CALL(&a, __NR_getpid, 4);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], -EBADF);
    CHECK_EQUAL(m.reg[2], -EBADF);
    CHECK_EQUAL(m.reg[3], -1);
    CHECK_EQUAL(m.reg[4], getpid());
    end();
}

static void jumps_skip(void) {
    begin();
    EMIT(&a, OP_JUMP, 255, IMM(2));
    CALL(&a, __NR_getpid, 1);
    EMIT(&a, OP_JUMP, 255, IMM(4));
    CALL(&a, __NR_getpid, 2);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], -1);
    CHECK_EQUAL(m.reg[2], -1);
    end();
}

static void stores_and_loads(void) {
    begin();
    uint64_t d = data_of(&a, "....................................................", 52);
    m.reg[0] = 4711;
    m.reg[1] = -5;
    EMIT(&a, OP_STORE, 255, REG(0), IMM(0), IMM(10));
    EMIT(&a, OP_STORE, 255, REG(1), IMM(10), IMM(20));
    EMIT(&a, OP_STORE, 255, REG(1), IMM(30), IMM(8));
    EMIT(&a, OP_STORE, 255, IMM(0x01020304), IMM(38), IMM(4));
    EMIT(&a, OP_LOAD, 10, IMM(30), IMM(1));
    EMIT(&a, OP_LOAD, 11, IMM(30), IMM(2));
    EMIT(&a, OP_LOAD, 12, IMM(30), IMM(4));
    EMIT(&a, OP_LOAD, 13, IMM(30), IMM(8));
    EMIT(&a, OP_LOAD, 14, IMM(38), IMM(4));
    EMIT(&a, OP_REPORT, 255, IMM(9), DATA(d));
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[10], 0xfb);
    CHECK_EQUAL(m.reg[11], 0xfffb);
    CHECK_EQUAL(m.reg[12], 0xfffffffb);
    CHECK_EQUAL(m.reg[13], -5);
    CHECK_EQUAL(m.reg[14], 0x01020304);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK(memcmp(frame.bytes + 8, "......4711..................-5", 30) == 0);
    end();
}

static void digits_may_come_first(void) {
    begin();
    data_of(&a, "..............", 15);
    EMIT(&a, OP_STORE, 255, IMM(88), IMM(1), IMM(FIRST_DIGITS));
    CHECK_EQUAL(run(), 0);
    CHECK(memcmp(m.program.data, ".88...........", 15) == 0);
    a.code[0].arg[0] = 4294967295;
    CHECK_EQUAL(run(), 0);
    CHECK(memcmp(m.program.data, ".4294967295...", 15) == 0);
    a.code[0].arg[0] = 10000000000;
    CHECK_EQUAL(run(), EOVERFLOW);
    end();
}

static void a_mode_is_six_octal_digits(void) {
    begin();
    data_of(&a, NULL, 8);
    EMIT(&a, OP_STORE, 255, IMM(041755), IMM(1), IMM(OCTAL_DIGITS));
    CHECK_EQUAL(run(), 0);
    CHECK(memcmp(m.program.data,
                 "\0"
                 "041755",
                 8) == 0);
    a.code[0].arg[0] = 01000000;
    CHECK_EQUAL(run(), EOVERFLOW);
    a.code[0].arg[0] = (uint64_t)-1;
    CHECK_EQUAL(run(), EOVERFLOW);
    end();
}

static void a_number_too_wide_for_its_place_is_an_error(void) {
    begin();
    data_of(&a, NULL, 20);
    EMIT(&a, OP_STORE, 255, IMM(99999999999), IMM(0), IMM(10));
    CHECK_EQUAL(run(), EOVERFLOW);
    a.code[0].arg[2] = 20;
    CHECK_EQUAL(run(), 0);
    a.code[0].arg[0] = (uint64_t)INT64_MIN;
    CHECK_EQUAL(run(), 0);
    CHECK(memcmp(m.program.data, "-9223372036854775808", 20) == 0);
    end();
}

static void room_begins_as_zeros_and_takes_what_calls_give(void) {
    begin();
    static const uint64_t room = ROOM | (uint64_t)64 << 32;
    uint64_t table[] = {ROOM + 8, UINT64_MAX}, pointers = data_of(&a, table, sizeof table);
    a.room = 64;
    EMIT(&a, OP_STORE, 255, IMM(0x2f), IMM(ROOM + 8), IMM(8)); /* "/" */
    EMIT(&a, OP_LOAD, 1, IMM(ROOM + 8), IMM(4));
    EMIT(&a, OP_RELOC, 255, IMM((uint32_t)pointers), IMM(2));
    EMIT(&a, OP_LOAD, 2, IMM((uint32_t)pointers), IMM(8));
    CALL(&a, __NR_faccessat, 255, IMM(AT_FDCWD), REG(2), IMM(F_OK));
    CALL(&a, __NR_clock_gettime, 3, IMM(CLOCK_MONOTONIC), DATA(room));
    EMIT(&a, OP_LOAD, 4, IMM(ROOM), IMM(8));
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], 0x2f);
    CHECK_EQUAL(m.reg[3], 0);
    CHECK(m.reg[4] > 0);
    memset(&a, 0, sizeof a);
    a.room = 16;
    EMIT(&a, OP_LOAD, 1, IMM(ROOM), IMM(8));
    EMIT(&a, OP_LOAD, 2, IMM(ROOM + 8), IMM(8));
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], 0);
    CHECK_EQUAL(m.reg[2], 0);
    end();
}

static void addresses_beyond_the_room_are_an_error(void) {
    begin();
    uint64_t table[] = {ROOM + 16}, pointers = data_of(&a, table, sizeof table);
    a.room = 16;
    EMIT(&a, OP_RELOC, 255, IMM((uint32_t)pointers), IMM(1));
    CHECK_EQUAL(run(), EFAULT);
    end();
}

static void tests_bits(void) {
    begin();
    m.reg[0] = 0x12;
    EMIT(&a, OP_TEST, 255, REG(0), IMM(0x10), IMM(0x10), IMM(EPERM));
    struct instruction *i = EMIT(&a, OP_TEST, 1, REG(0), IMM(0x3), IMM(0x3), IMM(ENOTTY));
    i->on[0].error = ENOTTY;
    EMIT(&a, OP_TEST, 255, REG(0), IMM(0xff), IMM(0), IMM(EDOM));
    CHECK_EQUAL(run(), EDOM);
    CHECK_EQUAL(m.result.instruction, 2);
    CHECK_EQUAL(m.reg[1], -ENOTTY);
    end();
}

static void relocates(void) {
    begin();
    uint64_t text = text_of(&a, "hello");
    uint64_t vector = data_of(&a, (uint64_t[]){(uint32_t)text, 5}, 16); /* an iovec */
    EMIT(&a, OP_RELOC, 255, IMM((uint32_t)vector), IMM(1));
    CALL(&a, __NR_writev, 1, IMM(channel[0]), DATA(vector), IMM(1));
    CHECK_EQUAL(run(), 0);
    char got[8] = "";
    CHECK_EQUAL(read(channel[1], got, sizeof got), 5);
    CHECK(strcmp(got, "hello") == 0);
    memset(&a, 0, sizeof a);
    vector = data_of(&a, (uint64_t[]){UINT64_MAX, 17, 18}, 24); /* 25 bytes with the NUL */
    EMIT(&a, OP_RELOC, 255, IMM(0), IMM(2));
    EMIT(&a, OP_LOAD, 1, IMM(0), IMM(8));
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], 0);
    ((uint64_t *)a.data)[1] = 25;
    CHECK_EQUAL(run(), EFAULT);
    end();
}

static void writes_reads_and_reports(void) {
    begin();
    uint64_t out = data_of(&a, "abcdef", 6), in = data_of(&a, NULL, 16);
    EMIT(&a, OP_WRITE, 1, IMM(channel[0]), DATA(out));
    EMIT(&a, OP_WRITE, 1, IMM(channel[0]), IMM(-120));
    CALL(&a, __NR_shutdown, 255, IMM(channel[0]), IMM(SHUT_WR));
    EMIT(&a, OP_READ, 2, IMM(channel[1]), DATA(in));
    EMIT(&a, OP_REPORT, 255, IMM(5), DATA(in), REG(2));
    EMIT(&a, OP_REPORT, 255, IMM(6), REG(2))->step = 44;
    EMIT(&a, OP_REPORT, 255, IMM(7), DATA(in), REG(3));
    CHECK_EQUAL(run(), EOVERFLOW); /* a length that was never set */
    CHECK_EQUAL(m.result.instruction, 6);
    CHECK_EQUAL(m.reg[2], 10);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK_EQUAL(frame.size, 18);
    CHECK(memcmp(frame.bytes, "\0\0\5\0\5\0\0\0abcdef-120", 18) == 0);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK(memcmp(frame.bytes, "\0\0\6\0\54\0\0\0\12\0\0\0\0\0\0\0", 16) == 0);
    end();
}

static void syncs(void) {
    begin();
    EMIT(&a, OP_SYNC, 255, IMM(channel[0]), IMM(3), IMM(-7));
    EMIT(&a, OP_AWAIT, 1, IMM(channel[1]), IMM(3));
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], -7);
    a.code[1].arg[1] = 4; /* another code than was sent */
    CHECK_EQUAL(run(), EPROTO);
    end();
}

static void awaiting_passes_reports_on_and_stops_at_a_result(void) {
    begin();
    struct report_header head = {ORIGIN_INIT, 12, 13};
    struct result result = {ORIGIN_INIT, 3, 4, ENOTDIR, 0, 0};
    frame_send(channel[1], FRAME_REPORT, &head, sizeof head, "hi", 2);
    frame_send(channel[1], FRAME_RESULT, &result, sizeof result, "", 0);
    EMIT(&a, OP_AWAIT, 1, IMM(channel[0]), IMM(3));
    CHECK_EQUAL(run(), ENOTDIR);
    CHECK(memcmp(&m.result, &result, sizeof result) == 0);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK_EQUAL(frame.size, 10);
    CHECK(memcmp(frame.bytes + 8, "hi", 2) == 0);
    end();
}

static void awaiting_refuses_other_frames(void) {
    begin();
    EMIT(&a, OP_AWAIT, 1, IMM(channel[0]), IMM(3));
    frame_send(channel[1], FRAME_SYNC, "", 0, "short", 5);
    CHECK_EQUAL(run(), EPROTO);
    frame_send(channel[1], FRAME_RESULT, "", 0, "short", 5);
    CHECK_EQUAL(run(), EPROTO);
    frame_send(channel[1], FRAME_REPORT, "", 0, "short", 5);
    CHECK_EQUAL(run(), EPROTO);
    static const int32_t odd[] = {0, -1, 4096, CORE_GONE, STOPPED}; /* what no init says */
    for (int n = 0; n < 5; n++) {
        struct result result = {ORIGIN_INIT, 3, 4, odd[n], 0, 0};
        frame_send(channel[1], FRAME_RESULT, &result, sizeof result, "", 0);
        CHECK_EQUAL(run(), EPROTO);
    }
    frame_send(channel[1], FRAME_EXIT, "", 0, "\0\0\0\0", 4);
    CHECK_EQUAL(run(), EPROTO);
    end();
}

static void awaiting_ends(void) {
    begin();
    EMIT(&a, OP_AWAIT, 1, IMM(channel[0]), IMM(3), IMM(0), IMM(30));
    CHECK_EQUAL(run(), ETIMEDOUT);
    close(channel[1]);
    channel[1] = -1;
    CHECK_EQUAL(run(), EPIPE);
    a.code[0].arg[2] = AWAIT_END_IS_FINE;
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(m.reg[1], 0);
    end();
}

static void unset_descriptors_are_errors(void) {
    static const uint8_t ops[] = {OP_WRITE, OP_READ, OP_AWAIT, OP_SYNC, OP_UNTIL};
    begin();
    for (size_t n = 0; n < sizeof ops; n++) {
        uint64_t data = data_of(&a, "text", 4);
        struct instruction *i = EMIT(&a, ops[n], 255, REG(7), IMM(1));
        if (ops[n] == OP_WRITE || ops[n] == OP_READ || ops[n] == OP_UNTIL) {
            i->kind[1] = KIND_DATA;
            i->arg[1] = data;
        }
        CHECK_EQUAL(run(), EBADF);
        memset(&a, 0, sizeof a);
    }
    EMIT(&a, OP_RELAY, 255, REG(7), REG(7));
    CHECK_EQUAL(run(), EBADF);
    end();
}

static void init_without_a_channel_leaves_quietly(void) {
    begin();
    EMIT(&a, OP_AWAIT, 1, NONE, IMM(3));
    int child = fork(), status;
    if (child == 0) {
        close(channel[1]);
        machine_start(&m, ORIGIN_INIT, channel[0], -1);
        run();
        _exit(55);
    }
    close(channel[1]);
    channel[1] = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    end();
}

static void a_dead_core_abandons_the_program(void) {
    begin();
    struct instruction *i = EMIT(&a, OP_AWAIT, 1, IMM(channel[0]), IMM(3));
    for (int n = 0; n < 4; n++) i->on[n].error = (uint16_t)(EPIPE + n);
    close(core[1]);
    core[1] = -1;
    CHECK_EQUAL(run(), CORE_GONE);
    end();
}

static void init_may_change_its_channel_and_the_front_may_not(void) {
    begin();
    EMIT(&a, OP_CHANNEL, 255, IMM(channel[0]));
    EMIT(&a, OP_SYNC, 255, NONE, IMM(1), IMM(2));
    CHECK_EQUAL(run(), EINVAL);
    machine_start(&m, ORIGIN_INIT, core[0], -1);
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(frame_receive(channel[1], &frame, deadline_after(1000), -1), FRAME_SYNC);
    end();
}

static void traces_each_step(void) {
    begin();
    a.flags = PROGRAM_TRACE;
    CALL(&a, __NR_getpid, 1)->step = 0;
    CALL(&a, __NR_getpid, 1)->step = 0;
    CALL(&a, __NR_getpid, 1)->step = 8;
    CHECK_EQUAL(run(), 0);
    for (int step = 0; step <= 8; step += 8) {
        struct report_header head;
        CHECK_EQUAL(next_frame(), FRAME_REPORT);
        CHECK_EQUAL(frame.size, 16);
        memcpy(&head, frame.bytes, sizeof head);
        CHECK_EQUAL(head.tag, TRACE_TAG);
        CHECK_EQUAL(head.step, step);
    }
    CHECK_EQUAL(frame_receive(core[1], &frame, deadline_after(20), -1), -ETIMEDOUT);
    end();
}

/* Also what fails as expected, and what stops the program. */
static void traces_each_call_where_that_is_asked_for(void) {
    begin();
    a.flags = PROGRAM_TRACE | PROGRAM_CALLS;
    CALL(&a, __NR_getpid, 1)->step = 3;
    struct instruction *i = CALL(&a, __NR_close, 1, IMM(-1));
    i->on[0].error = EBADF;
    i->step = 3;
    CALL(&a, __NR_close, 1, IMM(-1))->step = 3;
    CHECK_EQUAL(run(), EBADF);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK_EQUAL(frame.size, 16);
    int64_t last = 0;
    for (uint32_t n = 0; n < 3; n++) {
        struct report_header head;
        struct traced_call call;
        CHECK_EQUAL(next_frame(), FRAME_REPORT);
        CHECK_EQUAL(frame.size, sizeof head + sizeof call);
        memcpy(&head, frame.bytes, sizeof head);
        memcpy(&call, frame.bytes + sizeof head, sizeof call);
        CHECK_EQUAL(head.tag, CALL_TAG);
        CHECK_EQUAL(head.step, 3);
        CHECK_EQUAL(call.instruction, n);
        CHECK_EQUAL(call.error, n == 0 ? 0 : EBADF);
        CHECK(last <= call.began && call.began <= call.ended);
        last = call.ended;
    }
    CHECK_EQUAL(frame_receive(core[1], &frame, deadline_after(20), -1), -ETIMEDOUT);
    end();
}

static void traces_for_nobody_who_has_not_asked(void) {
    begin();
    machine_start(&m, ORIGIN_INIT, core[0], -1);
    a.flags = PROGRAM_TRACE | PROGRAM_CALLS;
    EMIT(&a, OP_CHANNEL, 255, IMM(channel[0]));
    CALL(&a, __NR_getpid, 1)->step = 8;
    CHECK_EQUAL(run(), 0);
    CHECK_EQUAL(next_frame(), FRAME_REPORT);
    CHECK_EQUAL(frame_receive(core[1], &frame, deadline_after(20), -1), -ETIMEDOUT);
    CHECK_EQUAL(frame_receive(channel[1], &frame, deadline_after(20), -1), -ETIMEDOUT);
    end();
}

/* A created container's front is gone when init waits for its start. */
static void traces_on_where_nobody_listens_any_more(void) {
    begin();
    a.flags = PROGRAM_TRACE | PROGRAM_CALLS;
    EMIT(&a, OP_ENDS, 255, IMM(ENDS_LATER), IMM(1u << (SIGPIPE - 1)));
    CALL(&a, __NR_getpid, 1)->step = 8;
    EMIT(&a, OP_ENDS, 255, IMM(ENDS_AT_ONCE), IMM(0));
    close(core[1]);
    pid_t pid = fork();
    if (pid == 0) _exit(run() == 0 ? 7 : 1);
    int status = 0;
    CHECK_EQUAL(waitpid(pid, &status, 0), pid);
    CHECK_EQUAL(status, 7 << 8);
    core[1] = -1;
    end();
}

static void refused_programs_do_not_run(void) {
    begin();
    EMIT(&a, OP_SYNC, 255, IMM(channel[0]), IMM(1), IMM(2));
    EMIT(&a, OPS, 255, NONE);
    CHECK_EQUAL(run(), EBADMSG);
    CHECK_EQUAL(m.result.instruction, 1);
    CHECK_EQUAL(frame_receive(channel[1], &frame, deadline_after(20), -1), -ETIMEDOUT);
    end();
}

void interp_tests(void) {
    RUN(registers_start_at_minus_one_and_stay);
    RUN(an_unexpected_error_stops);
    RUN(the_kernels_words_come_with_a_failure);
    RUN(expected_errors_go_on_or_jump);
    RUN(jumps_skip);
    RUN(stores_and_loads);
    RUN(digits_may_come_first);
    RUN(a_mode_is_six_octal_digits);
    RUN(a_number_too_wide_for_its_place_is_an_error);
    RUN(room_begins_as_zeros_and_takes_what_calls_give);
    RUN(addresses_beyond_the_room_are_an_error);
    RUN(tests_bits);
    RUN(relocates);
    RUN(writes_reads_and_reports);
    RUN(syncs);
    RUN(awaiting_passes_reports_on_and_stops_at_a_result);
    RUN(awaiting_refuses_other_frames);
    RUN(awaiting_ends);
    RUN(unset_descriptors_are_errors);
    RUN(init_without_a_channel_leaves_quietly);
    RUN(a_dead_core_abandons_the_program);
    RUN(init_may_change_its_channel_and_the_front_may_not);
    RUN(traces_each_step);
    RUN(traces_each_call_where_that_is_asked_for);
    RUN(traces_for_nobody_who_has_not_asked);
    RUN(traces_on_where_nobody_listens_any_more);
    RUN(refused_programs_do_not_run);
}
