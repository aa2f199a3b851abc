// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuAnswer;
import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Fd;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * How a conversation with CRIU begins: the program that starts it, asks for its version, and, of a
 * version that is known to be new enough, makes a request and hears the answer at once.
 */
public final class CriuStart {
  private final Session session;
  private final Recorder recorder;
  private final CriuSteps.Start how;

  /** {@code recorder}: of the program that starts it. */
  public CriuStart(Session session, Recorder recorder, CriuSteps.Start how) {
    this.session = session;
    this.recorder = recorder;
    this.how = how;
  }

  /**
   * Starts it and makes sure of its version.
   *
   * @param passed what it is given beside the socket
   * @throws ContainerException if it cannot be started, or is too old; then it has ended
   */
  public CriuConversation begin(List<Fd> passed) {
    return begin(passed, Optional.empty(), Optional.empty());
  }

  /**
   * Starts it for a dump, and makes sure of its version.
   *
   * @param standstill of the container, from when the request is made to the end
   * @param along a request at whose notifications nothing is to be done: of a CRIU that is known it
   *     is made in the same program, and {@link CriuConversation#ask} has the answer
   * @throws ContainerException if it cannot be started, or is too old; then it has ended
   */
  public CriuConversation begin(Optional<Standstill> standstill, Optional<CriuRequest> along) {
    List<Fd> passed = standstill.map(each -> List.of(each.channel())).orElse(List.of());
    return begin(passed, standstill, along);
  }

  private CriuConversation begin(
      List<Fd> passed, Optional<Standstill> standstill, Optional<CriuRequest> along) {
    CriuSteps.Started registers = CriuSteps.start(recorder, how, passed);
    Fd socket = registers.socket();
    recorder.report(ReportTag.PID, registers.process().pid());
    CriuSteps.send(recorder, socket, CriuRequest.version(), "to tell its version");
    // Where the request does not go along, registers are as they are here.
    CriuProcess criu = new CriuProcess(session, registers, standstill, recorder.next());
    if (along.isPresent()) {
      goAlong(registers, standstill, along.get());
    } else {
      CriuSteps.receive(recorder, socket);
    }
    try {
      return listen(criu, session.run(recorder));
    } catch (ContainerException e) {
      // In the middle of a dump it has processes of the container in its hands.
      criu.end(along.isEmpty());
      throw e;
    }
  }

  /** Makes the request if CRIU is known, and lets CRIU end. */
  private void goAlong(
      CriuSteps.Started registers, Optional<Standstill> standstill, CriuRequest request) {
    Label unknown = new Label();
    CriuSteps.receiveVersion(recorder, registers.socket(), unknown);
    standstill.ifPresent(each -> each.begin(recorder));
    CriuConversation.send(recorder, registers.socket(), request);
    CriuConversation.receiveAnswer(recorder, registers.socket(), List.of());
    CriuSteps.end(recorder, registers, false);
    standstill.ifPresent(each -> each.end(recorder));
    recorder.place(unknown);
  }

  private CriuConversation listen(CriuProcess criu, Outcome started) {
    CriuCommand command = how.command();
    CriuAnswer first = CriuConversation.read(command, started);
    if (first.type() == CriuRequest.Type.VERSION.number()) {
      requireVersion(command, first);
      return new CriuConversation(
          session, criu, command, started, first.version(), Optional.empty());
    }
    criu.hasEnded();
    int atLeast = CriuCommand.LOCKS_NOTHING;
    return new CriuConversation(session, criu, command, started, atLeast, Optional.of(first));
  }

  private static void requireVersion(CriuCommand command, CriuAnswer answer) {
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
}
