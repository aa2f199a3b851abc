// SPDX-License-Identifier: Apache-2.0

/**
 * The verbs, one class for each: create, start, run, exec, kill, delete, the queries, ps and spec.
 * It may use every package of runtime-core and is used by the command line alone.
 *
 * <p>A verb looks at the host, compiles a program and has the caller's front run it; what it
 * reports decides what comes next. It promises that a failure is a {@link
 * io.jrun.lifecycle.ContainerException} whose message is the one line its user reads, that a create
 * that fails leaves nothing, and that {@code delete --force} can finish whatever was killed in the
 * middle. Verbs that change a container hold its lock, {@code kill} excepted: it compares the
 * process's identity instead. Nothing here prints, exits, or uses its own process's context in
 * place of the caller's.
 */
package io.jrun.lifecycle;
