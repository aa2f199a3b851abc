// SPDX-License-Identifier: Apache-2.0

/**
 * The language that plans are told in: steps, instructions, programs, the binding of {@link
 * io.jrun.linux.Kernel} that records them ({@link io.jrun.program.Recorder}), the numbers by which
 * processes meet and report, and programs in a form for readers. It knows nothing of containers,
 * and what a program means is docs/plan.md's.
 */
package io.jrun.program;
