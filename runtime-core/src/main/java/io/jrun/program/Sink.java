// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/**
 * Where a program goes piece by piece, so that one is run while the next is recorded. All pieces
 * are one program: registers live on, instructions are numbered through, and there is one outcome.
 * Only what is in memory does not live on: a block that a call fills, or that is patched, belongs
 * to one piece.
 */
public interface Sink {
  /**
   * Takes a piece; another one follows.
   *
   * @param program all that has been recorded so far
   * @param first index of the piece's first instruction
   */
  void take(Program program, int first);
}
