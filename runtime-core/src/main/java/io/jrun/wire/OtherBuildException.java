// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

/** The front numbers frames and instructions in another way: nothing it says is understood. */
final class OtherBuildException extends FrontException {
  private static final long serialVersionUID = 1L;

  OtherBuildException() {
    super("the front is of another build");
  }
}
