// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.ProgramPrinter;
import io.jrun.program.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * When each step of a command began, by CLOCK_MONOTONIC, in three tracks: the core, the front,
 * init. Front and init report the first instruction of each step (docs/plan.md, flag TRACE); the
 * core's own time is what lies between them.
 */
public final class Trace {

  /** Who was at it. */
  public enum Track {
    CORE("core"),
    FRONT("front"),
    INIT("init");

    private final String word;

    Track(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /**
   * One step of one process.
   *
   * @param pointer the field of config.json it comes from; empty if from none
   * @param begin in nanoseconds of CLOCK_MONOTONIC
   * @param end where the next step of the same process began, or it ended
   * @param waits whether it is for another process, or for time: what it took is not its own
   */
  public record Span(
      Track track, String title, String pointer, long begin, long end, boolean waits) {
    public long nanoseconds() {
      return end - begin;
    }
  }

  /**
   * One instruction of a step: a system call, or what plans have in place of several.
   *
   * @param pointer the field of config.json that its step comes from; empty if from none
   * @param instruction its number in its program, as {@code jrun plan --syscalls} shows it
   * @param name the system call's or the composite's
   * @param begin in nanoseconds of CLOCK_MONOTONIC
   * @param error its errno, also of one that the program expected; 0: it succeeded
   */
  public record Call(
      Track track,
      String pointer,
      int instruction,
      String name,
      String text,
      long begin,
      long end,
      int error) {
    public long nanoseconds() {
      return end - begin;
    }
  }

  /** More than any program takes: what lies further off is another clock. */
  private static final long ANOTHER_CLOCK = 5_000_000_000L;

  private record Stamp(Track track, int step, long time) {}

  private record CallStamp(Track track, long begin, long end, int instruction, int error) {}

  private final List<Span> spans = new ArrayList<>();
  private final List<Stamp> stamps = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final List<CallStamp> callStamps = new ArrayList<>();
  private final boolean wantsCalls;
  private String coreTitle;
  private boolean coreWaits;
  private long coreBegan;
  private Program init;

  /** How far init's clock is ahead: it may be in a time namespace with offsets. */
  private long ahead;

  /**
   * A trace that begins with the core reading the command line.
   *
   * @param began System.nanoTime() of that moment, which is CLOCK_MONOTONIC
   * @param wantsCalls whether each instruction is told too
   */
  public Trace(long began, boolean wantsCalls) {
    this.wantsCalls = wantsCalls;
    coreTitle = "read, check and decide";
    coreBegan = began;
  }

  boolean wantsCalls() {
    return wantsCalls;
  }

  /** The core goes on with something else. */
  void core(String title, boolean waits) {
    long now = System.nanoTime();
    if (now > coreBegan) {
      spans.add(new Span(Track.CORE, coreTitle, "", coreBegan, now, coreWaits));
    }
    coreTitle = title;
    coreWaits = waits;
    coreBegan = now;
  }

  /** A report of the front's or of init's. */
  void stamp(boolean ofInit, int step, long time) {
    long now = System.nanoTime();
    if (ofInit && Math.abs(time - ahead - now) > ANOTHER_CLOCK) {
      ahead = time - now;
    }
    stamps.add(new Stamp(ofInit ? Track.INIT : Track.FRONT, step, ofInit ? time - ahead : time));
  }

  /** A report of an instruction that the front or init has carried out. */
  void call(boolean ofInit, long begin, long end, int instruction, int error) {
    long behind = ofInit ? ahead : 0;
    Track track = ofInit ? Track.INIT : Track.FRONT;
    callStamps.add(new CallStamp(track, begin - behind, end - behind, instruction, error));
  }

  /** The program has ended: its steps have names now. */
  void ended(Program program) {
    long now = System.nanoTime();
    if (!program.children().isEmpty()) {
      init = program.children().get(0);
    }
    for (Track track : List.of(Track.FRONT, Track.INIT)) {
      Program of = track == Track.FRONT ? program : init;
      Stamp last = null;
      for (Stamp each : stamps) {
        if (each.track() == track) {
          add(of, last, each.time());
          last = each;
        }
      }
      // Init goes on without being heard, or has become the program.
      add(of, last, track == Track.FRONT || last == null ? now : last.time());
    }
    stamps.clear();
    for (CallStamp each : callStamps) {
      add(each.track() == Track.FRONT ? program : init, each);
    }
    callStamps.clear();
    core("decide how to go on", false);
  }

  private void add(Program program, Stamp stamp, long end) {
    if (program == null || stamp == null || stamp.step() >= program.steps().size()) {
      return;
    }
    Step step = program.steps().get(stamp.step());
    boolean waits =
        program.instructions().stream()
            .filter(each -> each.step() == stamp.step())
            .map(Instruction::op)
            .anyMatch(op -> op == Op.AWAIT || op == Op.RELAY || op == Op.HOOK || op == Op.UNTIL);
    spans.add(
        new Span(
            stamp.track(),
            step.title(),
            step.pointer(),
            stamp.time(),
            Math.max(end, stamp.time()),
            waits));
  }

  private void add(Program program, CallStamp stamp) {
    if (program == null
        || stamp.instruction() < 0
        || stamp.instruction() >= program.instructions().size()) {
      return;
    }
    Instruction instruction = program.instructions().get(stamp.instruction());
    calls.add(
        new Call(
            stamp.track(),
            program.steps().get(instruction.step()).pointer(),
            stamp.instruction(),
            instruction.name(),
            ProgramPrinter.show(instruction),
            stamp.begin(),
            stamp.end(),
            stamp.error()));
  }

  /** The instructions until now, in the order in which each process came to them. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Everything until now, by its beginning. */
  public List<Span> spans() {
    core("", false);
    List<Span> out = new ArrayList<>(spans);
    out.sort((a, b) -> Long.compare(a.begin(), b.begin()));
    return out;
  }
}
