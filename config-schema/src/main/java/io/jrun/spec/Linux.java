// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;
import java.util.Map;

/**
 * What only Linux has: config-linux.md. It has more components than a record should, because the
 * JSON object is flat.
 *
 * @param uidMappings "User namespace mappings"
 * @param gidMappings "User namespace mappings"
 * @param sysctl "Sysctl": name to value, in document order
 * @param resources "Control groups": limits
 * @param cgroupsPath "Cgroups Path"
 * @param namespaces "Namespaces"
 * @param devices "Devices": nodes to make, not access rules
 * @param netDevices "Network Devices": host interface name to its life in the container, in
 *     document order
 * @param seccomp "Seccomp"
 * @param rootfsPropagation "Rootfs Mount Propagation"
 * @param maskedPaths "Masked Paths"
 * @param readonlyPaths "Readonly Paths"
 * @param mountLabel "Mount Label": SELinux context of mounts
 * @param intelRdt "IntelRdt"
 * @param memoryPolicy "Memory policy"
 * @param personality "Personality"
 * @param timeOffsets "Time offsets": clock name to offset, in document order
 */
public record Linux(
    List<LinuxIdMapping> uidMappings,
    List<LinuxIdMapping> gidMappings,
    Map<String, String> sysctl,
    LinuxResources resources,
    String cgroupsPath,
    List<LinuxNamespace> namespaces,
    List<LinuxDevice> devices,
    Map<String, LinuxNetDevice> netDevices,
    LinuxSeccomp seccomp,
    String rootfsPropagation,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    String mountLabel,
    LinuxIntelRdt intelRdt,
    LinuxMemoryPolicy memoryPolicy,
    LinuxPersonality personality,
    Map<String, LinuxTimeOffset> timeOffsets) {}
