// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Signal;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;

/**
 * The start gate: where the init of a created container waits, and what it may meet there: a start,
 * or a signal that ends it. See docs/adr/0005.
 *
 * <p>The first process of a pid namespace is spared by every signal whose action is the default
 * one, but for KILL. So such signals are handled, from before the container is on record until the
 * gate opens, and init ends with the code that a shell has for it. Elsewhere the kernel ends it.
 */
final class GateSteps {
  private final Recorder recorder;
  private final boolean noticesSignals;
  private final Fd exec;
  private final Fd start;

  /**
   * Opens both ends, while the host's tree is still the root. A FIFO that is open for reading is
   * what says "waiting": a start that finds no reader gets ENXIO and does not hang. The other one
   * is open for both, so that neither end waits for a peer.
   */
  GateSteps(Recorder recorder, ContainerSpec spec, LaunchOptions options) {
    this.recorder = recorder;
    this.noticesSignals = spec.namespaces().isPrivate(NamespaceType.PID);
    recorder.step("open the start gate");
    exec =
        recorder.openat(
            Fd.CWD,
            options.stateDirectory() + "/" + StateSteps.EXEC_FIFO,
            Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    start =
        recorder.openat(
            Fd.CWD,
            options.stateDirectory() + "/" + StateSteps.START_FIFO,
            Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
  }

  /** Init's channel from the start on. */
  Fd channel() {
    return start;
  }

  /**
   * Before anybody may take the container for created: no signal is lost then. And before there is
   * a filter of system calls, which need not permit what this takes.
   */
  void noticeSignals() {
    if (noticesSignals) {
      recorder.step("notice signals");
      recorder.ends(Recorder.Ends.LATER, Signal.ENDING);
    }
  }

  void await() {
    recorder.step("wait for start");
    recorder.channel(start);
    if (noticesSignals) {
      recorder.ends(Recorder.Ends.AT_ONCE, 0);
    }
    Block poll = Block.struct(8, "{" + exec.show() + ", POLLIN}");
    recorder.poll(poll.patch(0, 4, exec).u16(4, (int) Linux.POLLIN), 1);
    Block go = Block.room(8);
    recorder.read(exec, go);
    recorder.failing("the start was broken off").check(go, 0, 1, 0xff, 1, Errno.EPIPE);
    if (noticesSignals) {
      recorder.ends(Recorder.Ends.NEVER, 0);
    }
  }
}
