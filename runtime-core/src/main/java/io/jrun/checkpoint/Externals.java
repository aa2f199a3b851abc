// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import io.jrun.container.ContainerSpec;
import io.jrun.container.DeviceNode;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.linux.Linux;
import io.jrun.linux.Procfs;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What of a container is somebody else's: CRIU leaves it out of the images and finds it again at a
 * restore. Mounts have the names that runc gives them, so that either restores what the other has
 * dumped.
 */
public final class Externals {
  private static final String NULL = "/dev/null";

  /** Of /proc/PID/net/dev: proc(5). */
  private static final int LINES_BEFORE_DEVICES = 2;

  /**
   * What jrun makes of the host's where nodes cannot be made: config-linux.md, "Default Devices".
   */
  private static final List<String> DEFAULT_DEVICES =
      List.of(NULL, "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom");

  /** Namespaces that CRIU knows from outside by a descriptor, and how runc calls them. */
  private static final Map<NamespaceType, String> BY_DESCRIPTOR =
      new EnumMap<>(
          Map.of(NamespaceType.NETWORK, "extRootNetNS", NamespaceType.PID, "extRootPidNS"));

  private Externals() {}

  /** What a dump is told. */
  public static void dump(CriuRequest request, ContainerSpec spec, long pid) {
    for (MountSpec each : spec.mounts()) {
      if (each.isBind() && !each.isRemount()) {
        String place = place(spec, each);
        request.externalMount(place, place);
      }
    }
    for (String masked : spec.restrictions().masked()) {
      Path path = Path.of("/proc/" + pid + "/root" + masked);
      boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
      if (there && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        request.externalMount(masked, NULL);
      }
    }
    for (String device : devices(spec)) {
      request.externalMount(device, device);
    }
    BY_DESCRIPTOR.forEach(
        (type, name) -> {
          if (spec.namespaces().isJoined(type)) {
            request.external(type.procName() + "[" + inode(pid, type) + "]:" + name);
          }
        });
  }

  /**
   * What a restore is told of mounts.
   *
   * @param mounts all that the container has
   * @param cgroup the directory of the container's cgroup
   */
  public static void restoreMounts(
      CriuRequest request, ContainerSpec spec, List<MountSpec> mounts, String cgroup) {
    for (MountSpec each : mounts) {
      if (each.isBind() && !each.isRemount()) {
        request.externalMount(place(spec, each), each.source());
      } else if (each.type().startsWith("cgroup") && !cgroup.isEmpty()) {
        // Of images of runc's; in jrun's it is a file system like any other.
        request.externalMount(place(spec, each), cgroup);
      }
    }
    request.externalMount(NULL, NULL);
    for (String device : devices(spec)) {
      if (!device.equals(NULL)) {
        request.externalMount(device, device);
      }
    }
  }

  /** CRIU knows a mount by where it lies, whatever links the configuration's name goes by. */
  private static String place(ContainerSpec spec, MountSpec mount) {
    return InsideName.resolve(Path.of(spec.rootfs().path()), mount.destination());
  }

  /** Namespaces that the container is to find again, which others have made. */
  public static void restoreNamespaces(CriuRequest request, Namespaces namespaces) {
    for (NamespaceType type : NamespaceType.values()) {
      if (namespaces.isJoined(type) && !BY_DESCRIPTOR.containsKey(type)) {
        request.join(type.procName(), namespaces.get(type).orElseThrow().path());
      }
    }
  }

  /** How CRIU is told a descriptor of a namespace; null if it joins one of that type by path. */
  public static String key(NamespaceType type) {
    return BY_DESCRIPTOR.get(type);
  }

  /** runc manages no network devices: a network namespace comes back with none of its own. */
  public static long emptyNamespaces() {
    return Linux.CLONE_NEWNET;
  }

  /**
   * Whether the network of a process has nothing but its loopback device: while all stands still
   * nothing can arrive, and there is no need to keep it out.
   */
  public static boolean isUnreachable(long pid) {
    String devices = Procfs.read("/proc/" + pid + "/net/dev").orElse("");
    return devices.contains(" lo:") && devices.lines().skip(LINES_BEFORE_DEVICES).count() == 1;
  }

  private static List<String> devices(ContainerSpec spec) {
    List<String> out = new java.util.ArrayList<>(DEFAULT_DEVICES);
    for (DeviceNode each : spec.rootfs().devices()) {
      if (!out.contains(each.path())) {
        out.add(each.path());
      }
    }
    return out;
  }

  private static long inode(long pid, NamespaceType type) {
    try {
      Path path = Path.of("/proc/" + pid + "/ns/" + type.procName());
      return (Long) Files.getAttribute(path, "unix:ino");
    } catch (java.io.IOException e) {
      return 0; // it has ended: CRIU says so
    }
  }
}
