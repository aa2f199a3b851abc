// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.DefaultDevice;
import io.jrun.container.DeviceNode;
import io.jrun.linux.Linux;
import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The host's nodes of devices that the container has under another path: a user namespace lets
 * nobody make one, so there the host's is bound, whatever its name. What is found is proved by type
 * and number once more by whoever binds it.
 */
public final class HostDevices {
  /** As much of /dev is looked at. */
  private static final int MOST_ENTRIES = 20_000;

  private HostDevices() {}

  /** By the container's path, those that the host has elsewhere. */
  public static Map<String, String> find(List<DeviceNode> devices) {
    Map<String, String> out = new HashMap<>();
    for (DeviceNode each : devices) {
      boolean made = each.type() == Linux.S_IFIFO || DefaultDevice.is(each);
      if (!made && !is(each, Path.of(each.path()))) {
        Optional<Path> found = find(each);
        if (found.isPresent()) {
          out.put(each.path(), found.get().toString());
        }
      }
    }
    return out;
  }

  /** Where the kernel's own name for it leads, else wherever in /dev. */
  private static Optional<Path> find(DeviceNode device) {
    String kind = device.type() == Linux.S_IFBLK ? "block/" : "char/";
    String number = device.major() + ":" + device.minor();
    String event = Procfs.read("/sys/dev/" + kind + number + "/uevent").orElse("");
    for (String line : event.split("\n")) {
      if (line.startsWith("DEVNAME=") && is(device, Path.of("/dev", line.substring(8)))) {
        return Optional.of(Path.of("/dev", line.substring(8)));
      }
    }
    Path link = Path.of("/dev", kind, number);
    return is(device, link) ? Optional.of(link) : search(device, Path.of("/dev"));
  }

  /** Directory by directory, those nearest to the top first; no link is followed. */
  private static Optional<Path> search(DeviceNode device, Path top) {
    Deque<Path> directories = new ArrayDeque<>(List.of(top));
    int seen = 0;
    while (!directories.isEmpty()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directories.remove())) {
        for (Path each : entries) {
          if (++seen > MOST_ENTRIES) {
            return Optional.empty();
          }
          if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
            directories.add(each);
          } else if (is(device, each, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(each);
          }
        }
      } catch (IOException e) {
        // A directory that the caller may not read has nothing the caller could bind.
      }
    }
    return Optional.empty();
  }

  private static boolean is(DeviceNode device, Path path, LinkOption... options) {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode", options);
      long number = (long) Files.getAttribute(path, "unix:rdev", options);
      return (mode & Linux.S_IFMT) == device.type()
          && major(number) == device.major()
          && minor(number) == device.minor();
    } catch (IOException e) {
      return false;
    }
  }

  /** As makedev(3) of the C library puts them together. */
  private static long major(long number) {
    return number >>> 8 & 0xfff | number >>> 32 & ~0xfffL;
  }

  private static long minor(long number) {
    return number & 0xff | number >>> 12 & ~0xffL & 0xffffffffL;
  }
}
