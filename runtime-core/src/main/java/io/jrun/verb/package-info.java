// SPDX-License-Identifier: Apache-2.0

/**
 * The verbs, one class for each: create, start, run, exec, kill, delete, pause and resume, update,
 * events, ps, spec, and those that only ask. Used by the command line alone; no verb calls another.
 *
 * <p>A verb looks at the host, compiles a program and has the caller's front run it; what it
 * reports decides what comes next. A failure is a {@link io.jrun.failure.ContainerException} whose
 * message is the one line its user reads. Verbs that change a container hold its lock, {@code kill}
 * excepted: it compares the process's identity instead.
 */
package io.jrun.verb;
