/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames in and out of a channel: a socket, or a FIFO between init and `jrun start`. A frame that
 * arrives has a sane header and its whole payload, in memory mapped for it alone; everything else
 * is an error. A peer that does not read can hold a sender up for a second, not for ever.
 */
#include "kernel.h"

#define ATOMIC 4096 /* PIPE_BUF: a FIFO takes as much whole, or not at all */
#define PATIENCE_MS 1000
#define ALL_AT_ONCE (1u << 20)

long write_all(int fd, const void *bytes, size_t size, int64_t deadline) {
    size_t done = 0;
    while (done < size) {
        long n = sys(__NR_write, fd, (const uint8_t *)bytes + done, size - done);
        if (n == -EAGAIN) {
            n = wait_ready(fd, POLLOUT, deadline, -1);
            if (n < 0) return n == -ETIMEDOUT ? -EAGAIN : n;
        } else if (n >= 0) {
            done += (size_t)n;
        } else if (n != -EINTR) {
            return n;
        }
    }
    return (long)done;
}

/*
 * Reads until the size or the end. It polls first: reading a FIFO that nobody has opened for
 * writing yet would look like its end.
 */
long read_all(int fd, void *bytes, size_t size, int64_t deadline, int watch) {
    size_t done = 0;
    while (done < size) {
        long n = wait_ready(fd, POLLIN, deadline, watch);
        if (n < 0) return n;
        n = sys(__NR_read, fd, (uint8_t *)bytes + done, size - done);
        if (n == 0 ||
            n == -ECONNRESET) /* the peer died without reading all: its end all the same */
            break;
        if (n > 0)
            done += (size_t)n;
        else if (n != -EINTR && n != -EAGAIN)
            return n;
    }
    return (long)done;
}

long frame_send(int fd, uint16_t type, const void *head, size_t head_size, const void *body,
                size_t size) {
    uint8_t whole[ATOMIC];
    size_t start = sizeof(struct frame_header) + head_size;
    if (size > FRAME_MAX - head_size) return -EMSGSIZE;
    struct frame_header header = {(uint32_t)(head_size + size), type, 0};
    memcpy(whole, &header, sizeof header);
    memcpy(whole + sizeof header, head, head_size);
    int64_t deadline = deadline_after(PATIENCE_MS);
    if (size <= sizeof whole - start) {
        memcpy(whole + start, body, size);
        return write_all(fd, whole, start + size, deadline);
    }
    long n = write_all(fd, whole, start, deadline);
    return n < 0 ? n : write_all(fd, body, size, deadline);
}

void frame_release(struct frame *frame) {
    if (frame->bytes && frame->bytes != frame->small) sys(__NR_munmap, frame->bytes, frame->size);
    frame->bytes = NULL;
    frame->size = 0;
}

/* What is read at once is better mapped at once: a fault for each page costs more than it. */
static long map(size_t size) {
    long populate = size <= ALL_AT_ONCE ? MAP_POPULATE : MAP_NORESERVE;
    return sys_call(__NR_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
}

/* Gives the type of the frame, or 0 if the channel ended before it; -EPIPE if it ended inside: the
 * peer was killed while it wrote. */
long frame_receive(int fd, struct frame *frame, int64_t deadline, int watch) {
    struct frame_header header;
    frame_release(frame);
    long n = read_all(fd, &header, sizeof header, deadline, watch);
    if (n <= 0) return n;
    if (n != sizeof header) return -EPIPE;
    if (header.type == 0 || header.zero != 0) return -EPROTO;
    if (header.length > FRAME_MAX) return -EMSGSIZE;
    frame->size = header.length;
    if (header.length <= SMALL_FRAME) {
        frame->bytes = frame->small;
    } else {
        n = map(header.length);
        if (is_error(n)) {
            frame->size = 0;
            return n;
        }
        frame->bytes = (uint8_t *)n;
    }
    n = read_all(fd, frame->bytes, frame->size, deadline, watch);
    if (n == header.length) return header.type;
    frame_release(frame);
    return n < 0 ? n : -EPIPE;
}
