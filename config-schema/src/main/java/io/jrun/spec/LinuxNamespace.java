// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A namespace to create or to join: config-linux.md, "Namespaces".
 *
 * @param type pid, network, mount, ipc, uts, user, cgroup or time; never null
 * @param path file of an existing namespace; null asks for a new one
 */
public record LinuxNamespace(String type, String path) {}
