// SPDX-License-Identifier: Apache-2.0

/**
 * The core's side of the conversation with a front: the caller's context, programs as bytes and how
 * they ended, text to print, the code to exit with. The layout is docs/plan.md's and wire.h's.
 *
 * <p>It promises that every length and count that comes in is checked, that a front which is gone
 * or speaks another protocol is a {@link io.jrun.wire.FrontException}, and that a failure names its
 * step, its field and its call. It knows streams only: whether a socket pair or a listening socket
 * is behind them is its maker's affair.
 */
package io.jrun.wire;
