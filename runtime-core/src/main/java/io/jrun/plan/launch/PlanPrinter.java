// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.program.Program;
import io.jrun.program.ProgramJson;
import io.jrun.program.ProgramPrinter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows plans: which programs one consists of, and where each of them runs. */
public final class PlanPrinter {
  private PlanPrinter() {}

  /** The plan as text; with {@code calls} the system calls of each step too. */
  public static String print(LaunchPlan plan, boolean calls) {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("front: on the host", plan.claiming());
    if (plan.opening().isPresent()) {
      programs.put("front, when systemd has made the cgroup: on the host", plan.front());
    }
    programs.put("init: in the container", plan.init());
    return ProgramPrinter.print(programs, calls);
  }

  /** The plan of an exec in the same way. */
  public static String print(ExecPlan plan, boolean calls) {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("front: on the host", plan.front());
    programs.put("process: in the container", plan.process());
    return ProgramPrinter.print(programs, calls);
  }

  /** The plan as one line of JSON. */
  public static String json(LaunchPlan plan, boolean calls) {
    Map<String, Program> programs = new LinkedHashMap<>();
    plan.opening().ifPresent(opening -> programs.put("opening", opening));
    programs.put("front", plan.front());
    programs.put("init", plan.init());
    return ProgramJson.print(programs, calls);
  }
}
