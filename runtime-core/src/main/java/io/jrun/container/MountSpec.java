// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.List;
import java.util.Optional;

/**
 * One mount, its options understood. Source: config.md "Mounts", "Linux mount options".
 *
 * @param destination absolute path in the container, without "." and ".." and doubled slashes
 * @param type file system type; empty for a bind mount
 * @param source device, bind source (absolute) or whatever the file system shows
 * @param options what the option words mean
 * @param pointer the field: "/mounts/3"
 * @param idmap how the ids of its files are mapped, if they are
 * @param copiesUp a tmpfs that begins with what it covers
 */
public record MountSpec(
    String destination,
    String type,
    String source,
    MountOptions options,
    String pointer,
    Optional<Idmap> idmap,
    boolean copiesUp) {
  /**
   * An idmapped mount: config.md "idmap", "ridmap", "uidMappings".
   *
   * @param mappings from ids of its files to ids of the host; none: the user namespace's
   * @param recursive whether the mounts below are mapped too
   */
  public record Idmap(IdMappings mappings, boolean recursive) {}

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

  /** Of whichever version: it is cgroup2 that is mounted. */
  public boolean isCgroup() {
    return type.equals("cgroup") || type.equals("cgroup2");
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

  /** Whether it names a directory, or what lies in it, as the source of a bind or of an overlay. */
  public boolean isOf(String directory) {
    return isBind()
        ? (Paths.clean(source) + "/").startsWith(directory + "/")
        : options.data().stream().anyMatch(datum -> datum.contains(directory));
  }

  /** A directory of the host that the container can only read: of no description's. */
  public static MountSpec readOnlyBind(String source, String destination) {
    List<String> options = List.of("bind", "ro", "nosuid", "nodev", "noexec");
    return parse(
        new io.jrun.spec.Mount(destination, "bind", source, options, null, null),
        "",
        "/",
        IdMappings.NONE,
        new Problems());
  }

  /**
   * Checks one.
   *
   * @param container the mappings of the container's user namespace, as far as they are known
   */
  static MountSpec parse(
      io.jrun.spec.Mount mount,
      String pointer,
      String bundle,
      IdMappings container,
      Problems problems) {
    String destination = mount.destination() == null ? "" : mount.destination();
    problems.require(!destination.isEmpty(), pointer + "/destination", "must not be empty");
    if (!destination.isEmpty() && !destination.startsWith("/")) {
      problems.warn(
          pointer + "/destination",
          "relative destinations are deprecated; taken as /" + destination);
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
    if (!options.bind() && !options.remount() && MountOptions.isLongValue(source)) {
      problems.require(
          hasMereName(type) || source.startsWith("/"),
          pointer + "/source",
          "too long: the kernel takes " + MountOptions.LONGEST + " bytes");
      source = hasMereName(type) ? shortened(source) : source;
    }
    checkProc(clean, type, options, pointer, problems);
    boolean copiesUp = mount.options() != null && mount.options().contains("tmpcopyup");
    problems.require(
        !copiesUp || type.equals("tmpfs") && !options.remount(),
        pointer + "/options",
        "tmpcopyup is for a new tmpfs");
    return new MountSpec(
        clean,
        type,
        source,
        options,
        pointer,
        idmap(mount, options, pointer, container, problems),
        copiesUp);
  }

  /** Whether the source of a file system is nothing but what mountinfo shows. */
  private static boolean hasMereName(String type) {
    return switch (type) {
      case "tmpfs",
          "ramfs",
          "overlay",
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "mqueue",
          "devpts",
          "devtmpfs",
          "hugetlbfs",
          "securityfs",
          "debugfs",
          "tracefs",
          "configfs",
          "bpf",
          "fusectl",
          "binfmt_misc" ->
          true;
      default -> false;
    };
  }

  /** As much of a name as the kernel takes, and no half of a character. */
  private static String shortened(String name) {
    int end = Math.min(name.length(), MountOptions.LONGEST);
    while (MountOptions.isLongValue(name.substring(0, end))
        || Character.isHighSurrogate(name.charAt(end - 1))) {
      end--;
    }
    return name.substring(0, end);
  }

  private static void checkProc(
      String destination, String type, MountOptions options, String pointer, Problems problems) {
    if (destination.equals("/proc")) {
      problems.require(
          type.equals("proc") || options.bind() || options.remount(),
          pointer + "/type",
          "\"/proc\" cannot be mounted because it is inside /proc: only a proc file system, or a"
              + " bind mount of one, can be");
    } else if (destination.startsWith("/proc/") && !ALLOWED_IN_PROC.contains(destination)) {
      problems.add(
          pointer + "/destination",
          "\"" + destination + "\" cannot be mounted because it is inside /proc");
    }
  }

  private static Optional<Idmap> idmap(
      io.jrun.spec.Mount mount,
      MountOptions options,
      String pointer,
      IdMappings container,
      Problems problems) {
    List<String> words = mount.options() == null ? List.of() : mount.options();
    for (String word : words) {
      if (IdmapOption.isOne(word)) {
        problems.require(
            isEmpty(mount.uidMappings()) && isEmpty(mount.gidMappings()) && !options.remount(),
            pointer + "/options",
            word + ": a mount has one map of ids, and a remount has none");
        return IdmapOption.parse(word, container, pointer + "/options", problems)
            .map(mappings -> new Idmap(mappings, IdmapOption.isRecursive(word)));
      }
    }
    boolean recursive = words.lastIndexOf("ridmap") > words.lastIndexOf("idmap");
    boolean none =
        isEmpty(mount.uidMappings())
            && isEmpty(mount.gidMappings())
            && !words.contains("idmap")
            && !recursive;
    if (none) {
      return Optional.empty();
    }
    problems.require(
        !options.remount(), pointer, "a remount cannot map ids: give the first mount the mappings");
    return Optional.of(
        new Idmap(
            IdMappings.parse(mount.uidMappings(), mount.gidMappings(), pointer, problems),
            recursive));
  }

  private static boolean isEmpty(List<?> list) {
    return list == null || list.isEmpty();
  }

  /** What can be told of a mount's ids only with the container's namespaces known. */
  void checkIds(Namespaces namespaces, Problems problems) {
    problems.require(
        idmap.isEmpty() || !idmap.get().mappings().equals(IdMappings.NONE) || namespaces.hasUser(),
        pointer + "/uidMappings",
        "needed for an idmapped mount of a container without a user namespace");
    if (!namespaces.isNew(NamespaceType.USER)) {
      return;
    }
    for (String datum : options.data()) {
      problems.require(
          isMapped(datum, namespaces.mappings()),
          pointer + "/options",
          datum + ": the id is not mapped in the container's user namespace");
    }
  }

  /** Numbers only: what else there is, the file system will judge. */
  private static boolean isMapped(String datum, IdMappings mappings) {
    boolean user = datum.startsWith("uid=");
    if (!user && !datum.startsWith("gid=") || mappings.isEmpty()) {
      return true;
    }
    try {
      long id = Long.parseLong(datum.substring(4));
      return (user ? mappings.hostUid(id) : mappings.hostGid(id)).isPresent();
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
