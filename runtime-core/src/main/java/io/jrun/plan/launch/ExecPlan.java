// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.program.Program;
import io.jrun.program.Recorder;

/**
 * The program of an exec, as {@link ExecSteps} makes it, whole.
 *
 * @param front what the front runs, with the process's program inside it
 */
public record ExecPlan(Program front) {
  public static ExecPlan compile(ExecInput input) {
    Recorder recorder = new Recorder();
    ExecSteps.finish(ExecSteps.begin(recorder, input), input);
    return new ExecPlan(recorder.program());
  }

  /** What the exec process runs. */
  public Program process() {
    return front.children().get(0);
  }
}
