// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.MountOptions;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Block;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;

/** New file systems: configured, made, and mounted where nobody sees them yet. */
final class FileSystemSteps {
  private FileSystemSteps() {}

  static String type(MountSpec mount) {
    return mount.isCgroup() ? "cgroup2" : mount.type();
  }

  /**
   * Whether it is made read-only once all that belongs into it is there: what is below it may be
   * made in it. A file system of a device stays as it is asked for from its first moment on. What
   * is made read-only by a remount was writable before.
   */
  static boolean isReadOnlyLate(MountSpec mount) {
    MountOptions options = mount.options();
    if (mount.isRemount()) {
      return (options.set() & Linux.MOUNT_ATTR_RDONLY) != 0;
    }
    boolean readOnly =
        ((options.set() | options.recursiveSet()) & Linux.MOUNT_ATTR_RDONLY) != 0
            && !mount.isBind();
    return readOnly
        && switch (mount.type()) {
          case "tmpfs", "ramfs" -> true;
          case "overlay" -> options.hasData("upperdir=");
          default -> mount.destination().equals("/dev");
        };
  }

  /** Whether it takes the mode of the directory that it covers, which is to be seen first. */
  static boolean keepsMode(MountSpec mount) {
    return type(mount).equals("tmpfs") && !mount.options().hasData("mode=");
  }

  /**
   * What the host has in place of a file system that the container's root may not mount, because
   * the namespace it shows is not the container's own; null for all others.
   */
  static String hostSource(ContainerSpec spec, LaunchOptions options, MountSpec mount) {
    if (!spec.namespaces().hasUser() && options.host().rights() == Rights.ROOT) {
      return null;
    }
    return switch (mount.type()) {
      case "sysfs" -> spec.namespaces().isPrivate(NamespaceType.NETWORK) ? null : "/sys";
      case "mqueue" -> spec.namespaces().isPrivate(NamespaceType.IPC) ? null : "/dev/mqueue";
      case "proc" -> spec.namespaces().isPrivate(NamespaceType.PID) ? null : "/proc";
      default -> null;
    };
  }

  /** The configuration of one, which is not made yet. */
  static Fd open(Recorder recorder, MountSpec mount, String label) {
    Fd fs = begin(recorder, mount, label);
    for (String datum : mount.options().data()) {
      tell(recorder, fs, datum);
    }
    return fs;
  }

  /** A configuration with everything but what only the file system itself understands. */
  static Fd begin(Recorder recorder, MountSpec mount, String label) {
    Fd fs = recorder.fsopen(type(mount));
    if (MountOptions.isLongValue(mount.source())) {
      // A device's path: it is looked up when the file system is made, so it stays open.
      Fd device = recorder.openat(Fd.CWD, mount.source(), Linux.O_PATH | Linux.O_CLOEXEC);
      recorder.fsconfigString(fs, "source", nameOf(device));
    } else if (!mount.source().isEmpty()) {
      recorder.fsconfigString(fs, "source", mount.source());
    }
    superblock(recorder, fs, mount.options(), isReadOnlyLate(mount));
    if (!label.isEmpty()) {
      context(recorder, fs, type(mount), label);
    }
    return fs;
  }

  /** Makes it of its configuration, which is closed. */
  static Fd mount(Recorder recorder, Fd fs, MountSpec mount) {
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    Fd made = recorder.fsmount(fs, attributes(mount));
    recorder.close(fs);
    return made;
  }

  /** MOUNT_ATTR_* that it has from the beginning. */
  static long attributes(MountSpec mount) {
    long later = isReadOnlyLate(mount) ? Linux.MOUNT_ATTR_RDONLY : 0;
    return mount.options().set() & ~later;
  }

  /** The kernel's own trees have labels from the policy. */
  private static void context(Recorder recorder, Fd fs, String type, String label) {
    switch (type) {
      case "proc", "sysfs", "cgroup2", "mqueue" -> {}
      default -> recorder.fsconfigString(fs, "context", label);
    }
  }

  /** Whether a remount is about more than the mount. */
  static boolean isReconfigured(MountSpec mount) {
    MountOptions options = mount.options();
    int later = isReadOnlyLate(mount) && options.superblock().contains("ro") ? 1 : 0;
    return !options.data().isEmpty() || options.superblock().size() > later;
  }

  /** The same for a file system that is there. */
  static void reconfigure(Recorder recorder, Fd fs, MountOptions options, boolean writableAtFirst) {
    superblock(recorder, fs, options, writableAtFirst);
    for (String datum : options.data()) {
      tell(recorder, fs, datum);
    }
  }

  private static void superblock(
      Recorder recorder, Fd fs, MountOptions options, boolean writableAtFirst) {
    for (String word : options.superblock()) {
      if (!writableAtFirst || !word.equals("ro")) {
        recorder.fsconfigFlag(fs, word);
      }
    }
  }

  /** Tells the file system one thing: "size=64k", "newinstance". */
  static void tell(Recorder recorder, Fd fs, String datum) {
    int equals = datum.indexOf('=');
    if (equals < 0) {
      recorder.fsconfigFlag(fs, datum);
    } else {
      recorder.fsconfigString(fs, datum.substring(0, equals), datum.substring(equals + 1));
    }
  }

  /** A path of few bytes for what is open there. */
  static Block nameOf(Fd fd) {
    byte[] path = "/proc/self/fd///////////\0".getBytes(StandardCharsets.US_ASCII);
    return Block.bytes(path, "/proc/self/fd/" + fd.show()).patch(path.length - 11, 10, fd);
  }

  /** The mode of its root directory; the kernel wants octal digits, and shows them in mountinfo. */
  static void mode(Recorder recorder, Fd fs, Value mode) {
    byte[] digits = "000000\0".getBytes(StandardCharsets.US_ASCII);
    recorder.fsconfigString(
        fs, "mode", Block.bytes(digits, "octal " + mode.show()).patch(0, Block.OCTAL_DIGITS, mode));
  }
}
