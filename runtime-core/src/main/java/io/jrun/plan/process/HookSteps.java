// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.HookSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Hooks as steps. A hook gets exactly its own environment and the container's state on stdin; a
 * status other than 0 stops the program. A startContainer hook is in the process's place: it has
 * the process's umask, and its environment too if it has none of its own.
 */
public final class HookSteps {
  /** Room for a pid's digits in the state document. */
  public static final int PID_WIDTH = 10;

  /** What stands in the state document where the pid goes. */
  public static final String PID_ROOM = " ".repeat(PID_WIDTH);

  /** What hooks may not give others in the files they make: write access. Init and front have 0. */
  private static final long UMASK = 022;

  private HookSteps() {}

  /** {@code state} has {@link #PID_ROOM} where the pid is to be written. */
  public static void record(
      Recorder recorder, String kind, List<HookSpec> hooks, byte[] state, Pid pid) {
    record(recorder, kind, hooks, state, pid, null);
  }

  /** {@code inherited}: the environment of hooks that have none of their own; null: nothing. */
  public static void record(
      Recorder recorder,
      String kind,
      List<HookSpec> hooks,
      byte[] state,
      Pid pid,
      Block inherited) {
    Block stdin = stdin(state, pid); // one for all: it may be as long as the document
    for (int i = 0; i < hooks.size(); i++) {
      HookSpec hook = hooks.get(i);
      recorder.step("run " + kind + " hook #" + i + " " + hook.path(), hook.pointer());
      if (i == 0 && inherited == null) {
        recorder.umask(UMASK);
      }
      FailureText failure =
          FailureText.words("error running " + kind + " hook #" + i + ": ").andHook();
      Value status =
          recorder
              .failing(failure)
              .hook(
                  hook.path(),
                  hook.args(),
                  environment(hook, inherited),
                  stdin,
                  hook.timeoutMs(),
                  ReportTag.OUTPUT);
      recorder.report(ReportTag.STATUS, status);
      recorder.failing(failure).test(status, -1L, 0, Errno.EIO);
      recorder.free(status);
      if (i == hooks.size() - 1 && inherited == null) {
        recorder.umask(0);
      }
    }
  }

  private static Block environment(HookSpec hook, Block inherited) {
    if (hook.env().isEmpty() && inherited != null) {
      return inherited;
    }
    List<String> own = hook.env().orElse(List.of());
    return Block.vector(own, "[" + own.size() + " variables]");
  }

  private static Block stdin(byte[] state, Pid pid) {
    Block block = Block.bytes(state, "state, " + state.length + " bytes");
    int at = new String(state, StandardCharsets.ISO_8859_1).indexOf(":" + PID_ROOM);
    return at < 0 || pid == null ? block : block.patch(at + 1, Block.FIRST_DIGITS, pid);
  }
}
