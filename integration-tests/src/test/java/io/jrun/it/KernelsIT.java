// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * That docs/kernels.md is right about the kernel that this runs on, whichever it is: what has come
 * by a version is there from it on, and not before.
 */
@ExtendWith(ResidueExtension.class)
@Tag("smoke")
class KernelsIT {
  private static final CProgram PROBES = CProgram.built("kernels");

  /**
   * Tried by {@link SysctlIT}, and by a finding, which boots machines; an instant, which nobody can
   * ask for.
   */
  private static final List<String> ELSEWHERE =
      List.of("`pid_max`", "nullfs", "at its last switch");

  /** The second column: "6.13", or "7.2, not 6.18" where nobody has tried those between. */
  private static final Pattern SINCE =
      Pattern.compile(
          "(?<yes>[\\d.]+)(?:, not (?<no>[\\d.]+))?(?:; exit status (?<exit>[\\d.]+))?");

  @Test
  void whatIsSaidToBeSinceAVersionIsThereFromItOn(Workbench bench) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "kernels.md"))) {
      if (line.startsWith("| feature |") || !rows.isEmpty()) {
        if (line.isEmpty()) {
          break;
        }
        rows.add(line);
      }
    }
    rows.subList(0, 2).clear();
    List<String> wrong = new ArrayList<>();
    List<String> unasked = new ArrayList<>(rows);
    unasked.removeIf(row -> ELSEWHERE.stream().anyMatch(row::contains));
    if (hasCpuset()) {
      Files.writeString(Snapshot.CGROUPS.resolve("cgroup.subtree_control"), "+cpuset");
    } else {
      unasked.removeIf(row -> row.contains("`sched_setaffinity`"));
    }
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(Workbench.id()));
    Outcome told;
    try {
      told = bench.bareCommand(cgroup.toString()).by(PROBES.file()).run().succeeds();
    } finally {
      Files.delete(cgroup);
    }
    for (String line : told.lines()) {
      String name = line.substring(line.indexOf(' ') + 1);
      boolean there = line.startsWith("yes ");
      List<String> ofIt =
          rows.stream()
              .filter(row -> (row.split(" \\| ")[0] + row.split(" \\| ")[1]).contains(name))
              .toList();
      assertEquals(1, ofIt.size(), () -> "rows of " + name + ": " + ofIt);
      unasked.removeAll(ofIt);
      Matcher since = SINCE.matcher(ofIt.get(0).split(" \\| ")[1]);
      assertTrue(since.matches(), ofIt.get(0));
      String yes = since.group(name.equals("exit status") ? "exit" : "yes");
      String no = since.group("no");
      if (isAtLeast(yes) ? !there : there && (no == null || !isAtLeast(no) || is(no))) {
        wrong.add(line + ", and docs/kernels.md says: since " + yes);
      }
    }
    assertEquals(List.of(), wrong);
    assertEquals(List.of(), unasked);
  }

  /** Of cgroup2: that of v1 is another. */
  private static boolean hasCpuset() throws IOException {
    String controllers = Files.readString(Snapshot.CGROUPS.resolve("cgroup.controllers"));
    return List.of(controllers.strip().split(" ")).contains("cpuset");
  }

  private static boolean isAtLeast(String version) {
    String[] parts = version.split("\\.");
    return HostProcess.isKernelAtLeast(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  private static boolean is(String version) {
    String[] parts = version.split("\\.");
    return isAtLeast(version)
        && !HostProcess.isKernelAtLeast(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]) + 1);
  }
}
