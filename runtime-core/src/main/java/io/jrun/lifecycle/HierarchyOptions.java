// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.Failures;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Procfs;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the host's hierarchy of cgroup v2 is mounted with. CRIU mounts it once more, without
 * options, and of one hierarchy the last mount counts: the host would be without its "nsdelegate"
 * and "memory_recursiveprot" from then on (cgroup-v2.rst, "Mounting").
 *
 * @param mount where it is mounted; empty if it is not, or has none
 * @param words its options
 */
record HierarchyOptions(String mount, Set<String> words) {
  private static final String TYPE = " - cgroup2 ";
  private static final Set<String> EVERY_MOUNT_HAS = Set.of("rw", "ro", "seclabel");

  /** As they are now. */
  static HierarchyOptions read() {
    return of(Procfs.read("/proc/self/mountinfo").orElse(""));
  }

  /** Of a table of mounts: proc(5), /proc/PID/mountinfo. */
  static HierarchyOptions of(String mountinfo) {
    for (String line : mountinfo.split("\n")) {
      int type = line.indexOf(TYPE);
      if (type > 0) {
        Set<String> words =
            new LinkedHashSet<>(List.of(line.substring(line.lastIndexOf(' ') + 1).split(",")));
        words.removeAll(EVERY_MOUNT_HAS);
        String mount = Procfs.name(Procfs.unescape(line.split(" ")[4]));
        return new HierarchyOptions(mount, words);
      }
    }
    return new HierarchyOptions("", Set.of());
  }

  /** Gives back what has got lost since; a warning if that cannot be. */
  void keep(Session session, Recorder recorder) {
    if (words.isEmpty()) {
      return;
    }
    Set<String> now = read().words();
    if (now.containsAll(words)) {
      return;
    }
    recorder.step("mount the hierarchy of cgroups with its options again");
    Fd root = recorder.openat(Fd.CWD, mount, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    Fd fs = recorder.fspick(root);
    Stream.concat(words.stream(), now.stream())
        .distinct()
        .forEach(each -> recorder.fsconfigFlag(fs, each));
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_RECONFIGURE);
    recorder.close(fs);
    recorder.close(root);
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session.notices().warn(Failures.describe(outcome));
    }
  }
}
