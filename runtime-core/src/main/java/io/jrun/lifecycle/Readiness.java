// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.ContainerSpec;
import io.jrun.failure.Failures;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.UnixSocket;
import io.jrun.plan.NotifySocket;
import io.jrun.plan.front.ReadinessSteps;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A container that tells when it is ready, and a caller who is told: sd_notify(3). The container
 * has a socket of its own for that; of what it says one line is passed on, and with it who it is.
 * See docs/adr/0017.
 */
public final class Readiness {
  private static final String READY = "READY=1";

  private final String target;
  private final Fd socket;
  private final Fd pidfd;

  private Readiness(String target, Fd socket, Fd pidfd) {
    this.target = target;
    this.socket = socket;
    this.pidfd = pidfd;
  }

  /** What a container is to tell by, if the caller has a socket to be told at. */
  static Optional<NotifySocket> offer(
      Session session, ContainerSpec spec, String stateDirectory, boolean detaches) {
    if (target(session).isEmpty()) {
      return Optional.empty();
    }
    if (!detaches && spec.process().terminal().isPresent()) {
      session
          .notices()
          .warn(
              "NOTIFY_SOCKET: a run at a terminal passes no readiness on: run --detach does, and"
                  + " start");
      return Optional.empty();
    }
    return Optional.of(new NotifySocket(ReadinessSteps.directory(stateDirectory)));
  }

  /** The same again, for a container that was offered one. */
  static Optional<NotifySocket> recall(LaunchRecord launch, String stateDirectory) {
    return launch.is(LaunchRecord.Mark.NOTIFY)
        ? Optional.of(new NotifySocket(ReadinessSteps.directory(stateDirectory)))
        : Optional.empty();
  }

  /** Whether anybody is told of a container: it was offered a socket and the caller has one. */
  public static boolean isWanted(Session session, ContainerState state) {
    return state.launch().is(LaunchRecord.Mark.NOTIFY) && target(session).isPresent();
  }

  private static Optional<String> target(Session session) {
    Optional<String> given = session.front().caller().variable("NOTIFY_SOCKET");
    return given.isPresent() && isAddress(given.get()) ? given : Optional.empty();
  }

  private static boolean isAddress(String path) {
    return (path.startsWith("/") || path.startsWith("@"))
        && path.getBytes(StandardCharsets.UTF_8).length <= UnixSocket.MAX_PATH;
  }

  /** Listens from here on; {@code init} is the process whose end ends the wait. */
  public static Readiness listen(
      Session session, Recorder recorder, String stateDirectory, Fd init) {
    Fd socket = ReadinessSteps.listen(recorder, stateDirectory);
    return new Readiness(target(session).orElseThrow(), socket, init);
  }

  /**
   * Waits until the container is ready or has ended, and passes on that it is ready. It runs
   * whatever comes of that: what goes wrong is a warning.
   *
   * @param recorder of a program that has the registers
   * @param directory the locked state directory: others may use the container meanwhile
   */
  public void passOn(Session session, Recorder recorder, Fd directory, ContainerState running) {
    ReadinessSteps.unlock(recorder, directory);
    Recorder next = recorder;
    while (true) {
      ReadinessSteps.await(next, socket, pidfd);
      Outcome outcome = session.front().run(next.program());
      next = next.next();
      boolean ended = outcome.number(ReportTag.ENDED).orElse(1L) != 0;
      String said = new String(outcome.bytes(ReportTag.NOTIFICATION), StandardCharsets.UTF_8);
      if (outcome.succeeded() && isReady(said)) {
        break;
      }
      if (!outcome.succeeded() || ended && said.isEmpty()) {
        session.notices().debug("the container has not said that it is ready");
        return;
      }
    }
    tell(session, next, running.init().pid());
  }

  /**
   * The same in the foreground: signals are passed on meanwhile, and the manager is told of the
   * front, which is there as long as the container.
   *
   * @return the outcome that has init's wait status, or a failure, if that came first
   */
  public Optional<Outcome> passOnRelaying(Session session, Recorder recorder, Pid init) {
    Recorder next = recorder;
    while (true) {
      ReadinessSteps.awaitRelaying(next, socket, init, pidfd);
      Outcome outcome = session.front().run(next.program());
      next = next.next();
      if (!outcome.succeeded() || outcome.number(ReportTag.STATUS).isPresent()) {
        return Optional.of(outcome);
      }
      if (isReady(new String(outcome.bytes(ReportTag.NOTIFICATION), StandardCharsets.UTF_8))) {
        tell(session, next, session.front().caller().pid());
        return Optional.empty();
      }
    }
  }

  private static boolean isReady(String said) {
    return said.lines().anyMatch(READY::equals);
  }

  private void tell(Session session, Recorder recorder, long pid) {
    ReadinessSteps.tell(recorder, target, "MAINPID=" + pid + "\n" + READY + "\n");
    Outcome told = session.front().run(recorder.program());
    if (!told.succeeded()) {
      session.notices().warn("NOTIFY_SOCKET: " + Failures.describe(told));
    }
  }
}
