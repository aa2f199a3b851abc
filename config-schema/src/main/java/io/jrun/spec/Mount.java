// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * One mount: config.md, "Mounts" and "Linux mount options".
 *
 * @param destination path in the container; never null
 * @param type filesystem type, or bind; null when absent
 * @param source device, path or dummy name; a relative one is relative to the bundle
 * @param options options as in fstab, in document order, unknown ones included
 * @param uidMappings user ids of an idmapped mount
 * @param gidMappings group ids of an idmapped mount
 */
public record Mount(
    String destination,
    String type,
    String source,
    List<String> options,
    List<LinuxIdMapping> uidMappings,
    List<LinuxIdMapping> gidMappings) {}
