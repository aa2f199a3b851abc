// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The I/O priority of a process: config.md, "Linux Process", {@code ioPriority}; ioprio_set(2).
 *
 * @param priorityClass the key {@code class}, which is no word Java lets a component have:
 *     IOPRIO_CLASS_...; never null
 * @param priority priority within the class; 0 where there is but one and the document has none
 */
public record LinuxIoPriority(String priorityClass, int priority) {}
