/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer's entry: the bytes are a PROGRAM payload for the decoder, and then what a peer writes
 * into a channel before closing it. Whatever the decoder accepts is walked through once more to see
 * that every data argument can be read.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jrun.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static volatile uint8_t sink;

static void read_data(const struct program *p, const struct instruction *i) {
    for (int n = 0; n < ARGUMENTS; n++) {
        if (i->kind[n] != KIND_DATA) continue;
        const uint8_t *start = program_data(p, (uint32_t)i->arg[n]);
        for (uint64_t at = 0; at < i->arg[n] >> 32; at++) sink = start[at];
        sink = (uint8_t)strlen((const char *)start);
    }
    if (i->op == OP_LOAD) sink = program_data(p, i->arg[0])[i->arg[1] - 1];
    if (i->op == OP_STORE) sink = program_data(p, i->arg[1])[i->arg[2] - 1];
    if (i->op == OP_RELOC && i->arg[1] > 0) sink = program_data(p, i->arg[0])[8 * i->arg[1] - 1];
}

static void decode(const uint8_t *bytes, size_t size) {
    struct program program;
    uint32_t at;
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, bytes, size);
    copy = realloc(copy, size ? size : 1);
    long error = program_decode(&program, copy, size, &at);
    for (uint32_t n = 0; error == 0 && n < program.count; n++) {
        struct instruction i;
        program_instruction(&program, n, &i);
        read_data(&program, &i);
    }
    free(copy);
}

static void receive(const uint8_t *bytes, size_t size) {
    struct frame frame = {0};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) abort();
    if (write(ends[0], bytes, size) != (ssize_t)size) abort();
    close(ends[0]);
    while (frame_receive(ends[1], &frame, NO_DEADLINE, -1) > 0)
        for (size_t n = 0; n < frame.size; n++) sink = frame.bytes[n];
    frame_release(&frame);
    close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    decode(bytes, size);
    receive(bytes, size);
    return 0;
}
