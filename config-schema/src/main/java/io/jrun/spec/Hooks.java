// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * The six kinds of hooks: config.md, "POSIX-platform Hooks". Each list is null when absent and in
 * the order of execution.
 *
 * @param prestart deprecated; before createRuntime, in the runtime namespaces
 * @param createRuntime during create, in the runtime namespaces
 * @param createContainer during create, in the container namespaces
 * @param startContainer during start, in the container
 * @param poststart after the program runs, in the runtime namespaces
 * @param poststop after delete, in the runtime namespaces
 */
public record Hooks(
    List<Hook> prestart,
    List<Hook> createRuntime,
    List<Hook> createContainer,
    List<Hook> startContainer,
    List<Hook> poststart,
    List<Hook> poststop) {}
