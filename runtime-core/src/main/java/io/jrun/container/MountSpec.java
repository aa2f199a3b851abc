// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.List;

/**
 * One mount, its options understood. Source: config.md "Mounts", "Linux mount options".
 *
 * @param destination absolute path in the container, without "." and ".." and doubled slashes
 * @param type file system type; empty for a bind mount
 * @param source device, bind source (absolute) or whatever the file system shows
 * @param options what the option words mean
 * @param pointer the field: "/mounts/3"
 */
public record MountSpec(
    String destination, String type, String source, MountOptions options, String pointer) {
  /** Files of lxcfs and the like: all that may be mounted inside /proc. */
  private static final List<String> ALLOWED_IN_PROC =
      List.of(
          "/proc/cpuinfo",
          "/proc/diskstats",
          "/proc/meminfo",
          "/proc/stat",
          "/proc/swaps",
          "/proc/uptime",
          "/proc/loadavg",
          "/proc/slabinfo",
          "/proc/sys/kernel/ns_last_pid",
          "/proc/sys/crypto/fips_enabled");

  public boolean isBind() {
    return options.bind();
  }

  public boolean isRemount() {
    return options.remount();
  }

  /** Whether it may lie on a procfs of the container. */
  public boolean mayBeInProc() {
    return destination.equals("/proc") || ALLOWED_IN_PROC.contains(destination);
  }

  /** What a plan calls it. */
  public String title() {
    if (isRemount()) {
      return "remount " + destination;
    }
    return isBind()
        ? "bind " + source + " at " + destination
        : "mount " + type + " at " + destination;
  }

  static MountSpec parse(
      io.jrun.spec.Mount mount,
      String pointer,
      String bundle,
      Problems problems,
      List<String> warnings) {
    String destination = mount.destination() == null ? "" : mount.destination();
    problems.require(!destination.isEmpty(), pointer + "/destination", "must not be empty");
    if (!destination.isEmpty() && !destination.startsWith("/")) {
      warnings.add(
          pointer + "/destination: relative destinations are deprecated; taken as /" + destination);
    }
    String clean = Paths.clean("/" + destination);
    MountOptions options = MountOptions.parse(mount, pointer, problems);
    String type = mount.type() == null || options.bind() ? "" : mount.type();
    String source = mount.source() == null ? "" : mount.source();
    if (options.bind()) {
      problems.require(
          options.remount() || !source.isEmpty(),
          pointer + "/source",
          "a bind mount needs a source");
      source = source.startsWith("/") || source.isEmpty() ? source : bundle + "/" + source;
    } else if (!options.remount()) {
      problems.require(
          !type.isEmpty(), pointer + "/type", "needed for a mount that is not a bind mount");
    }
    problems.require(
        !clean.equals("/") || options.remount(),
        pointer + "/destination",
        "mounting on / is not allowed: the root is root.path's");
    checkProc(clean, type, options, pointer, problems);
    refuseIdmap(mount, pointer, problems);
    return new MountSpec(clean, type, source, options, pointer);
  }

  private static void checkProc(
      String destination, String type, MountOptions options, String pointer, Problems problems) {
    if (destination.equals("/proc")) {
      problems.require(
          type.equals("proc") || options.bind() || options.remount(),
          pointer + "/type",
          "\"/proc\" cannot be mounted because it is inside /proc: only a proc file system, or a bind"
              + " mount of one, can be");
    } else if (destination.startsWith("/proc/") && !ALLOWED_IN_PROC.contains(destination)) {
      problems.add(
          pointer + "/destination",
          "\"" + destination + "\" cannot be mounted because it is inside /proc");
    }
  }

  private static void refuseIdmap(io.jrun.spec.Mount mount, String pointer, Problems problems) {
    if (mount.uidMappings() != null && !mount.uidMappings().isEmpty()) {
      problems.add(pointer + "/uidMappings", "idmapped mounts are not supported by this version");
    }
    if (mount.gidMappings() != null && !mount.gidMappings().isEmpty()) {
      problems.add(pointer + "/gidMappings", "idmapped mounts are not supported by this version");
    }
  }
}
