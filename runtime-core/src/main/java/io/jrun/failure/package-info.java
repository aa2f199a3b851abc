// SPDX-License-Identifier: Apache-2.0

/**
 * How failures are worded: a program's end as the one line its user reads ({@link
 * io.jrun.failure.Failures}), what is likely to help ({@link io.jrun.failure.Remedies}), and hooks
 * in the words engines look for. {@link io.jrun.failure.ContainerException} is the failure of a
 * verb, and its message that line.
 *
 * <p>It promises that what a stranger printed is shown without control characters, on one line, and
 * of each stream no more than its end.
 */
package io.jrun.failure;
