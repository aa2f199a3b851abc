// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

/**
 * How a program in a container ended.
 *
 * @param exitCode its exit code; 128 and the number of a signal that ended it
 * @param out what it wrote to standard output, as UTF-8
 * @param err what it wrote to standard error, as UTF-8; jrun's own message if it could not be
 *     executed
 */
public record Output(int exitCode, String out, String err) {

  /**
   * Insists on success.
   *
   * @return this
   * @throws AssertionError if the exit code is not 0; it tells what the program wrote
   */
  public Output succeeds() {
    if (exitCode != 0) {
      throw new AssertionError("exit code " + exitCode + ": " + (err.isEmpty() ? out : err));
    }
    return this;
  }
}
