// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.HookSpec;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.linux.Errno;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The hooks that run on the host beside the program of a container and after it; those before it
 * are part of its launch.
 */
public final class RuntimeHooks {
  private RuntimeHooks() {}

  /**
   * Runs the poststart hooks.
   *
   * @throws ContainerException if one fails: then the container is to be destroyed, by the caller
   */
  public static void poststart(
      Session session, Recorder recorder, ContainerState running, ContainerSpec spec) {
    if (spec.hooks().poststart().isEmpty()) {
      return;
    }
    recorder.step("go to the bundle");
    recorder.chdir(running.location().bundle());
    byte[] state =
        StateDocument.forHook(running, "running", Long.toString(running.init().pid()))
            .getBytes(StandardCharsets.UTF_8);
    HookSteps.record(recorder, "poststart", spec.hooks().poststart(), state, null);
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(Failures.describe(outcome));
    }
  }

  /** They run whatever becomes of the others; failures are warnings. Source: runtime.md, 13. */
  public static void poststop(
      Session session, Recorder first, ContainerState state, ContainerSpec spec) {
    byte[] document = StateDocument.forHook(state, "stopped", "").getBytes(StandardCharsets.UTF_8);
    Recorder recorder = first;
    for (HookSpec hook : spec.hooks().poststop()) {
      recorder.step("go to the bundle");
      recorder.ignoring(Errno.ENOENT, Errno.ENOTDIR).chdir(state.location().bundle());
      HookSteps.record(recorder, "poststop", List.of(hook), document, null);
      Outcome outcome = session.front().run(recorder.program());
      if (!outcome.succeeded()) {
        session.notices().warn(Failures.describe(outcome));
      }
      recorder = recorder.next();
    }
  }
}
