/* SPDX-License-Identifier: Apache-2.0 */
/* A flow: bounded, lossless, in order, and never in the way of one who writes to nobody. */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>

static struct flow *f; /* on the heap, for the sanitizer to see its ends */
static int in[2], out[2];

static void begin(size_t step) {
    f = malloc(sizeof *f);
    CHECK_EQUAL(pipe2(in, O_NONBLOCK), 0);
    CHECK_EQUAL(pipe2(out, O_NONBLOCK), 0);
    flow_start(f, in[0], out[1], step);
}

static void end(void) {
    free(f);
    close(in[0]);
    if (in[1] >= 0) close(in[1]);
    if (out[0] >= 0) close(out[0]);
    close(out[1]);
}

static void nothing_to_read_is_no_end(void) {
    begin(sizeof f->bytes);
    CHECK_EQUAL(flow_fill(f), 0);
    CHECK_EQUAL(f->from, in[0]);
    flow_spill(f);
    CHECK_EQUAL(f->to, out[1]);
    CHECK(flow_has_room(f) && !flow_has_bytes(f));
    end();
}

static void what_goes_in_comes_out(void) {
    char got[8] = "";
    begin(sizeof f->bytes);
    CHECK_EQUAL(write(in[1], "hello", 5), 5);
    CHECK_EQUAL(flow_fill(f), 5);
    CHECK(flow_has_bytes(f));
    flow_spill(f);
    CHECK(!flow_has_bytes(f));
    CHECK_EQUAL(read(out[0], got, sizeof got), 5);
    CHECK_EQUAL(memcmp(got, "hello", 5), 0);
    end();
}

static void the_end_of_the_source_is_kept_and_the_rest_is_written(void) {
    char got[8];
    begin(sizeof f->bytes);
    CHECK_EQUAL(write(in[1], "last", 4), 4);
    close(in[1]);
    in[1] = -1;
    CHECK_EQUAL(flow_fill(f), 4);
    CHECK_EQUAL(flow_fill(f), 0);
    CHECK_EQUAL(f->from, -1);
    CHECK_EQUAL(flow_fill(f), 0);
    CHECK(!flow_has_room(f) && flow_has_bytes(f));
    flow_spill(f);
    CHECK_EQUAL(read(out[0], got, sizeof got), 4);
    end();
}

static void it_holds_so_much_and_no_more(void) {
    static char bytes[65536];
    begin(sizeof f->bytes);
    size_t put = 0;
    for (int n = 0; n < 8; n++) {
        ssize_t written = write(in[1], bytes, sizeof bytes);
        if (written > 0) put += (size_t)written;
        flow_fill(f);
    }
    CHECK(put > sizeof f->bytes);
    CHECK_EQUAL(f->end - f->start, sizeof f->bytes);
    CHECK(!flow_has_room(f));
    CHECK_EQUAL(flow_fill(f), 0);
    CHECK_EQUAL(f->from, in[0]); /* it is full, not at its end */
    end();
}

static void no_more_than_a_step_is_written_at_once(void) {
    char got[64];
    begin(3);
    CHECK_EQUAL(write(in[1], "abcdefgh", 8), 8);
    flow_fill(f);
    flow_spill(f);
    CHECK_EQUAL(read(out[0], got, sizeof got), 3);
    flow_spill(f);
    flow_spill(f);
    CHECK_EQUAL(read(out[0], got, sizeof got), 5);
    CHECK_EQUAL(memcmp(got, "defgh", 5), 0);
    end();
}

static void without_a_reader_the_source_is_read_on(void) {
    begin(sizeof f->bytes);
    close(out[0]);
    out[0] = -1;
    for (int n = 0; n < 300; n++) {
        static char bytes[1024];
        CHECK_EQUAL(write(in[1], bytes, sizeof bytes), 1024);
        CHECK_EQUAL(flow_fill(f), 1024);
        flow_spill(f);
        CHECK_EQUAL(f->to, -1);
        CHECK(!flow_has_bytes(f) && flow_has_room(f));
    }
    end();
}

static unsigned next(unsigned *state) { return (*state = *state * 1103515245u + 12345u) >> 16; }

/* Any order of reads and writes of any size keeps every byte, and their order. */
static void nothing_is_lost_whatever_the_pace(void) {
    for (unsigned seed = 1; seed <= 20; seed++) {
        static uint8_t bytes[70000], got[70000];
        unsigned state = seed, sent = 0, received = 0, wrong = 0;
        size_t steps[] = {1000, 4096, sizeof f->bytes};
        begin(steps[seed % 3]);
        for (long n = 0; n < 4000 || received < sent; n++) {
            size_t size = n < 4000 ? next(&state) % 20000 : 0;
            for (size_t at = 0; at < size; at++) bytes[at] = (uint8_t)((sent + at) * 31 >> 3);
            ssize_t written = size > 0 ? write(in[1], bytes, size) : 0;
            if (written > 0) sent += (unsigned)written;
            if (next(&state) % 2) flow_fill(f);
            if (next(&state) % 3) flow_spill(f);
            ssize_t more = next(&state) % 2 ? read(out[0], got, next(&state) % sizeof got) : 0;
            for (ssize_t at = 0; at < more; at++, received++)
                wrong += got[at] != (uint8_t)(received * 31 >> 3);
            CHECK(f->start <= f->end && f->end <= sizeof f->bytes);
        }
        CHECK_EQUAL(wrong, 0);
        CHECK_EQUAL(received, sent);
        CHECK(sent > 1000000);
        end();
    }
}

void flow_tests(void) {
    RUN(nothing_to_read_is_no_end);
    RUN(what_goes_in_comes_out);
    RUN(the_end_of_the_source_is_kept_and_the_rest_is_written);
    RUN(it_holds_so_much_and_no_more);
    RUN(no_more_than_a_step_is_written_at_once);
    RUN(without_a_reader_the_source_is_read_on);
    RUN(nothing_is_lost_whatever_the_pace);
}
