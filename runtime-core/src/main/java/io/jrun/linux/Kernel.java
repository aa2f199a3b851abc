// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.List;

/**
 * The system calls jrun makes, typed, each declared once. Two bindings make them: {@link OwnKernel}
 * at once in the core's own process, and the plan's recorder, which turns the same calls into
 * instructions for a process that is allowed to make them. Names, arguments and meaning are those
 * of the manual pages, section 2. What they are of is one class after the other: {@link Calls},
 * {@link FileCalls}, {@link MountCalls}, {@link ProcessCalls}, and bpf(2) here.
 *
 * <p>A failure is a {@link SyscallException} in the first binding and a reported failure of the
 * step in the second. {@link #ignoring} names errors of the next call that are none.
 */
public abstract class Kernel extends ProcessCalls {
  /** Errors of the next call, and of that one only, that count as success. */
  public final Kernel ignoring(Errno... errnos) {
    ignore(List.of(errnos));
    return this;
  }

  /** BPF_PROG_LOAD; {@code attr} is built by {@link BpfAttr}. */
  public final Fd bpfLoad(Block attr) {
    return fd("bpf", Syscall.BPF, bpf(Linux.BPF_PROG_LOAD, attr));
  }

  /** BPF_PROG_GET_FD_BY_ID; needs CAP_SYS_ADMIN in the first user namespace. */
  public final Fd bpfById(Block attr) {
    return fd("bpf", Syscall.BPF, bpf(Linux.BPF_PROG_GET_FD_BY_ID, attr));
  }

  /** BPF_OBJ_GET_INFO_BY_FD. */
  public final void bpfInfo(Block attr) {
    call(Syscall.BPF, bpf(Linux.BPF_OBJ_GET_INFO_BY_FD, attr));
  }

  /** BPF_PROG_QUERY; needs CAP_NET_ADMIN. */
  public final void bpfQuery(Block attr) {
    call(Syscall.BPF, bpf(Linux.BPF_PROG_QUERY, attr));
  }

  /** BPF_PROG_ATTACH. */
  public final void bpfAttach(Block attr) {
    call(Syscall.BPF, bpf(Linux.BPF_PROG_ATTACH, attr));
  }

  private static Arg[] bpf(long command, Block attr) {
    return new Arg[] {Arg.flags(command, Flags.BPF), Arg.of(attr), Arg.imm(attr.size())};
  }
}
