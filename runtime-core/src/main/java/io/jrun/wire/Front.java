// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.program.Instruction;
import io.jrun.program.Mark;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.Sink;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The core's side of the conversation with one front: its context, programs to run, bytes to print,
 * the code to exit with. One thread at a time, but for {@link #sayWorking}.
 */
public final class Front {
  private static final int HEADER_SIZE = 8;
  private static final int MAX_FRAME = 64 << 20;
  private static final int RESULT_SIZE = 24;

  /** Of a REPORT: a step has begun. */
  static final int TRACE_TAG = 65535;

  /** Of a REPORT: an instruction has ended. */
  static final int CALL_TAG = 65534;

  static final int CALL_SIZE = 24;

  private final InputStream in;
  private final OutputStream out;
  private final CallerContext caller;

  /** Whether a program has ended the front itself. */
  private boolean hasLeft;

  /** What this core does once the front has all that it needs to end by itself. */
  private Runnable resting = () -> {};

  private final ReentrantLock speaking = new ReentrantLock();

  /** Whether the front has heard of this core. */
  private volatile boolean hasSpoken;

  private record Frame(int type, byte[] payload) {}

  /** Null: nobody wants to know. */
  private Trace trace;

  /** Takes the front's first frame. */
  public Front(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
    Frame first = receive();
    if (first.type != FrameType.CONTEXT) {
      throw new FrontException("the front did not begin with its context");
    }
    this.caller = decode(first.payload);
  }

  /** A front of another build finds the words: nobody knows what it asks for. */
  private CallerContext decode(byte[] payload) {
    try {
      return CallerContext.decode(payload);
    } catch (OtherBuildException e) {
      decline();
      throw e;
    }
  }

  /** Has every program from now on tell when its steps begin. */
  public void trace(Trace wanted) {
    trace = wanted;
  }

  /** Whether anybody waits for that: then no program may end the front. */
  public boolean isTraced() {
    return trace != null;
  }

  private ProgramWriter.Telling telling() {
    if (trace == null) {
      return ProgramWriter.Telling.NOTHING;
    }
    return trace.wantsCalls() ? ProgramWriter.Telling.CALLS : ProgramWriter.Telling.STEPS;
  }

  public CallerContext caller() {
    return caller;
  }

  /**
   * What to do before waiting for the result of a program that, unless it fails, ends the front and
   * this core with it.
   */
  public void whenResting(Runnable action) {
    resting = action;
  }

  /** Has the front run a program, and waits until it has ended. */
  public Outcome run(Program program) {
    send(program, 0, false);
    return outcome(program);
  }

  /**
   * A recorder of a program whose pieces the front runs while the next is recorded. Where each call
   * is told, all of it is sent at once: a front that tells so much is not heard while this core
   * writes another piece, and would wait for it as it waits for the front.
   */
  public Recorder recorder() {
    mark("compile", false);
    return telling() == ProgramWriter.Telling.CALLS ? new Recorder() : new Recorder(new Sending());
  }

  /** Has the front run what it has not been sent of a program, and waits until all has ended. */
  public Outcome finish(Recorder recorder) {
    Program program = recorder.program();
    send(program, recorder.sent(), false);
    return outcome(program);
  }

  /**
   * Ends a program that could not be recorded to its end, where it was sent so far.
   *
   * @return how far it came; empty if nothing of it was sent
   */
  public Optional<Outcome> cutShort(Recorder recorder) {
    if (recorder.sent() == 0) {
      return Optional.empty();
    }
    // An empty piece is the last one.
    Program sent = recorder.program().before(recorder.sent());
    send(sent, recorder.sent(), false);
    return Optional.of(outcome(sent));
  }

  private final class Sending implements Sink {
    @Override
    public void take(Program program, int first) {
      send(program, first, true);
      mark("compile the next piece", false);
    }
  }

  private void send(Program program, int first, boolean more) {
    int end = program.instructions().size();
    byte[] told = new byte[0];
    if (program.undo().isPresent() && (first == 0 || !more)) {
      told = frame(FrameType.UNDO, first == 0 ? Undo.whole(program) : Undo.header(program));
    }
    byte[] piece =
        ProgramWriter.write(program, first, end, more, telling(), told.length + HEADER_SIZE);
    // Both by one call: the front wakes up once.
    System.arraycopy(told, 0, piece, 0, told.length);
    putHeader(FrameType.PROGRAM, piece, told.length);
    if (!more) {
      mark("wait for the front", true);
    }
    write(piece);
  }

  private void mark(String title, boolean waits) {
    if (trace != null) {
      trace.core(title, waits);
    }
  }

  private Outcome outcome(Program program) {
    if (endsTheFront(program)) {
      resting.run();
    }
    Outcome outcome = await(program);
    boolean isSure = outcome.succeeded() && program.marks().containsKey(Mark.RECORDED);
    if (isSure && program.undo().isPresent() && !hasLeft) {
      send(FrameType.UNDO, new byte[0]);
    }
    return outcome;
  }

  private Outcome await(Program program) {
    List<Outcome.Report> reports = new ArrayList<>();
    while (true) {
      Frame frame = receive();
      ByteBuffer payload = ByteBuffer.wrap(frame.payload).order(ByteOrder.LITTLE_ENDIAN);
      if (frame.type == FrameType.REPORT && frame.payload.length >= HEADER_SIZE) {
        byte[] bytes = new byte[frame.payload.length - HEADER_SIZE];
        payload.position(HEADER_SIZE).get(bytes);
        Outcome.Report report = new Outcome.Report(Short.toUnsignedInt(payload.getShort(2)), bytes);
        if (!isOfTheTrace(report, payload)) {
          reports.add(report);
        }
      } else if (frame.type == FrameType.RESULT && frame.payload.length == RESULT_SIZE) {
        Outcome outcome = outcome(program, payload, reports);
        hasLeft = outcome.succeeded() && endsTheFront(program);
        if (trace != null) {
          trace.ended(program);
        }
        return outcome;
      } else {
        throw new FrontException(
            "the front sent a frame of type " + frame.type + " at the wrong time");
      }
    }
  }

  private boolean isOfTheTrace(Outcome.Report report, ByteBuffer payload) {
    boolean ofInit = payload.getShort(0) == 1;
    if (trace != null && report.tag() == TRACE_TAG && report.bytes().length == Long.BYTES) {
      trace.stamp(ofInit, payload.getInt(4), report.number());
      return true;
    }
    if (trace != null && report.tag() == CALL_TAG && report.bytes().length == CALL_SIZE) {
      ByteBuffer call = payload.slice(HEADER_SIZE, CALL_SIZE).order(ByteOrder.LITTLE_ENDIAN);
      trace.call(ofInit, call.getLong(0), call.getLong(8), call.getInt(16), call.getInt(20));
      return true;
    }
    return false;
  }

  private static boolean endsTheFront(Program program) {
    List<Instruction> all = program.instructions();
    return !all.isEmpty() && all.get(all.size() - 1).op() == Op.EXIT;
  }

  private static Outcome outcome(Program program, ByteBuffer result, List<Outcome.Report> reports) {
    boolean init = result.getShort(0) == 1;
    Program stopped = program;
    if (init) {
      // Of a program that waits for an init cloned earlier, the caller knows init's program.
      stopped = program.children().isEmpty() ? null : program.children().get(0);
    }
    return new Outcome(
        init ? Outcome.Origin.INIT : Outcome.Origin.FRONT,
        result.getInt(8),
        stopped,
        result.getInt(4),
        List.copyOf(reports));
  }

  /** Writes text to the caller's stdout. */
  public void print(String text) {
    print(1, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes text to the caller's stderr. */
  public void printError(String text) {
    print(2, text.getBytes(StandardCharsets.UTF_8));
  }

  private void print(int fd, byte[] bytes) {
    ByteBuffer payload = ByteBuffer.allocate(4 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(fd).put(bytes);
    send(FrameType.PRINT, payload.array());
  }

  /**
   * Ends the command, if its program has not. The front ends the core too, if the core is its own.
   */
  public void exit(int code) {
    if (!hasLeft) {
      byte[] payload = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(code).array();
      send(FrameType.EXIT, payload);
    }
  }

  /** Says that this core is not the one for this caller: the front starts another. */
  public void decline() {
    send(FrameType.DECLINE, new byte[0]);
  }

  /**
   * Tells a front that has heard nothing yet that this core is at work, since it would soon take
   * another. From another thread than the one that serves it, and never waiting for that one.
   *
   * @throws FrontException if the front has gone
   */
  public void sayWorking() {
    if (!hasSpoken && speaking.tryLock()) {
      try {
        if (!hasSpoken) {
          send(FrameType.WORKING, new byte[0]);
        }
      } finally {
        speaking.unlock();
      }
    }
  }

  private void send(int type, byte[] payload) {
    write(frame(type, payload));
  }

  private static byte[] frame(int type, byte[] payload) {
    byte[] frame = new byte[HEADER_SIZE + payload.length];
    System.arraycopy(payload, 0, frame, HEADER_SIZE, payload.length);
    putHeader(type, frame, 0);
    return frame;
  }

  /** The header of a frame whose payload ends with the bytes. */
  private static void putHeader(int type, byte[] bytes, int start) {
    int length = bytes.length - start - HEADER_SIZE;
    if (length > MAX_FRAME) {
      throw new FrontException("a frame of " + length + " bytes is too large");
    }
    ByteBuffer.wrap(bytes, start, HEADER_SIZE)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(length)
        .putShort((short) type);
  }

  private void write(byte[] frames) {
    speaking.lock();
    try {
      hasSpoken = true;
      out.write(frames);
      out.flush();
    } catch (IOException e) {
      throw new FrontException("the front is gone");
    } finally {
      speaking.unlock();
    }
  }

  private Frame receive() {
    try {
      ByteBuffer header = ByteBuffer.wrap(readFully(HEADER_SIZE)).order(ByteOrder.LITTLE_ENDIAN);
      int length = header.getInt();
      if (length < 0 || length > MAX_FRAME) {
        throw new FrontException("the front sent a frame of a wrong length");
      }
      return new Frame(header.getShort(), readFully(length));
    } catch (IOException e) {
      throw new FrontException("the front is gone");
    }
  }

  private byte[] readFully(int length) throws IOException {
    byte[] bytes = new byte[length];
    // Not readNBytes: a file's stream asks for its position first, which a socket has not.
    for (int have = 0; have < length; ) {
      int more = in.read(bytes, have, length - have);
      if (more < 0) {
        throw new EOFException();
      }
      have += more;
    }
    return bytes;
  }
}
