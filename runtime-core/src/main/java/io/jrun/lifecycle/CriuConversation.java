// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuAnswer;
import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuLog;
import io.jrun.checkpoint.CriuNotification;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.container.ContainerSpec;
import io.jrun.container.MountSpec;
import io.jrun.failure.ContainerException;
import io.jrun.host.Rootless;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Procfs;
import io.jrun.plan.Rights;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is said between a CRIU that {@link CriuStart} has started and this core: the front has the
 * socket, so each message is a program of its own. One request is made, after the question for the
 * version.
 */
public final class CriuConversation {
  private static final byte[] GO_ON = CriuRequest.acknowledgement(true);

  private final Session session;
  private final CriuProcess criu;
  private final CriuCommand command;
  private final Outcome started;
  private final int version;

  /** The answer to the request, where that was made as CRIU was started. */
  private final Optional<CriuAnswer> early;

  /** Not in the middle of a dump, and not when it is done and about to end. */
  private boolean mayBeKilled = true;

  /** What is done at CRIU's notifications; each has to be done before CRIU goes on. */
  public interface Listener<T> {
    /**
     * Does it.
     *
     * @param before what came of the notifications before
     * @param descriptor that came along, now the front's
     * @return what has come of all of them
     * @throws ContainerException if CRIU is to give up
     */
    T on(T before, CriuAnswer notification, Optional<Fd> descriptor);

    /** At which nothing is to be done: the front acknowledges them. */
    default List<CriuNotification> unheard() {
      return NONE;
    }

    List<CriuNotification> NONE = List.of();
  }

  /** The last answer, and what came of the notifications before it. */
  public record Answered<T>(CriuAnswer answer, T result) {}

  CriuConversation(
      Session session,
      CriuProcess criu,
      CriuCommand command,
      Outcome started,
      int version,
      Optional<CriuAnswer> early) {
    this.session = session;
    this.criu = criu;
    this.command = command;
    this.started = started;
    this.version = version;
    this.early = early;
  }

  /** Makes a request. */
  static void send(Recorder recorder, Fd socket, CriuRequest request) {
    String what = "to " + request.type().name().toLowerCase(Locale.ROOT);
    CriuSteps.send(recorder, socket, request.toBytes(), what);
  }

  /** Waits for the answer, or a notification; those of {@code unheard}, if none all, go on. */
  static void receiveAnswer(Recorder recorder, Fd socket, List<CriuNotification> unheard) {
    CriuSteps.receiveAnswer(recorder, socket, unheard, GO_ON);
  }

  /** As the front sees it. */
  public long pid() {
    return started.number(ReportTag.PID).orElseThrow();
  }

  /** 30000 for 3.0; of one that is known, at least what it is. */
  public int version() {
    return version;
  }

  /** What came of the program that started it. */
  public Outcome started() {
    return started;
  }

  /** What CRIU needs root's rights for, which is all of it. */
  public static void requireRoot(Session session, String verb) {
    if (Rootless.rights(session.front().caller()) != Rights.ROOT) {
      throw new ContainerException(
          verb + ": only root of the first user namespace can: CRIU needs its rights");
    }
  }

  /**
   * Refuses what CRIU would restore otherwise than it was: a bind is made again of its source, and
   * with the ids that the files have there.
   */
  public static void requireRestorable(ContainerSpec spec) {
    for (MountSpec each : spec.mounts()) {
      if (each.idmap().isPresent()) {
        throw new ContainerException(
            each.pointer()
                + ": CRIU restores an idmapped mount without its mappings: use a mount that has none");
      }
    }
  }

  /** The host's CRIU, which a checkpoint or a restore needs. */
  public static CriuCommand command(Session session) {
    return CriuCommand.find(session.front().caller().environment())
        .orElseThrow(() -> new ContainerException("criu is not there: " + CriuCommand.REMEDY));
  }

  /** What CRIU and the kernel can do together. */
  public CriuAnswer.Features features() {
    CriuSteps.send(
        criu.recorder(), criu.socket(), CriuRequest.features(), "to tell what it can do");
    return this.<Object>exchange(null, null).answer().features();
  }

