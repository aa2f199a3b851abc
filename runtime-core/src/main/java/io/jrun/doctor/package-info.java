// SPDX-License-Identifier: Apache-2.0
/**
 * {@code jrun doctor}: what a host can do for containers and what it cannot, asked of the host
 * itself: calls are made, processes are cloned, a container is made and taken away. No answer is
 * read off a version's number. One class for each group of questions.
 *
 * <p>Promises to leave the host as it was, and that whatever is not well has a remedy.
 */
package io.jrun.doctor;
