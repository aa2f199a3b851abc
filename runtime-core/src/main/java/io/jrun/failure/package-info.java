// SPDX-License-Identifier: Apache-2.0

/**
 * How failures are worded: of hooks, in the words engines look for. Running them is a step of a
 * plan; what is here reads how such a step ended.
 *
 * <p>It promises that what a hook printed is shown without control characters, on one line, and of
 * each stream no more than its end.
 */
package io.jrun.failure;
