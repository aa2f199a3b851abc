// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * The binding that makes the calls at once, in the core's own process, through syscall(2). For what
 * a process with many threads may do for itself: files, cgroups, bpf, pidfds. Never for what
 * belongs to one thread only (namespaces, credentials), which the plan records.
 *
 * <p>Blocks are copied to native memory for the call and back after it, with room beyond their end
 * that stays zero.
 */
public final class OwnKernel extends Kernel {
  private static final int SLACK = 64;
  private static final int MAX_ERRNO = 4095;

  private final Binding binding = OwnBinding.get();

  @Override
  protected Handle invoke(Gives gives, String name, Syscall call, Arg... args) {
    List<Lent> lent = new ArrayList<>();
    try {
      long result = make(call, lent, args);
      // The kernel's own convention: the last page's numbers are errors.
      int errno = result < 0 && result >= -MAX_ERRNO ? (int) -result : 0;
      List<Errno> ignored = takeIgnored();
      if (errno != 0 && ignored.stream().noneMatch(e -> e.number() == errno)) {
        throw new SyscallException(call.callName(), errno);
      }
      return wrap(gives, result);
    } finally {
      lent.forEach(each -> each.memory.close());
    }
  }

  private long make(Syscall call, List<Lent> lent, Arg... args) {
    long[] raw = new long[6];
    for (int i = 0; i < args.length; i++) {
      raw[i] = lower(args[i], lent);
    }
    long result = binding.syscall(call.number(), raw[0], raw[1], raw[2], raw[3], raw[4], raw[5]);
    for (Lent each : lent) {
      each.memory.get(each.block.content(), each.block.size());
    }
    return result;
  }

  private static Handle wrap(Gives gives, long result) {
    return switch (gives) {
      case NOTHING -> null;
      case FD -> Fd.of(result);
      case PID -> Pid.of(result);
      case VALUE -> Value.of(result);
    };
  }

  private record Lent(Block block, Binding.Memory memory) {}

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

  private Binding.Memory lend(Block block, List<Lent> lent) {
    for (Block.Patch patch : block.patches()) {
      if (patch.width() == 4) {
        block.u32(patch.offset(), patch.value().number());
      } else {
        block.u64(patch.offset(), patch.value().number());
      }
    }
    Binding.Memory memory = binding.zeroed(block.size() + SLACK);
    lent.add(new Lent(block, memory));
    memory.put(block.content(), block.size());
    for (Block.Pointer pointer : block.pointers()) {
      if (pointer.target() != null) {
        memory.putLong(pointer.offset(), lend(pointer.target(), lent).address());
      }
    }
    return memory;
  }
}
