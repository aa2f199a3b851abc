// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;
import io.jrun.spec.LinuxDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device node to make. Source: config-linux.md "Devices", mknod(2).
 *
 * @param path absolute, clean
 * @param type S_IFCHR, S_IFBLK or S_IFIFO
 * @param mode permission bits
 */
public record DeviceNode(
    String path, long type, long major, long minor, long mode, long uid, long gid, String pointer) {
  /** What init makes of a terminal multiplexer anyway: a link to that of the container's devpts. */
  public static final String PTMX = "/dev/ptmx";

  private static final long DEFAULT_MODE = 0666;
  private static final long PERMISSIONS = 07777;

  // linux/kdev_t.h: 12 bits and 20
  private static final long MAX_MAJOR = 0xfff;
  private static final long MAX_MINOR = 0xfffff;

  static List<DeviceNode> parse(List<LinuxDevice> declared, Problems problems) {
    if (declared == null || declared.isEmpty()) {
      return List.of();
    }
    Map<String, DeviceNode> out = new LinkedHashMap<>();
    for (int i = 0; i < declared.size(); i++) {
      DeviceNode node = parse(declared.get(i), "/linux/devices/" + i, problems);
      DeviceNode first = out.putIfAbsent(node.path, node);
      if (first != null) {
        checkAgain(first, node, problems);
      }
    }
    return List.copyOf(out.values());
  }

  /** Engines merge lists: of one device that is there twice the first counts, as in both peers. */
  private static void checkAgain(DeviceNode first, DeviceNode node, Problems problems) {
    String pointer = node.pointer + "/path";
    if (!node.isSameDevice(first)) {
      problems.add(pointer, "\"" + node.path + "\" is another device at " + first.pointer);
    } else if (!node.isLike(first)) {
      problems.warn(pointer, "\"" + node.path + "\" has the mode and owner of " + first.pointer);
    }
  }

  private static DeviceNode parse(LinuxDevice declared, String pointer, Problems problems) {
    String path = declared.path() == null ? "" : declared.path();
    problems.require(path.startsWith("/"), pointer + "/path", "must be an absolute path");
    String clean = Paths.clean(path);
    problems.require(
        !clean.equals("/") || !path.startsWith("/"), pointer + "/path", "must not be the root");
    long type = type(declared.type(), pointer, problems);
    boolean numbered = type != Linux.S_IFIFO;
    long major = numbered ? number(declared.major(), MAX_MAJOR, pointer + "/major", problems) : 0;
    long minor = numbered ? number(declared.minor(), MAX_MINOR, pointer + "/minor", problems) : 0;
    long mode = declared.fileMode() == null ? DEFAULT_MODE : declared.fileMode() & PERMISSIONS;
    return new DeviceNode(
        clean, type, major, minor, mode, or0(declared.uid()), or0(declared.gid()), pointer);
  }

  private static long type(String type, String pointer, Problems problems) {
    return switch (type == null ? "" : type) {
      case "c", "u" -> Linux.S_IFCHR;
      case "b" -> Linux.S_IFBLK;
      case "p" -> Linux.S_IFIFO;
      default -> {
        problems.add(
            pointer + "/type", "must be \"c\", \"b\", \"u\" or \"p\", not \"" + type + "\"");
        yield Linux.S_IFIFO;
      }
    };
  }

  private static long number(Long number, long highest, String pointer, Problems problems) {
    problems.require(number != null, pointer, "needed for a device that is not a FIFO");
    problems.require(
        number == null || number >= 0 && number <= highest,
        pointer,
        "must be between 0 and " + highest);
    return or0(number);
  }

  private static long or0(Long number) {
    return number == null ? 0 : number;
  }

  private boolean isSameDevice(DeviceNode other) {
    return type == other.type && major == other.major && minor == other.minor;
  }

  private boolean isLike(DeviceNode other) {
    return isSameDevice(other) && mode == other.mode && uid == other.uid && gid == other.gid;
  }
}
