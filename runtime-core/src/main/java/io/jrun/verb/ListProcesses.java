// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.failure.ContainerException;
import io.jrun.host.Programs;
import io.jrun.lifecycle.ContainerProcesses;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.linux.Value;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code ps}: the processes in a container's cgroup, as pids or as the host's ps(1) shows them. */
public final class ListProcesses {
  private static final String USUAL_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** As many as an argument has room for, and a plan's program. */
  private static final int MOST_PIDS = 1_000;

  /** Pids are smaller: PID_MAX_LIMIT, proc(5). */
  private static final String NO_PID = "4194304";

  private final Session session;

  public ListProcesses(Session session) {
    this.session = session;
  }

  /** The pids as a JSON array; "null" if there is none. */
  public String json(String id) {
    List<Long> pids = ContainerProcesses.list(session, id);
    return pids.isEmpty()
        ? "null"
        : pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
  }

  /**
   * The lines of ps(1) about the container, as {@code -ef} or the arguments given have them.
   * Without arguments it is asked for the container's processes alone: to look at all there are
   * takes the longer the more runs beside it. Other arguments say for themselves what they look at.
   */
  public String table(String id, List<String> arguments) {
    Set<String> pids = new LinkedHashSet<>();
    ContainerProcesses.list(session, id).stream()
        .sorted()
        .forEach(pid -> pids.add(Long.toString(pid)));
    String[] lines = output(pids, arguments).split("\n");
    int column = List.of(lines[0].trim().split("\\s+")).indexOf("PID");
    if (column < 0) {
      throw new ContainerException("couldn't find PID field in ps output");
    }
    StringBuilder out = new StringBuilder(lines[0]).append('\n');
    for (int i = 1; i < lines.length; i++) {
      String[] fields = lines[i].trim().split("\\s+");
      if (fields.length > column && pids.contains(fields[column])) {
        out.append(lines[i]).append('\n');
      }
    }
    return out.toString();
  }

  private String output(Set<String> pids, List<String> arguments) {
    if (!arguments.isEmpty()) {
      return checked(runPs(arguments));
    }
    if (pids.size() <= MOST_PIDS) {
      // The line of titles is wanted even of none.
      String list = pids.isEmpty() ? NO_PID : String.join(",", pids);
      Outcome outcome = runPs(List.of("-f", "-q", list));
      // 1 where none is there any more; a ps that does not know the option says so.
      if (outcome.number(ReportTag.STATUS).orElse(0L) == 0
          || output(outcome, ReportTag.ERROR_OUTPUT).isEmpty()) {
        return output(outcome, ReportTag.OUTPUT);
      }
    }
    return checked(runPs(List.of("-ef")));
  }

  private static String checked(Outcome outcome) {
    if (outcome.number(ReportTag.STATUS).orElse(0L) != 0) {
      throw new ContainerException("ps: " + output(outcome, ReportTag.ERROR_OUTPUT).strip());
    }
    return output(outcome, ReportTag.OUTPUT);
  }

  private Outcome runPs(List<String> arguments) {
    CallerContext caller = session.front().caller();
    String program =
        Programs.find("ps", caller.variable("PATH").orElse(USUAL_PATH))
            .or(() -> Programs.find("ps", USUAL_PATH))
            .orElseThrow(
                () -> new ContainerException("exec: \"ps\": executable file not found in $PATH"));
    List<String> argv = new ArrayList<>(List.of("ps"));
    argv.addAll(arguments);
    Recorder recorder = new Recorder();
    recorder.step("run ps");
    Value status =
        recorder.hook(
            program,
            argv,
            caller.environment(),
            Block.bytes(new byte[0], "nothing"),
            0,
            ReportTag.OUTPUT);
    recorder.report(ReportTag.STATUS, status);
    return session.run(recorder);
  }

  private static String output(Outcome outcome, int tag) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    outcome.reports().stream().filter(r -> r.tag() == tag).forEach(r -> all.writeBytes(r.bytes()));
    return all.toString(StandardCharsets.UTF_8);
  }
}
