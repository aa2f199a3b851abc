// SPDX-License-Identifier: Apache-2.0
package io.jrun.shim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The payload of a CONTEXT frame, as the front lays it out. */
public final class ContextBytes {
  private String version = "0.1.0";
  private long pid = ProcessHandle.current().pid();
  private long euid;
  private String cwd = "/work";
  private List<String> arguments = List.of("jrun");
  private List<String> environment = List.of("PATH=/usr/bin:/bin", "EMPTY=");

  public ContextBytes version(String newVersion) {
    this.version = newVersion;
    return this;
  }

  public ContextBytes pid(long newPid) {
    this.pid = newPid;
    return this;
  }

  public ContextBytes euid(long newEuid) {
    this.euid = newEuid;
    return this;
  }

  public ContextBytes cwd(String newCwd) {
    this.cwd = newCwd;
    return this;
  }

  public ContextBytes arguments(String... newArguments) {
    this.arguments = List.of(newArguments);
    return this;
  }

  public ContextBytes environment(String... newEnvironment) {
    this.environment = List.of(newEnvironment);
    return this;
  }

  public byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x4e55524a).putInt(1);
    string(out, version);
    for (long id : new long[] {pid, 1, euid, euid, euid, euid, 022}) {
      out.putInt((int) id);
    }
    for (long namespace = 0; namespace < 4; namespace++) {
      out.putLong(4026531840L + namespace);
    }
    for (int i = 0; i < 16; i++) {
      out.putLong(1024).putLong(-1);
    }
    string(out, cwd);
    string(out, "0::/user.slice/own.scope\n");
    strings(out, arguments);
    strings(out, environment);
    // How a stored program for this very command has failed: none was run.
    out.putInt(24).put(new byte[24]);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static void strings(ByteBuffer out, List<String> texts) {
    out.putInt(texts.size());
    texts.forEach(each -> string(out, each));
  }

  private static void string(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putInt(bytes.length).put(bytes);
  }
}
