/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a terminal's traffic: what has been read from one descriptor and not yet been
 * written to another. It holds a bounded amount, so that a slow reader slows the writer down, and
 * it loses nothing, but for what is on its way to one who does not read any more.
 */
#include "kernel.h"

void flow_start(struct flow *f, int from, int to, size_t step) {
    f->from = from;
    f->to = to;
    f->step = step;
    f->start = f->end = 0;
}

int flow_has_room(const struct flow *f) { return f->from >= 0 && f->end < sizeof f->bytes; }

int flow_has_bytes(const struct flow *f) { return f->start < f->end; }

/* Reads once; gives how much, or 0. At the end of the source, or on an error of it, it is closed
 * for this flow (from becomes -1). */
size_t flow_fill(struct flow *f) {
    if (!flow_has_room(f)) return 0;
    long n = sys(__NR_read, f->from, f->bytes + f->end, sizeof f->bytes - f->end);
    if (n == -EAGAIN || n == -EINTR) return 0;
    if (n <= 0) {
        f->from = -1;
        return 0;
    }
    /* Whose reader has gone is read on all the same, so that nobody is held up who writes. */
    if (f->to >= 0) f->end += (size_t)n;
    return (size_t)n;
}

/* Writes once. When nobody reads any more, to becomes -1. */
void flow_spill(struct flow *f) {
    size_t size = f->end - f->start;
    if (size == 0) return;
    long n = sys(__NR_write, f->to, f->bytes + f->start, size < f->step ? size : f->step);
    if (n == -EAGAIN || n == -EINTR) return;
    if (n < 0) {
        f->to = -1;
        f->start = f->end = 0;
        return;
    }
    f->start += (size_t)n;
    if (f->start == f->end) {
        f->start = f->end = 0;
    } else if (f->end == sizeof f->bytes && f->start >= sizeof f->bytes / 2) {
        memmove(f->bytes, f->bytes + f->start, f->end - f->start);
        f->end -= f->start;
        f->start = 0;
    }
}
