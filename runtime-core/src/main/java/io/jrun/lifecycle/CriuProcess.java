// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuSteps;
import io.jrun.linux.Fd;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * A CRIU that the front has as a child, and the program that the front is at: registers live on
 * from one to the next, so whoever does something between two messages records it here. Owns CRIU's
 * end, and what has to be as it was before when it has ended: the container goes on, and the
 * hierarchy of cgroups has its options.
 */
final class CriuProcess {
  private final Session session;
  private final CriuSteps.Started registers;
  private final Optional<Standstill> standstill;
  private final HierarchyOptions options = HierarchyOptions.read();
  private Recorder recorder;
  private boolean hasEnded;

  /**
   * One that is about to be started.
   *
   * @param standstill of the container that it works on, which ends with it
   * @param recorder of the program after the one that starts it
   */
  CriuProcess(
      Session session,
      CriuSteps.Started registers,
      Optional<Standstill> standstill,
      Recorder recorder) {
    this.session = session;
    this.registers = registers;
    this.standstill = standstill;
    this.recorder = recorder;
  }

  Fd socket() {
    return registers.socket();
  }

  Optional<Standstill> standstill() {
    return standstill;
  }

  /** Of the program that is run next. */
  Recorder recorder() {
    return recorder;
  }

  /**
   * Runs what was recorded.
   *
   * @throws io.jrun.failure.ContainerException if it fails
   */
  Outcome run() {
    Recorder done = recorder;
    recorder = recorder.next();
    return session.run(done);
  }

  /** What was recorded is not run: whoever recorded it has failed on the way. */
  void forget() {
    recorder = recorder.next();
  }

  /** Lets it end and waits for that, if it has not ended yet; {@code kills}: it is killed. */
  void end(boolean kills) {
    if (!hasEnded) {
      Recorder last = recorder.next();
      CriuSteps.end(last, registers, kills);
      standstill.ifPresent(each -> each.end(last));
      recorder = last.next();
      session.front().run(last.program());
      hasEnded();
    }
  }

  /** The program that started it has seen its end. */
  void hasEnded() {
    hasEnded = true;
    options.keep(session, recorder);
    recorder = recorder.next();
  }
}
