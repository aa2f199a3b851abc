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
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A CRIU that runs, and what is said between it and this core: the front has the socket, so each
 * message is a program of its own. One request is made of it, after the question for its version.
 */
public final class CriuConversation {
  private static final byte[] GO_ON = CriuRequest.acknowledgement(true);

  private final Session session;
  private final CriuSteps.Started criu;
  private final CriuCommand command;
  private final Optional<Standstill> standstill;
  private final HierarchyOptions options = HierarchyOptions.read();
  private Recorder recorder;
  private Outcome started;
  private long pid;
  private int version;
  private boolean hasEnded;

  /** The answer to what went along. */
  private Optional<CriuAnswer> made = Optional.empty();

  /** Whether it can be killed without harm: not in the middle of a dump. */
  private boolean isHarmless = true;

  private boolean hasAnswered;

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

  /** Records its start, and what goes along. */
  private CriuConversation(
      Session session,
      Recorder starting,
      CriuSteps.Start how,
      List<Fd> passed,
      Optional<Standstill> standstill,
      Optional<CriuRequest> along) {
    this.session = session;
    this.command = how.command();
    this.standstill = standstill;
    criu = CriuSteps.start(starting, how, passed);
    Fd socket = criu.socket();
    starting.report(ReportTag.PID, criu.process().pid());
    CriuSteps.send(starting, socket, CriuRequest.version(), "to tell its version");
    // Where the request does not go along, registers are as they are here.
    recorder = starting.next();
    if (along.isEmpty()) {
      CriuSteps.receive(starting, socket);
      return;
    }
    isHarmless = false;
    Label unknown = new Label();
    CriuSteps.receiveVersion(starting, socket, unknown);
    standstill.ifPresent(each -> each.begin(starting));
    CriuSteps.send(starting, socket, along.get().toBytes(), purpose(along.get()));
    CriuSteps.receiveAnswer(starting, socket, Listener.NONE, GO_ON);
    CriuSteps.end(starting, criu, false);
    standstill.ifPresent(each -> each.end(starting));
    starting.place(unknown);
  }

  private static String purpose(CriuRequest request) {
    return "to " + request.type().name().toLowerCase(Locale.ROOT);
  }

  /** As the front sees it. */
  public long pid() {
    return pid;
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

  /**
   * Starts it and makes sure of its version.
   *
   * @param recorder of the program that starts it
   * @param passed what it is given beside the socket
   */
  public static CriuConversation begin(
      Session session, Recorder recorder, CriuSteps.Start how, List<Fd> passed) {
    CriuConversation out =
        new CriuConversation(session, recorder, how, passed, Optional.empty(), Optional.empty());
    out.start(recorder);
    return out;
  }

  /**
   * Starts it for a dump, and makes sure of its version.
   *
   * @param recorder of the program that starts it
   * @param standstill of the container, from when the request is made to the end
   * @param along a request at whose notifications nothing is to be done: of a CRIU that is known it
   *     is made in the same program, and {@link #ask} has the answer
   */
  public static CriuConversation begin(
      Session session,
      Recorder recorder,
      CriuSteps.Start how,
      Optional<Standstill> standstill,
      Optional<CriuRequest> along) {
    List<Fd> passed = standstill.map(each -> List.of(each.channel())).orElse(List.of());
    CriuConversation out = new CriuConversation(session, recorder, how, passed, standstill, along);
    out.start(recorder);
    return out;
  }

  private void start(Recorder starting) {
    try {
      started = session.run(starting);
      pid = started.number(ReportTag.PID).orElseThrow();
      CriuAnswer first = read(started);
      if (first.type() == CriuRequest.Type.VERSION.number()) {
        version = first.version();
        requireVersion(first);
      } else {
        version = CriuCommand.LOCKS_NOTHING;
        made = Optional.of(first);
        hasEnded = true;
        keepOptions();
      }
    } catch (ContainerException e) {
      end();
      throw e;
    }
  }

  private void requireVersion(CriuAnswer answer) {
    if (answer.version() < CriuCommand.OLDEST) {
      throw new ContainerException(
          command.path()
              + " is version "
              + answer.version() / 10_000
              + "."
              + answer.version() / 100 % 100
              + ", too old: "
              + CriuCommand.REMEDY);
    }
  }

  /** What CRIU and the kernel can do together. */
  public CriuAnswer.Features features() {
    byte[] message = CriuRequest.features();
    return this.<Object>exchange(message, "to tell what it can do", null, null).answer().features();
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
    isHarmless = request.type() == CriuRequest.Type.RESTORE;
    Answered<T> answered;
    if (made.isPresent()) {
      answered = new Answered<>(made.get(), first);
    } else {
      standstill.ifPresent(each -> each.begin(recorder));
      answered = exchange(request.toBytes(), purpose(request), first, listener);
    }
    hasAnswered = true;
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

  /** {@code listener} null: nothing is done at any notification. */
  private <T> Answered<T> exchange(byte[] message, String what, T first, Listener<T> listener) {
    CriuSteps.send(recorder, criu.socket(), message, what);
    T result = first;
    ContainerException failure = null;
    while (true) {
      if (listener != null && (listener.unheard().isEmpty() || failure != null)) {
        CriuSteps.receive(recorder, criu.socket());
      } else {
        List<CriuNotification> unheard = listener == null ? Listener.NONE : listener.unheard();
        CriuSteps.receiveAnswer(recorder, criu.socket(), unheard, GO_ON);
      }
      Outcome outcome = session.run(recorder);
      recorder = recorder.next();
      CriuAnswer answer = read(outcome);
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
        recorder = recorder.next();
      }
      byte[] acknowledgement = CriuRequest.acknowledgement(failure == null);
      CriuSteps.send(recorder, criu.socket(), acknowledgement, "to go on");
    }
  }

  /** By itself: what fails of it is no failure of the conversation. */
  private void carryOut() {
    if (recorder.size() > 0) {
      Recorder done = recorder;
      recorder = recorder.next();
      session.run(done);
    }
  }

  /** For what is done at a notification: registers live on. */
  public Recorder between() {
    return recorder;
  }

  private CriuAnswer read(Outcome outcome) {
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
        + ": log file: "
        + log.named();
  }

  /**
   * Lets it end, and waits for that. One that is at work is killed, unless it has processes of a
   * container in its hands: it gives up when it finds that nobody listens.
   */
  public void end() {
    if (!hasEnded) {
      hasEnded = true;
      Recorder last = recorder.next();
      CriuSteps.end(last, criu, isHarmless && !hasAnswered);
      standstill.ifPresent(each -> each.end(last));
      recorder = last.next();
      session.front().run(last.program());
      keepOptions();
    }
  }

  private void keepOptions() {
    options.keep(session, recorder);
    recorder = recorder.next();
  }
}
