// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.Optional;

/**
 * The start gate: where the init of a created container waits, and what it may meet there: a start,
 * or a signal that ends it. See docs/adr/0005.
 *
 * <p>The first process of a pid namespace is spared by every signal whose action is the default
 * one, but for KILL. So such signals are blocked, from before the container is on record until the
 * gate opens, and init ends itself when there is one, with the code that a shell has for it.
 * Elsewhere the kernel ends it. A filter with a listener is loaded before the gate, and need not
 * permit what this takes: then it is left out.
 */
final class GateSteps {
  private final Recorder k;
  private final boolean noticesSignals;
  private final Fd exec;
  private final Fd start;
  private final Label ended = new Label();
  private Fd signals;

  /**
   * Opens both ends, while the host's tree is still the root. A FIFO that is open for reading is
   * what says "waiting": a start that finds no reader gets ENXIO and does not hang. The other one
   * is open for both, so that neither end waits for a peer.
   */
  GateSteps(Recorder k, ContainerSpec spec, LaunchOptions options) {
    this.k = k;
    Optional<SeccompSpec> seccomp = spec.restrictions().seccomp();
    boolean isFiltered = seccomp.isPresent() && seccomp.get().listener().isPresent();
    this.noticesSignals = spec.namespaces().isPrivate(NamespaceType.PID) && !isFiltered;
    k.step("open the start gate");
    exec =
        k.openat(
            Fd.CWD,
            options.stateDirectory() + "/" + StateSteps.EXEC_FIFO,
            Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    start =
        k.openat(
            Fd.CWD,
            options.stateDirectory() + "/" + StateSteps.START_FIFO,
            Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
  }

  /** Init's channel from the start on. */
  Fd channel() {
    return start;
  }

  /** Before anybody may take the container for created: no signal is lost then. */
  void noticeSignals() {
    if (noticesSignals) {
      k.step("have signals wait");
      k.blockSignals(Signal.ENDING);
      signals = k.signalfd(Signal.ENDING);
    }
  }

  void await() {
    k.step("wait for start");
    k.channel(start);
    Block poll = Block.struct(noticesSignals ? 16 : 8, "{" + exec.show() + ", POLLIN}");
    poll.patch(0, 4, exec).u16(4, (int) Linux.POLLIN);
    if (noticesSignals) {
      poll.patch(8, 4, signals).u16(12, (int) Linux.POLLIN);
      k.poll(poll, 2);
      k.on(Errno.EINTR, ended).check(poll, 14, 2, -1L, 0, Errno.EINTR);
    } else {
      k.poll(poll, 1);
    }
    Block go = Block.room(8);
    k.read(exec, go);
    k.failing("the start was broken off").check(go, 0, 1, 0xff, 1, Errno.EPIPE);
    if (noticesSignals) {
      k.blockSignals(0);
    }
  }

  /** The end of the program, for who has met a signal. */
  void endBySignal() {
    if (!noticesSignals) {
      return;
    }
    k.step("end by the signal that has come");
    k.place(ended);
    Block info = Block.room(Linux.SIGNALFD_SIGINFO_SIZE);
    k.free(k.readAll(signals, info));
    Value signal = k.load(info, 0, 4);
    k.exitAs(signal);
  }
}
