// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import io.jrun.container.DeviceRule;
import io.jrun.linux.Block;
import io.jrun.linux.BpfAttr;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The device allow-list as an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE: Documentation,
 * "BPF_PROG_TYPE_CGROUP_DEVICE"; struct bpf_cgroup_dev_ctx of linux/bpf.h; the instruction set's
 * encoding of linux/bpf.h and linux/bpf_common.h.
 *
 * <p>Each access asked for (read, write, mknod) is decided by the last rule that is about the
 * device and that access. So the program goes through the rules from the last to the first and
 * crosses off what each allows; a denial of something still open, or something open at the end,
 * means no.
 */
public final class DeviceProgram {
  /** Rules of every container, after its own. Source: runc's default allow-list. */
  private static final List<DeviceRule> DEFAULTS =
      List.of(
          allow('c', DeviceRule.ANY, DeviceRule.ANY, "m"),
          allow('b', DeviceRule.ANY, DeviceRule.ANY, "m"),
          allow('c', 1, 3, "rwm"), // null
          allow('c', 1, 8, "rwm"), // random
          allow('c', 1, 7, "rwm"), // full
          allow('c', 5, 0, "rwm"), // tty
          allow('c', 1, 5, "rwm"), // zero
          allow('c', 1, 9, "rwm"), // urandom
          allow('c', 136, DeviceRule.ANY, "rwm"), // /dev/pts/*
          allow('c', 5, 2, "rwm"), // ptmx
          allow('c', 10, 200, "rwm")); // net/tun

  private static final int ALL = 7;
  private static final String NAME = "jrun_devices";

  /** The first eight bytes of the name that the kernel knows our programs by. */
  public static final long NAME_WORD =
      ByteBuffer.wrap(NAME.getBytes(StandardCharsets.US_ASCII))
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();

  /** In bytes: of the longest program that a configuration asks for. */
  private static final int LOG_SIZE = 1 << 20;

  private static final int LOG_LINES = 2;

  // Opcodes: class, size or operation, source
  private static final int LOAD_WORD = 0x61;
  private static final int MOVE = 0xb7;
  private static final int MOVE_REGISTER = 0xbf;
  private static final int AND = 0x57;
  private static final int SHIFT_RIGHT = 0x77;
  private static final int JUMP = 0x05;
  private static final int JUMP_IF_NOT = 0x55;
  private static final int JUMP_IF_NOT_WORD = 0x56;
  private static final int JUMP_IF_SET = 0x45;
  private static final int EXIT = 0x95;

  // Registers: 0 is the answer, 1 the context, the rest ours
  private static final int ANSWER = 0;
  private static final int CONTEXT = 1;
  private static final int OPEN = 2;
  private static final int TYPE = 3;
  private static final int MAJOR = 4;
  private static final int MINOR = 5;

  private static DeviceRule allow(char type, long major, long minor, String access) {
    return new DeviceRule(true, type, major, minor, access);
  }

