// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

/** A verb could not be carried out; the message is the one line its user reads. */
public class ContainerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ContainerException(String message) {
    super(message);
  }

  public ContainerException(String message, Throwable cause) {
    super(message, cause);
  }
}
