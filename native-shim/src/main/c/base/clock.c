/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and waiting. Every wait of this program is a poll with a deadline on the monotonic clock,
 * and in the front it ends early when the core dies.
 */
#include "kernel.h"

#define SECOND 1000000000L

int64_t now(void) {
    struct __kernel_timespec time = {0, 0};
    sys(__NR_clock_gettime, CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

int64_t deadline_after(uint64_t milliseconds) {
    if (milliseconds == 0 || milliseconds > INT32_MAX) return NO_DEADLINE;
    return now() + (int64_t)milliseconds * MILLISECOND;
}

long poll_until(struct pollfd *set, unsigned count, int64_t deadline) {
    for (;;) {
        struct __kernel_timespec left = {0, 0};
        if (deadline != NO_DEADLINE) {
            int64_t rest = deadline - now();
            if (rest > 0) {
                left.tv_sec = rest / SECOND;
                left.tv_nsec = rest % SECOND;
            }
        }
        long ready = sys(__NR_ppoll, set, count, deadline != NO_DEADLINE ? &left : NULL, NULL, 8);
        if (ready == -EINTR) continue;
        return ready == 0 ? -ETIMEDOUT : ready;
    }
}

long wait_ready(int fd, short events, int64_t deadline, int watch) {
    if (fd < 0) return -EBADF;
    struct pollfd set[2] = {{fd, events, 0}, {watch, 0, 0}}; /* no watch: passed over */
    long ready = poll_until(set, 2, deadline);
    if (ready < 0) return ready;
    return set[1].revents ? -CORE_GONE : 0;
}
