// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;

/** What {@code pause} and {@code resume} do. */
public final class FreezeSteps {
  private FreezeSteps() {}

  /**
   * Freezes every process of the cgroup and of those below it, or lets them go on, and waits until
   * that is so. Source: cgroup-v2.rst, cgroup.freeze.
   *
   * @param patienceMs ETIMEDOUT after that long
   */
  public static void record(Recorder recorder, String cgroup, boolean frozen, long patienceMs) {
    recorder.step((frozen ? "freeze" : "thaw") + " cgroup " + cgroup);
    Fd events =
        recorder.openat(Fd.CWD, cgroup + "/cgroup.events", Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.failing(refusal(frozen)).until(events, frozen ? "frozen 0" : "frozen 1", 1);
    setFrozen(recorder, cgroup, frozen);
    recorder.until(events, frozen ? "frozen 1" : "frozen 0", patienceMs);
    recorder.close(events);
  }

  /** Asks for it without waiting. */
  public static void setFrozen(Recorder recorder, String cgroup, boolean frozen) {
    String value = frozen ? "1" : "0";
    Fd freeze =
        recorder.openat(Fd.CWD, cgroup + "/cgroup.freeze", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(freeze, Block.bytes(value.getBytes(StandardCharsets.US_ASCII), value));
    recorder.close(freeze);
  }

  /** What is said where there is nothing to be done, in words that engines match on. */
  public static String refusal(boolean frozen) {
    return frozen ? IdentityGuard.NOT_RUNNING : "container not paused";
  }
}
