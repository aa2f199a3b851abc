// SPDX-License-Identifier: Apache-2.0

/**
 * Plans: what is to be done, as data. The package owns steps, instructions and programs, the
 * binding of {@link io.jrun.linux.Kernel} that records them ({@link io.jrun.plan.Recorder}), the
 * order of everything that makes a container ({@link io.jrun.plan.LaunchPlan}), the bytes of a
 * program on the wire and its form for readers. It may use {@code io.jrun.container}, {@code
 * io.jrun.linux} and those parts of {@code io.jrun.cgroup} that only make calls.
 *
 * <p>It is pure: no file, no clock, no chance. The same description and the same options give the
 * same program, instruction by instruction; a failure of a later start is found by compiling the
 * launch again. The layout is docs/plan.md's.
 */
package io.jrun.plan;
