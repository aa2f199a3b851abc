// SPDX-License-Identifier: Apache-2.0

/**
 * What a process does to become a program of the container, be it init or that of an exec: user,
 * capabilities, labels, filter, scheduling, terminal; and how a hook is run.
 */
package io.jrun.plan.process;