  private final List<DeviceRule> rules;
  private ByteBuffer code = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);

  private DeviceProgram(List<DeviceRule> rules) {
    this.rules = rules;
  }

  /** The program for these rules and the default ones after them. */
  public static DeviceProgram of(List<DeviceRule> rules) {
    List<DeviceRule> all = new ArrayList<>(rules);
    all.addAll(DEFAULTS);
    return new DeviceProgram(all);
  }

  /** Loads the program; it stays as long as somebody has a descriptor of it, or it is attached. */
  public Fd load(Kernel kernel) {
    return load(kernel, instructions());
  }

  public static Fd load(Kernel kernel, byte[] instructions) {
    return kernel.bpfLoad(BpfAttr.load(instructions, NAME));
  }

  /**
   * What the verifier says of a program that it has refused, as one line: the end of its log, where
   * the reason is. Asks the kernel again, for a program is loaded without a log, which costs more
   * than all the rest. Empty if it has nothing to say, or takes the program now.
   */
  public String refusal(Kernel kernel) {
    return refusal(kernel, instructions());
  }

  static String refusal(Kernel kernel, byte[] instructions) {
    Block log = Block.room(LOG_SIZE);
    try {
      kernel.close(kernel.bpfLoad(BpfAttr.load(instructions, NAME, log)));
      return "";
    } catch (SyscallException e) {
      String text = new String(log.content(), StandardCharsets.US_ASCII);
      List<String> lines =
          text.substring(0, Math.max(0, text.indexOf('\0')))
              .lines()
              // Statistics, which end every log.
              .filter(line -> !line.isBlank() && !line.startsWith("processed "))
              .toList();
      return String.join("; ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }
  }

  /** Attaches a loaded program to a cgroup; the kernel keeps it as long as the cgroup. */
  public static void attach(Kernel kernel, Fd cgroup, Fd program) {
    kernel.bpfAttach(BpfAttr.attach(cgroup, program));
    kernel.close(program);
  }

  /** The program, 8 bytes an instruction. */
  public byte[] instructions() {
    code.clear();
    emit(LOAD_WORD, OPEN, CONTEXT, 0, 0); // access << 16 | type
    emit(MOVE_REGISTER, TYPE, OPEN, 0, 0);
    emit(AND, TYPE, 0, 0, 0xffff);
    emit(SHIFT_RIGHT, OPEN, 0, 0, 16);
    emit(LOAD_WORD, MAJOR, CONTEXT, 4, 0);
    emit(LOAD_WORD, MINOR, CONTEXT, 8, 0);
    boolean decided = false;
    for (int i = rules.size() - 1; i >= 0 && !decided; i--) {
      decided = emitRule(rules.get(i));
    }
    if (!decided) {
      answer(0);
    }
    byte[] out = new byte[code.position()];
    System.arraycopy(code.array(), 0, out, 0, out.length);
    return out;
  }

  /** Whether nothing can get past this rule. */
  private boolean emitRule(DeviceRule rule) {
    int access = bits(rule.access());
    int body = access == ALL ? 2 : 4;
    int conditions =
        (rule.type() != 'a' ? 1 : 0) + (rule.major() >= 0 ? 1 : 0) + (rule.minor() >= 0 ? 1 : 0);
    int left = conditions + body;
    if (rule.type() != 'a') {
      emit(JUMP_IF_NOT, TYPE, 0, --left, rule.type() == 'b' ? 1 : 2);
    }
    if (rule.major() >= 0) {
      emit(JUMP_IF_NOT_WORD, MAJOR, 0, --left, (int) rule.major());
    }
    if (rule.minor() >= 0) {
      emit(JUMP_IF_NOT_WORD, MINOR, 0, --left, (int) rule.minor());
    }
    if (access == ALL) {
      answer(rule.allow() ? 1 : 0);
    } else if (rule.allow()) {
      emit(AND, OPEN, 0, 0, ~access & ALL);
      emit(JUMP_IF_NOT, OPEN, 0, 2, 0);
      answer(1);
    } else {
      emit(JUMP_IF_SET, OPEN, 0, 1, access);
      emit(JUMP, 0, 0, 2, 0);
      answer(0);
    }
    return conditions == 0 && access == ALL;
  }

  /** BPF_DEVCG_ACC_MKNOD, _READ and _WRITE of linux/bpf.h. */
  private static int bits(String access) {
    return (access.indexOf('m') >= 0 ? 1 : 0)
        | (access.indexOf('r') >= 0 ? 2 : 0)
        | (access.indexOf('w') >= 0 ? 4 : 0);
  }

  private void answer(int yes) {
    emit(MOVE, ANSWER, 0, 0, yes);
    emit(EXIT, 0, 0, 0, 0);
  }

  private void emit(int opcode, int destination, int source, int offset, int immediate) {
    if (code.remaining() < 8) {
      code =
          ByteBuffer.allocate(code.capacity() * 2).order(ByteOrder.LITTLE_ENDIAN).put(code.flip());
    }
    code.put((byte) opcode).put((byte) (source << 4 | destination));
    code.putShort((short) offset).putInt(immediate);
  }
}
