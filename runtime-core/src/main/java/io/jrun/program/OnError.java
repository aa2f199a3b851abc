// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Errno;

/**
 * An error that does not stop the program.
 *
 * @param to where to go on; null: with the next instruction
 */
public record OnError(Errno errno, Label to) {}
