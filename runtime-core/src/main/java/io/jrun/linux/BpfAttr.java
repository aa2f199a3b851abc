// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * union bpf_attr of linux/bpf.h, always {@value #SIZE} zeroed bytes: kernels have written beyond
 * the size they were told.
 */
public final class BpfAttr {
  private static final int SIZE = 256;
  private static final int NAME_OFFSET = 48;

  /** Of struct bpf_prog_info, as far as its name. */
  public static final int INFO_SIZE = 80;

  /** Where in it the name is. */
  public static final int INFO_NAME = 64;

  private BpfAttr() {}

  /** For BPF_PROG_LOAD of a cgroup device program. */
  public static Block load(byte[] instructions, String name) {
    int count = instructions.length / 8;
    Block attr = Block.struct(SIZE, "{BPF_PROG_TYPE_CGROUP_DEVICE, " + count + " instructions}");
    attr.u32(0, Linux.BPF_PROG_TYPE_CGROUP_DEVICE).u32(4, count);
    attr.pointer(8, Block.bytes(instructions, name));
    attr.pointer(16, Block.text("Apache-2.0"));
    for (int i = 0; i < name.length() && i < 15; i++) {
      attr.content()[NAME_OFFSET + i] = (byte) name.charAt(i);
    }
    return attr;
  }

  /** The same with room for what the verifier has to say; whoever wants it pays for its making. */
  public static Block load(byte[] instructions, String name, Block log) {
    return load(instructions, name).u32(24, 1).u32(28, log.size()).pointer(32, log);
  }

  /** For BPF_PROG_GET_FD_BY_ID. */
  public static Block byId(long id) {
    return Block.struct(SIZE, "{id=" + id + "}").u32(0, id);
  }

  /** The same with an id that only whoever makes the call knows; ENOENT if it is 0. */
  public static Block byId(Value id) {
    return Block.struct(SIZE, "{id=" + id.show() + "}").patch(0, 4, id);
  }

  /**
   * For BPF_PROG_QUERY: the ids of the device programs that are attached to a cgroup itself, 4
   * bytes each, and zeros behind them. ENOSPC if there are more; the first are there then.
   */
  public static Block query(Fd cgroup, Block ids, int most) {
    return Block.struct(SIZE, "{target=" + cgroup.show() + ", BPF_CGROUP_DEVICE, " + most + " ids}")
        .patch(0, 4, cgroup)
        .u32(4, Linux.BPF_CGROUP_DEVICE)
        .pointer(16, ids)
        .u32(24, most);
  }

  /** For BPF_OBJ_GET_INFO_BY_FD: a struct bpf_prog_info, as far as there is room for it. */
  public static Block info(Fd program, Block info) {
    return Block.struct(SIZE, "{program=" + program.show() + "}")
        .patch(0, 4, program)
        .u32(4, info.size())
        .pointer(8, info);
  }

  /** For BPF_PROG_ATTACH of a program to a cgroup, as one of several. */
  public static Block attach(Fd cgroup, Fd program) {
    return Block.struct(
            SIZE,
            "{target="
                + cgroup.show()
                + ", program="
                + program.show()
                + ", BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI}")
        .patch(0, 4, cgroup)
        .patch(4, 4, program)
        .u32(8, Linux.BPF_CGROUP_DEVICE)
        .u32(12, Linux.BPF_F_ALLOW_MULTI);
  }

  /** For BPF_PROG_ATTACH of a program to a cgroup in the place of one that is attached there. */
  public static Block replace(Fd cgroup, Fd program, Fd earlier) {
    return Block.struct(
            SIZE,
            "{target="
                + cgroup.show()
                + ", program="
                + program.show()
                + ", BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI|BPF_F_REPLACE, replaced="
                + earlier.show()
                + "}")
        .patch(0, 4, cgroup)
        .patch(4, 4, program)
        .u32(8, Linux.BPF_CGROUP_DEVICE)
        .u32(12, Linux.BPF_F_ALLOW_MULTI | Linux.BPF_F_REPLACE)
        .patch(16, 4, earlier);
  }
}
