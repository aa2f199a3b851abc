// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * union bpf_attr of linux/bpf.h, always {@value #SIZE} zeroed bytes: kernels have written beyond
 * the size they were told.
 */
public final class BpfAttr {
  private static final int SIZE = 256;
  private static final int NAME_OFFSET = 48;

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

  /** For BPF_PROG_GET_FD_BY_ID. */
  public static Block byId(long id) {
    return Block.struct(SIZE, "{id=" + id + "}").u32(0, id);
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
}
