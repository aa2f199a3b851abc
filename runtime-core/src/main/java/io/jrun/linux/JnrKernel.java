// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.SaveError;

/**
 * The binding that makes the calls at once, in the core's own process, through jnr-ffi and
 * syscall(2). For what a process with many threads may do for itself: files, cgroups, bpf, pidfds.
 * Never for what belongs to one thread only (namespaces, credentials), which the plan records.
 *
 * <p>Blocks are copied to native memory for the call and back after it, with room beyond their end
 * that stays zero.
 */
public final class JnrKernel extends Kernel {
  private static final int SLACK = 64;

  /** libc's syscall(2); every argument is a long, as the kernel's entry takes it. */
  public interface LibC {
    @SaveError
    long syscall(long number, long a, long b, long c, long d, long e, long f);
  }

  private static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");
  private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

  @Override
  protected Handle invoke(Gives gives, String name, Syscall call, Arg... args) {
    List<Lent> lent = new ArrayList<>();
    long[] raw = new long[6];
    for (int i = 0; i < args.length; i++) {
      raw[i] = lower(args[i], lent);
    }
    long result = LIBC.syscall(call.number(), raw[0], raw[1], raw[2], raw[3], raw[4], raw[5]);
    int errno = result == -1 ? RUNTIME.getLastError() : 0;
    for (Lent each : lent) {
      each.memory.get(0, each.block.content(), 0, each.block.size());
    }
    List<Errno> ignored = takeIgnored();
    if (errno != 0 && ignored.stream().noneMatch(e -> e.number() == errno)) {
      throw new SyscallException(call.callName(), errno);
    }
    return wrap(gives, errno != 0 ? -errno : result);
  }

  private static Handle wrap(Gives gives, long result) {
    return switch (gives) {
      case NOTHING -> null;
      case FD -> Fd.of(result);
      case PID -> Pid.of(result);
      case VALUE -> Value.of(result);
    };
  }

  private record Lent(Block block, Pointer memory) {}

  private long lower(Arg arg, List<Lent> lent) {
    if (arg instanceof Arg.Imm imm) {
      return imm.value();
    }
    if (arg instanceof Arg.Ref ref && !ref.handle().isRegister()) {
      return ref.handle().number();
    }
    if (arg instanceof Arg.Mem mem) {
      return lend(mem.block(), lent).address();
    }
    if (arg instanceof Arg.Text text) {
      return lend(Block.text(text.text()), lent).address();
    }
    throw new IllegalArgumentException("only a recorded call can take " + arg);
  }

  private Pointer lend(Block block, List<Lent> lent) {
    for (Block.Patch patch : block.patches()) {
      if (patch.width() == 4) {
        block.u32(patch.offset(), patch.value().number());
      } else {
        block.u64(patch.offset(), patch.value().number());
      }
    }
    Pointer memory = RUNTIME.getMemoryManager().allocateDirect(block.size() + SLACK, true);
    memory.put(0, block.content(), 0, block.size());
    for (Block.Pointer pointer : block.pointers()) {
      if (pointer.target() != null) {
        memory.putLong(pointer.offset(), lend(pointer.target(), lent).address());
      }
    }
    lent.add(new Lent(block, memory));
    return memory;
  }
}
