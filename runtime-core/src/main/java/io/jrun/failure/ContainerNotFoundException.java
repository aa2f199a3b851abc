// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

/** There is no container of that id. Engines match on the words. */
public final class ContainerNotFoundException extends ContainerException {
  private static final long serialVersionUID = 1L;

  public ContainerNotFoundException() {
    super("container does not exist");
  }
}
