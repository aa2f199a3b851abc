// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * Block I/O limits: config-linux.md, "Block IO". The throttle lists are bytes or operations per
 * second.
 *
 * @param weight 0 to 65535; 10 to 1000 mean something
 * @param leafWeight 0 to 65535, cgroup v1 only
 * @param weightDevice weights per device
 * @param throttleReadBpsDevice bytes read per second
 * @param throttleWriteBpsDevice bytes written per second
 * @param throttleReadIOPSDevice reads per second
 * @param throttleWriteIOPSDevice writes per second
 */
public record LinuxBlockIo(
    Integer weight,
    Integer leafWeight,
    List<LinuxWeightDevice> weightDevice,
    List<LinuxThrottleDevice> throttleReadBpsDevice,
    List<LinuxThrottleDevice> throttleWriteBpsDevice,
    List<LinuxThrottleDevice> throttleReadIOPSDevice,
    List<LinuxThrottleDevice> throttleWriteIOPSDevice) {}
