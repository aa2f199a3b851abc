// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * Scheduling attributes: config.md, "Linux Process", {@code scheduler}; sched_setattr(2). The times
 * are nanoseconds, unsigned 64-bit, see {@link Long#compareUnsigned}.
 *
 * @param policy SCHED_...; never null
 * @param nice nice value
 * @param priority static priority
 * @param flags SCHED_FLAG_...
 * @param runtime SCHED_DEADLINE: run time per period, unsigned
 * @param deadline SCHED_DEADLINE: deadline, unsigned
 * @param period SCHED_DEADLINE: period, unsigned
 */
public record Scheduler(
    String policy,
    Integer nice,
    Integer priority,
    List<String> flags,
    Long runtime,
    Long deadline,
    Long period) {}
