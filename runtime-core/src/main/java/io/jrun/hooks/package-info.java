// SPDX-License-Identifier: Apache-2.0

/**
 * Hooks that failed, in the words engines look for. Running them is a step of a plan; what is here
 * reads how such a step ended. It may use {@code io.jrun.shim}, {@code io.jrun.plan} and {@code
 * io.jrun.linux}.
 *
 * <p>It promises that what a hook printed is shown without control characters, on one line, and of
 * each stream no more than its end.
 */
package io.jrun.hooks;
