// SPDX-License-Identifier: Apache-2.0

/**
 * What a plan is made of, beside the description of the container: what the command line said, what
 * the host is like, and what both programs of a launch ask of the two. Plans themselves are in the
 * packages below, by the process that carries them out: {@code plan.front}, {@code plan.init},
 * {@code plan.process} for what is the same in init and in an exec's process, and {@code
 * plan.launch}, which puts them together.
 *
 * <p>All of them are pure: no file, no clock, no chance. The same description and the same options
 * give the same program, instruction by instruction; a failure of a later start is found by
 * compiling the launch again.
 */
package io.jrun.plan;
