// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * What becomes of a host network interface: config-linux.md, "Network Devices".
 *
 * @param name its name in the container; null keeps the host name
 */
public record LinuxNetDevice(String name) {}
