// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.linux.Errno;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A front that executes nothing. It speaks the protocol in memory: every PROGRAM is proved sound,
 * kept, and answered as its script says; what is printed and the exit code are kept too.
 */
public final class ScriptedFront {
  /** Answers a program: frames, the last of them a RESULT. */
  @FunctionalInterface
  public interface Script {
    byte[] answer(int number, WireProgram program);
  }

  private final List<WireProgram> programs = new ArrayList<>();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final byte[] context;
  private ByteBuffer answers;
  private Script script = (number, program) -> success(program);
  private int exitCode = -1;
  private WireProgram pieces;

  public ScriptedFront(byte[] context) {
    this.context = context;
  }

  /** A front of a caller who is root, in /work, with this command line. */
  public static ScriptedFront calledWith(String... arguments) {
    return new ScriptedFront(new ContextBytes().arguments(arguments).bytes());
  }

  public ScriptedFront answering(Script newScript) {
    this.script = newScript;
    return this;
  }

  /** The core's side of this conversation. */
  public Front open() {
    answers = ByteBuffer.wrap(frame(FrameType.CONTEXT, context));
    return new Front(
        new InputStream() {
          @Override
          public int read() {
            return answers.hasRemaining() ? Byte.toUnsignedInt(answers.get()) : -1;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            if (length > 0 && !answers.hasRemaining()) {
              return -1;
            }
            // In small pieces, as a socket may hand it over.
            int count = Math.min(Math.min(length, 7), answers.remaining());
            answers.get(into, offset, count);
            return count;
          }
        },
        new OutputStream() {
          @Override
          public void write(int one) {
            sent.write(one);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            sent.write(bytes, offset, length);
          }

          @Override
          public void flush() {
            take();
          }
        });
  }

  private WireProgram undo;
  private final int[] marks = new int[Undo.MARKS];

  private void take() {
    ByteBuffer in = ByteBuffer.wrap(sent.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    sent.reset();
    while (in.hasRemaining()) {
      byte[] payload = new byte[in.getInt()];
      int type = Short.toUnsignedInt(in.getShort());
      if (in.getShort() != 0) {
        throw new AssertionError("a frame's header must end in zero");
      }
      in.get(payload);
      obey(type, payload);
    }
  }

  private void obey(int type, byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case FrameType.PROGRAM -> {
        WireProgram piece = WireProgram.decode(payload);
        pieces = pieces == null ? piece : pieces.and(piece);
        if (!piece.hasMore()) {
          programs.add(pieces);
          answers = ByteBuffer.wrap(script.answer(programs.size() - 1, pieces));
          pieces = null;
        }
      }
      case FrameType.PRINT ->
          (in.getInt() == 1 ? printed : errors)
              .writeBytes(Arrays.copyOfRange(payload, 4, payload.length));
      case FrameType.UNDO -> {
        if (payload.length > Undo.HEADER_SIZE) {
          undo = WireProgram.decode(Arrays.copyOfRange(payload, Undo.HEADER_SIZE, payload.length));
        }
        undo = payload.length == 0 ? null : undo;
        for (int n = 0; n < marks.length && payload.length > 0; n++) {
          marks[n] = in.getInt();
        }
      }
      case FrameType.EXIT -> exitCode = in.getInt();
      default -> throw new AssertionError("the core sent a frame of type " + type);
    }
  }

  public List<WireProgram> programs() {
    return programs;
  }

  /** What it would run if the core died; null: nothing. */
  public WireProgram undo() {
    return undo;
  }

  /** Instructions of the launch that tell which part of the undo applies. */
  public int[] marks() {
    return marks.clone();
  }

  public String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  public String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  /** -1 until the core has ended the command. */
  public int exitCode() {
    return exitCode;
  }

  // Answers

  /** The program ran to its end; a launch's reports pid 4711, started at 99. */
  public static byte[] success(WireProgram program) {
    boolean launch =
        program.instructions().stream().anyMatch(i -> i.op() == Op.STARTTIME)
            && program.instructions().stream().anyMatch(i -> i.op() == Op.SPAWN);
    return launch
        ? join(report(ReportTag.PID, 4711), report(ReportTag.START_TIME, 99), result(0, 0, 0))
        : result(0, 0, 0);
  }

  /** The front stopped at an instruction. */
  public static byte[] failure(int instruction, Errno errno) {
    return result(0, instruction, errno.number());
  }

  /** Init stopped at an instruction of its own program. */
  public static byte[] initFailure(int instruction, Errno errno) {
    return result(1, instruction, errno.number());
  }

  public static byte[] result(int origin, int instruction, int errno) {
    ByteBuffer payload = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    payload.putShort((short) origin).putShort((short) 0).putInt(instruction).putInt(errno);
    return frame(FrameType.RESULT, payload.array());
  }

  public static byte[] report(int tag, long value) {
    return report(
        tag, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  public static byte[] report(int tag, byte[] bytes) {
    ByteBuffer payload = ByteBuffer.allocate(8 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    payload.putShort((short) 0).putShort((short) tag).putInt(0).put(bytes);
    return frame(FrameType.REPORT, payload.array());
  }

  public static byte[] frame(int type, byte[] payload) {
    return ByteBuffer.allocate(8 + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload.length)
        .putShort((short) type)
        .putShort((short) 0)
        .put(payload)
        .array();
  }

  public static byte[] join(byte[]... frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] each : frames) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }
}
