// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * The five capability sets of a process: config.md, "Linux Process", {@code capabilities}. Names
 * are as in the document, {@code CAP_...} by convention; an absent set is null.
 *
 * @param bounding limit of what an execve can give
 * @param effective what the kernel checks
 * @param inheritable kept over execve together with file capabilities
 * @param permitted limit of the effective set
 * @param ambient kept over execve of an ordinary program
 */
public record LinuxCapabilities(
    List<String> bounding,
    List<String> effective,
    List<String> inheritable,
    List<String> permitted,
    List<String> ambient) {}
