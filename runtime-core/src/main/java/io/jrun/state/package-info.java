// SPDX-License-Identifier: Apache-2.0

/**
 * What is on disk about a container, read: {@code <root>/<id>/state.json}, its format, its status
 * as it follows from the record and from what lives, and the state document that engines and hooks
 * are given (runtime.md, "State"). It may use {@code io.jrun.linux} and a JSON parser.
 *
 * <p>It promises that reading takes no lock and never waits, that a process is the recorded one
 * only if pid, start time and boot are, and that a damaged record is a {@link
 * io.jrun.state.StateFileException} and nothing else. It changes nothing: every change of the state
 * directory is a step of a program.
 */
package io.jrun.state;
