// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who called, from where, with what: the front's first frame. The core uses this and never what it
 * finds about itself, for it may be another's child.
 *
 * @param version of the front
 * @param ids pid, ppid, uid, euid, gid, egid, umask, in this order
 * @param kernel what the caller's kernel has: bits, {@link #TREE_NAMESPACES}
 * @param namespaces inode numbers of the mnt, user, pid and cgroup namespaces
 * @param rlimits soft and hard, 16 pairs in the kernel's numbering, unsigned
 * @param cgroup contents of /proc/self/cgroup
 * @param stored how a stored program for this very command has failed; errno 0 if none was run
 */
public record CallerContext(
    String version,
    List<Long> ids,
    long kernel,
    List<Long> namespaces,
    List<Long> rlimits,
    String cwd,
    String cgroup,
    List<String> arguments,
    List<String> environment,
    StoredResult stored) {
  /** A RESULT frame's content: who stopped, at which instruction, with what. */
  public record StoredResult(Outcome.Origin origin, int instruction, int errno) {
    /**
     * What init said last, as it was about to become the program: the start itself had happened.
     */
    public boolean isInits() {
      return errno != 0 && origin == Outcome.Origin.INIT;
    }
  }

  /** No stored program was run. */
  public static final StoredResult NOT_STORED = new StoredResult(Outcome.Origin.FRONT, 0, 0);

  /** Inode of the host's first user namespace: PROC_USER_INIT_INO of linux/proc_ns.h. */
  public static final long FIRST_USER_NAMESPACE = 0xeffffffdL;

  /** open_tree(2) makes mount namespaces of one tree: OPEN_TREE_NAMESPACE. */
  public static final int TREE_NAMESPACES = 1;

  private static final int MAGIC = 0x4e55524a;

  /**
   * The number of wire.h and of what docs/plan.md says of operations and frames: front and core
   * understand each other if they have the same, whatever their versions are.
   */
  public static final int PROTOCOL = 0x0b6b174f;

  private static final int IDS = 7;
  private static final int NAMESPACES = 4;

  /** Soft and hard, of each limit the kernel has. */
  public static final int RLIMITS = 32;

  private static final int RESULT_SIZE = 24;

  public long pid() {
    return ids.get(0);
  }

  public long uid() {
    return ids.get(2);
  }

  public long euid() {
    return ids.get(3);
  }

  public long egid() {
    return ids.get(5);
  }

  public long umask() {
    return ids.get(6);
  }

  /** Whether the caller's user namespace is the host's first, where root has every right. */
  public boolean isInFirstUserNamespace() {
    return namespaces.get(1) == FIRST_USER_NAMESPACE;
  }

  /**
   * Whether open_tree(2) makes mount namespaces of one tree: told by the call, as the caller finds
   * it.
   */
  public boolean makesTreeNamespaces() {
    return (kernel & TREE_NAMESPACES) != 0;
  }

  /** A variable of the caller's environment; one that is set but empty counts as not set. */
  public Optional<String> variable(String name) {
    String prefix = name + "=";
    for (String each : environment) {
      if (each.startsWith(prefix) && each.length() > prefix.length()) {
        return Optional.of(each.substring(prefix.length()));
      }
    }
    return Optional.empty();
  }

  /** The payload of a CONTEXT frame, as the front lays it out: docs/plan.md. */
  public byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ints(out, MAGIC, PROTOCOL);
    string(out, version);
    for (long each : ids) {
      ints(out, (int) each);
    }
    ints(out, (int) kernel);
    longs(out, namespaces);
    longs(out, rlimits);
    string(out, cwd);
    string(out, cgroup);
    strings(out, arguments);
    strings(out, environment);
    ByteBuffer result = ByteBuffer.allocate(RESULT_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    result.putShort(0, (short) (stored.origin == Outcome.Origin.INIT ? 1 : 0));
    result.putInt(4, stored.instruction).putInt(8, stored.errno);
    ints(out, RESULT_SIZE);
    out.writeBytes(result.array());
    return out.toByteArray();
  }

  private static void ints(ByteArrayOutputStream out, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int each : values) {
      bytes.putInt(each);
    }
    out.writeBytes(bytes.array());
  }

  private static void longs(ByteArrayOutputStream out, List<Long> values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long each : values) {
      bytes.putLong(each);
    }
    out.writeBytes(bytes.array());
  }

  private static void strings(ByteArrayOutputStream out, List<String> texts) {
    ints(out, texts.size());
    for (String each : texts) {
      string(out, each);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ints(out, bytes.length);
    out.writeBytes(bytes);
  }

  /**
   * Reads the payload of a CONTEXT frame.
   *
   * @throws OtherBuildException if the front is of a build that this core does not understand
   * @throws FrontException if it is not one, whatever it is
   */
  static CallerContext decode(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (in.getInt() != MAGIC) {
        throw new FrontException("the front did not begin with its context");
      }
      if (in.getInt() != PROTOCOL) {
        throw new OtherBuildException();
      }
      String version = string(in);
      List<Long> ids = new ArrayList<>(IDS);
      for (int i = 0; i < IDS; i++) {
        ids.add(Integer.toUnsignedLong(in.getInt()));
      }
      long kernel = Integer.toUnsignedLong(in.getInt());
      List<Long> namespaces = longs(in, NAMESPACES);
      List<Long> rlimits = longs(in, RLIMITS);
      String cwd = string(in);
      String cgroup = string(in);
      List<String> arguments = strings(in);
      List<String> environment = strings(in);
      StoredResult stored = stored(in);
      if (in.hasRemaining()) {
        throw new FrontException("the front's context is too long");
      }
      return new CallerContext(
          version, ids, kernel, namespaces, rlimits, cwd, cgroup, arguments, environment, stored);
    } catch (java.nio.BufferUnderflowException e) {
      throw new FrontException("the front's context ends in the middle");
    }
  }

  private static StoredResult stored(ByteBuffer in) {
    if (in.getInt() != RESULT_SIZE) {
      throw new FrontException("the front's context has a wrong length");
    }
    byte[] bytes = new byte[RESULT_SIZE];
    in.get(bytes);
    ByteBuffer result = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new StoredResult(
        result.getShort(0) == 1 ? Outcome.Origin.INIT : Outcome.Origin.FRONT,
        result.getInt(4),
        result.getInt(8));
  }

  private static List<Long> longs(ByteBuffer in, int count) {
    List<Long> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(in.getLong());
    }
    return out;
  }

  private static List<String> strings(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / 4) {
      throw new FrontException("the front's context has a wrong count");
    }
    List<String> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(string(in));
    }
    return out;
  }

  private static String string(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new FrontException("the front's context has a wrong length");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
