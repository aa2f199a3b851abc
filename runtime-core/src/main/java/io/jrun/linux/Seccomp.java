// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * seccomp(2): filters that a process takes on itself for good. A filter is classic BPF, an array of
 * struct sock_filter (linux/filter.h), 8 bytes an instruction.
 */
public final class Seccomp {
  /** Bytes of one instruction. */
  public static final int INSTRUCTION_SIZE = 8;

  /** BPF_MAXINSNS of linux/bpf_common.h. */
  public static final int MAX_INSTRUCTIONS = 4096;

  private Seccomp() {}

  /** SECCOMP_GET_ACTION_AVAIL: an error unless the kernel has filters and knows the action. */
  public static void requireAction(Kernel kernel, int action) {
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.SECCOMP,
        Arg.flags(Linux.SECCOMP_GET_ACTION_AVAIL, Flags.SECCOMP),
        Arg.imm(0),
        Arg.of(Block.struct(4, "{0x" + Integer.toHexString(action) + "}").u32(0, action)));
  }

  /**
   * SECCOMP_SET_MODE_FILTER. It takes no_new_privs, or CAP_SYS_ADMIN in the user namespace.
   *
   * @param flags SECCOMP_FILTER_FLAG_...
   */
  public static void load(Kernel kernel, long flags, byte[] filter) {
    set(kernel, Kernel.Gives.NOTHING, null, flags, filter);
  }

  /** The same, and the descriptor at which calls with the action NOTIFY are answered. */
  public static Fd loadListening(Kernel kernel, long flags, byte[] filter) {
    long all = flags | Linux.SECCOMP_FILTER_FLAG_NEW_LISTENER;
    return (Fd) set(kernel, Kernel.Gives.FD, "listener", all, filter);
  }

  /** struct sock_fprog of linux/filter.h: the count, and the address. */
  private static Handle set(
      Kernel kernel, Kernel.Gives gives, String name, long flags, byte[] filter) {
    int count = filter.length / INSTRUCTION_SIZE;
    String shown = "{" + count + " instructions}";
    return kernel.invoke(
        gives,
        name,
        Syscall.SECCOMP,
        Arg.flags(Linux.SECCOMP_SET_MODE_FILTER, Flags.SECCOMP),
        Arg.flags(flags, Flags.SECCOMP_FILTER),
        Arg.of(Block.struct(16, shown).u16(0, count).pointer(8, Block.bytes(filter, shown))));
  }
}