  /**
   * Makes the request, and does what its notifications ask for.
   *
   * @param log path of CRIU's log, by whatever name this core finds it
   * @param first what has come of no notification
   * @param listener null: nothing is done at any notification, and the front acknowledges them
   * @return the answer to the request
   * @throws ContainerException if CRIU has failed, or a notification's work
   */
  public <T> Answered<T> ask(CriuRequest request, Log log, T first, Listener<T> listener) {
    Answered<T> answered;
    if (early.isPresent()) {
      answered = new Answered<>(early.get(), first);
    } else {
      mayBeKilled = request.type() == CriuRequest.Type.RESTORE;
      criu.standstill().ifPresent(each -> each.begin(criu.recorder()));
      send(criu.recorder(), criu.socket(), request);
      answered = exchange(first, listener);
    }
    mayBeKilled = false;
    if (!answered.answer().success()) {
      throw new ContainerException(describe(request, answered.answer(), log));
    }
    return answered;
  }

  /**
   * CRIU's log.
   *
   * @param found where this core finds it
   * @param named how the caller knows it
   */
  public record Log(String found, String named) {}

  /**
   * Hears what CRIU says to what was sent, until it is an answer.
   *
   * @param listener null: nothing is done at any notification
   */
  private <T> Answered<T> exchange(T first, Listener<T> listener) {
    T result = first;
    ContainerException failure = null;
    while (true) {
      if (listener != null && (listener.unheard().isEmpty() || failure != null)) {
        CriuSteps.receive(criu.recorder(), criu.socket());
      } else {
        List<CriuNotification> unheard = listener == null ? Listener.NONE : listener.unheard();
        receiveAnswer(criu.recorder(), criu.socket(), unheard);
      }
      Outcome outcome = criu.run();
      CriuAnswer answer = read(command, outcome);
      if (!answer.isNotification()) {
        if (failure != null) {
          throw failure;
        }
        return new Answered<>(answer, result);
      }
      try {
        session.notices().debug("criu: " + answer.script());
        result = listener.on(result, answer, outcome.number(ReportTag.CRIU_DESCRIPTOR).map(Fd::of));
        carryOut();
      } catch (ContainerException e) {
        // CRIU is told, and gives up in good order.
        failure = failure == null ? e : failure;
        criu.forget();
      }
      byte[] acknowledgement = CriuRequest.acknowledgement(failure == null);
      CriuSteps.send(criu.recorder(), criu.socket(), acknowledgement, "to go on");
    }
  }

  /** By itself: what fails of it is no failure of the conversation. */
  private void carryOut() {
    if (criu.recorder().size() > 0) {
      criu.run();
    }
  }

  /** For what is done at a notification: registers live on. */
  public Recorder between() {
    return criu.recorder();
  }

  static CriuAnswer read(CriuCommand command, Outcome outcome) {
    byte[] bytes = outcome.bytes(ReportTag.CRIU);
    if (bytes.length == 0) {
      throw new ContainerException(command.path() + " ended without an answer");
    }
    try {
      return CriuAnswer.read(bytes);
    } catch (IllegalArgumentException e) {
      throw new ContainerException(
          command.path() + " gave an answer that is none: " + e.getMessage(), e);
    }
  }

  private static String describe(CriuRequest request, CriuAnswer answer, Log log) {
    String reason = CriuLog.reason(Procfs.read(log.found()).orElse(""));
    if (reason.isEmpty()) {
      reason = answer.message();
    }
    return "criu failed: type "
        + request.type()
        + (answer.errno() == 0 ? "" : ": " + Errno.words(answer.errno()))
        + (reason.isEmpty() ? "" : ": " + reason)
        + CriuLog.remedy(reason)
        + ": log file: "
        + log.named();
  }

  /**
   * Lets it end, and waits for that. One that is at work is killed, unless it has processes of a
   * container in its hands: it gives up when it finds that nobody listens.
   */
  public void end() {
    criu.end(mayBeKilled);
  }
}
