// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.Program;
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

  /** More than any program takes: what lies further off is another clock. */
  private static final long ANOTHER_CLOCK = 5_000_000_000L;

  private record Stamp(Track track, int step, long time) {}

  private final List<Span> spans = new ArrayList<>();
  private final List<Stamp> stamps = new ArrayList<>();
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
   */
  public Trace(long began) {
    coreTitle = "read, check and decide";
    coreBegan = began;
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

  /** Everything until now, by its beginning. */
  public List<Span> spans() {
    core("", false);
    List<Span> out = new ArrayList<>(spans);
    out.sort((a, b) -> Long.compare(a.begin(), b.begin()));
    return out;
  }
}
