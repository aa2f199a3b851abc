// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A front in memory for one command line: it says every program has run, runs none, and keeps what
 * it is told to print.
 */
final class FakeFront {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final String[] arguments;
  private String version = Version.number();
  private String cwd = "/work";
  private long euid;
  private List<String> environment = List.of();
  private InputStream answers = InputStream.nullInputStream();
  private int programs;

  private long userNamespace = CallerContext.FIRST_USER_NAMESPACE;

  private FakeFront(String[] arguments) {
    this.arguments = arguments;
  }

  static FakeFront calledWith(String... arguments) {
    return new FakeFront(arguments);
  }

  FakeFront version(String newVersion) {
    this.version = newVersion;
    return this;
  }

  FakeFront in(String newCwd) {
    this.cwd = newCwd;
    return this;
  }

  FakeFront as(long newEuid, String... newEnvironment) {
    this.euid = newEuid;
    this.environment = List.of(newEnvironment);
    return this;
  }

  /** In a user namespace that is not the first. */
  FakeFront below() {
    this.userNamespace = 4026532000L;
    return this;
  }

  /** Carries the command line out and gives the exit code. */
  int run() {
    return new Dispatch(open()).run();
  }

  Front open() {
    answers = new ByteArrayInputStream(frame(1, context()));
    return new Front(
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("reads in pieces");
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            return answers.read(into, offset, length);
          }
        },
        new OutputStream() {
          @Override
          public void write(int one) {
            throw new AssertionError("writes frames");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            take(ByteBuffer.wrap(bytes, offset, length).order(ByteOrder.LITTLE_ENDIAN));
          }
        });
  }

  private void take(ByteBuffer in) {
    byte[] payload = new byte[in.getInt()];
    int type = in.getInt();
    in.get(payload);
    switch (type) {
      case 16 -> {
        programs++;
        answers = new ByteArrayInputStream(frame(2, new byte[24]));
      }
      case 17 ->
          (payload[0] == 1 ? printed : errors)
              .writeBytes(Arrays.copyOfRange(payload, 4, payload.length));
      default -> throw new AssertionError("the core sent a frame of type " + type);
    }
  }

  private static byte[] frame(int type, byte[] payload) {
    return ByteBuffer.allocate(8 + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload.length)
        .putInt(type)
        .put(payload)
        .array();
  }

  private byte[] context() {
    return new CallerContext(
            version,
            List.of(ProcessHandle.current().pid(), 1L, euid, euid, euid, euid, 022L),
            0,
            List.of(0L, userNamespace, 0L, 0L),
            Collections.nCopies(CallerContext.RLIMITS, 0L),
            cwd,
            "0::/\n",
            List.of(arguments),
            environment,
            CallerContext.NOT_STORED)
        .encode();
  }

  String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  int programs() {
    return programs;
  }

  /** The one text record on stderr, without its time: {@code level=error msg="..."}. */
  String record() {
    String all = errors();
    if (all.indexOf('\n') != all.length() - 1) {
      throw new AssertionError("not exactly one line: " + all);
    }
    return all.strip().replaceFirst("^time=\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\" ", "");
  }
}
