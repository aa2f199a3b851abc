/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UNDO: what a launch leaves behind if the core dies on the way. The core hands it over before the
 * launch begins, for what it may die of (memory, processes, descriptors) is what it would need to
 * undo anything. Which parts of it apply is told by how far the launch had come.
 */
#include "kernel.h"

void undo_release(struct undo *u) {
    frame_release(&u->frame);
    *u = (struct undo){.over = 1};
}

/* An empty frame: there is nothing to be undone any more. One without a program: other marks. */
long undo_keep(struct undo *u, struct frame *frame) {
    struct undo_header header;
    if (frame->size == 0) {
        undo_release(u);
        return 0;
    }
    if (frame->size < sizeof header) return -EPROTO;
    memcpy(&header, frame->bytes, sizeof header);
    u->header = header;
    if (frame->size == sizeof header) return 0;
    frame_release(&u->frame);
    u->frame = *frame;
    if (frame->bytes == frame->small) u->frame.bytes = u->frame.small;
    frame->bytes = NULL;
    u->came_to = 0;
    u->over = 0;
    return 0;
}

/* After each piece of the launch; what the core has run later is not the launch. */
void undo_note(struct undo *u, const struct machine *m, int is_last) {
    if (u->over) return;
    u->came_to = m->program.first + m->at;
    u->over = is_last;
}

/* Gives minus an errno if not all of it could be done. */
long undo_run(struct undo *u, struct machine *m) {
    if (u->frame.size <= sizeof u->header) return 0;
    for (int n = 0; n < UNDO_MARKS; n++)
        m->reg[UNDO_REGISTER + n] = u->came_to >= u->header.mark[n];
    m->peer = m->watch = -1;
    machine_run(m, u->frame.bytes + sizeof u->header, u->frame.size - sizeof u->header);
    undo_release(u);
    return -m->result.error;
}
