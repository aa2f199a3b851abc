// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import java.util.List;

/**
 * A program for the front or for init: steps, and the instructions that carry them out in order.
 *
 * @param children programs inside this one, in the order of the FEED instructions: init's
 */
public record Program(List<Step> steps, List<Instruction> instructions, List<Program> children) {}
