// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The size of a terminal, in characters: config.md, "Process", {@code consoleSize}.
 *
 * @param height rows, 0 to 4294967295
 * @param width columns, 0 to 4294967295
 */
public record Box(long height, long width) {}
