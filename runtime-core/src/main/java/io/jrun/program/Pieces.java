// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/**
 * A program that is recorded in pieces, so that the front can run one while the next is made. All
 * of them are one program: registers live on, instructions are numbered through, and there is one
 * outcome. Only what is in memory does not live on: a block that a call fills, or that is patched,
 * belongs to one piece.
 */
public interface Pieces {
  /** What has been recorded so far; it grows. */
  Program program();

  /**
   * Records the next piece.
   *
   * @return whether another one follows
   */
  boolean advance();
}
