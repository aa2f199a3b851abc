// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

/**
 * The kernel refused to execute the program: its interpreter is missing, or it is no program. With
 * runc the container itself says that, in one bare line on its standard error, which is what
 * callers match; what helps comes after it.
 */
public final class NotExecutedException extends ContainerException {
  private static final long serialVersionUID = 1L;

  private final String line;

  public NotExecutedException(String line, String message) {
    super(message);
    this.line = line;
  }

  /** What comes before the message: "exec /run.sh: no such file or directory". */
  public String line() {
    return line;
  }
}
