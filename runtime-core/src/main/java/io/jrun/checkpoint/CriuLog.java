// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** What is worth repeating of CRIU's log: why it failed, in its own words. */
public final class CriuLog {
  private static final int MOST = 3;
  private static final String ERROR = " Error (";

  /** Said at each end that is none, and of limits that CRIU does without. */
  private static final List<String> NO_REASON =
      List.of("FAILED.", "Can't setup RLIMIT_NOFILE", "Can't keep kdat cache");

  /** A process that does not stop within CRIU's ten seconds. */
  private static final String CANNOT_STOP = "Unseizable non-zombie";

  private CriuLog() {}

  /** What helps, as a clause; empty where nothing is known. */
  public static String remedy(String reason) {
    return reason.contains(CANNOT_STOP)
        ? ": try again: CRIU cannot stop a process whose child, made by vfork, has not executed yet"
        : "";
  }

  /** Its first errors, of which the others follow, without time and place; empty if it has none. */
  public static String reason(String log) {
    List<String> out = new ArrayList<>();
    for (String line : log.split("\n")) {
      int at = line.indexOf(ERROR);
      int end = line.indexOf("): ", Math.max(at, 0) + ERROR.length());
      if (at < 0 || end < 0 || NO_REASON.stream().anyMatch(line::contains)) {
        continue;
      }
      String said = line.substring(end + 3).strip();
      if (out.size() < MOST && !out.contains(said)) {
        out.add(said);
      }
    }
    return String.join("; ", out);
  }
}
