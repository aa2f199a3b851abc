// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

/** Types of frames, by their numbers on the wire: docs/plan.md. */
final class FrameType {
  static final int CONTEXT = 1;
  static final int RESULT = 2;
  static final int REPORT = 3;
  static final int PROGRAM = 16;
  static final int PRINT = 17;
  static final int EXIT = 18;
  static final int DECLINE = 19;
  static final int WORKING = 20;
  static final int UNDO = 21;

  private FrameType() {}
}
