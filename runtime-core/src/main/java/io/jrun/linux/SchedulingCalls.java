// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import io.jrun.linux.Calls.Gives;
import java.util.Arrays;

/**
 * System calls about how the calling thread is scheduled, where its memory comes from, and what
 * kernel it believes in. Apart from {@link Kernel} because few containers ask for any of them.
 */
public final class SchedulingCalls {
  // linux/sched/types.h: struct sched_attr, SCHED_ATTR_SIZE_VER0 and VER1
  private static final int SCHED_ATTR_SIZE = 48;
  private static final int SCHED_ATTR_SIZE_CLAMPS = 56;
  private static final int CLAMPS =
      SchedulingFlag.SCHED_FLAG_UTIL_CLAMP_MIN.bit()
          | SchedulingFlag.SCHED_FLAG_UTIL_CLAMP_MAX.bit();

  // linux/ioprio.h
  private static final int IOPRIO_WHO_PROCESS = 1;

  private SchedulingCalls() {}

  /**
   * What sched_setattr(2) takes; times are unsigned nanoseconds.
   *
   * @param flags of {@link SchedulingFlag}
   */
  public record Attributes(
      SchedulingPolicy policy,
      long flags,
      int nice,
      long priority,
      long runtime,
      long deadline,
      long period) {
    /** struct sched_attr, little-endian. */
    private Block block() {
      int size = (flags & CLAMPS) != 0 ? SCHED_ATTR_SIZE_CLAMPS : SCHED_ATTR_SIZE;
      Block block = Block.struct(size, show());
      block.u32(0, size).u32(4, policy.number()).u64(8, flags).u32(16, nice).u32(20, priority);
      return block.u64(24, runtime).u64(32, deadline).u64(40, period);
    }

    /**
     * Whether a child has them too. A task of SCHED_DEADLINE forks only with the flag that has the
     * child begin anew: sched(7).
     */
    public boolean surviveFork() {
      return policy != SchedulingPolicy.SCHED_DEADLINE
          && (flags & SchedulingFlag.SCHED_FLAG_RESET_ON_FORK.bit()) == 0;
    }

    private String show() {
      StringBuilder out = new StringBuilder("{").append(policy);
      add(out, "flags", flags);
      add(out, "nice", nice);
      add(out, "priority", priority);
      add(out, "runtime", runtime);
      add(out, "deadline", deadline);
      add(out, "period", period);
      return out.append('}').toString();
    }

    private static void add(StringBuilder out, String key, long value) {
      if (value != 0) {
        out.append(", ").append(key).append('=').append(value);
      }
    }
  }

  /** sched_setattr(2) of a process with one thread, or of the calling thread: 0. */
  public static void setAttributes(Kernel kernel, Pid pid, Attributes attributes) {
    kernel.invoke(
        Gives.NOTHING,
        null,
        Syscall.SCHED_SETATTR,
        Arg.of(pid),
        Arg.of(attributes.block()),
        Arg.imm(0));
  }

  /** ioprio_set(2) of a thread, or of the calling one: 0. */
  public static void setIoPriority(
      Kernel kernel, Pid pid, IoPriorityClass priorityClass, int priority) {
    kernel.invoke(
        Gives.NOTHING,
        null,
        Syscall.IOPRIO_SET,
        Arg.imm(IOPRIO_WHO_PROCESS),
        Arg.of(pid),
        Arg.imm(priorityClass.with(priority)));
  }

  /** sched_setaffinity(2) of the calling thread; bits in words of 64, the lowest first. */
  public static void setAffinity(Kernel kernel, String shown, long[] cpus) {
    Block mask = mask(shown, cpus);
    kernel.invoke(
        Gives.NOTHING,
        null,
        Syscall.SCHED_SETAFFINITY,
        Arg.imm(0),
        Arg.imm(mask.size()),
        Arg.of(mask));
  }

  /** The most CPUs that a kernel can be built for, of any architecture: NR_CPUS. */
  private static final int MOST_CPUS = 8192;

  /**
   * sched_setaffinity(2) of the calling thread to every CPU there may be. The kernel reads no more
   * of the mask than it has CPUs, and takes those away that the cgroup does not let it have.
   */
  public static void setWholeAffinity(Kernel kernel) {
    byte[] ones = new byte[MOST_CPUS / Byte.SIZE];
    Arrays.fill(ones, (byte) -1);
    kernel.invoke(
        Gives.NOTHING,
        null,
        Syscall.SCHED_SETAFFINITY,
        Arg.imm(0),
        Arg.imm(ones.length),
        Arg.of(Block.bytes(ones, "{all}")));
  }

  /**
   * set_mempolicy(2) of the calling thread.
   *
   * @param flags of {@link MemoryPolicyFlag}
   * @param nodes bits in words of 64; none for the modes that take no nodes
   */
  public static void setMemoryPolicy(
      Kernel kernel, MemoryPolicyMode mode, long flags, String shown, long[] nodes) {
    Block mask = mask(shown, nodes);
    kernel.invoke(
        Gives.NOTHING,
        null,
        Syscall.SET_MEMPOLICY,
        Arg.imm(mode.number() | flags),
        nodes.length == 0 ? Arg.imm(0) : Arg.of(mask),
        // The kernel looks at one bit less than it is told of.
        Arg.imm(nodes.length == 0 ? 0 : nodes.length * (long) Long.SIZE + 1));
  }

  /** personality(2). */
  public static void setPersonality(Kernel kernel, ExecutionDomain domain) {
    kernel.invoke(Gives.NOTHING, null, Syscall.PERSONALITY, Arg.imm(domain.number()));
  }

  private static Block mask(String shown, long[] words) {
    Block block = Block.struct(Math.max(1, words.length) * Long.BYTES, "{" + shown + "}");
    for (int i = 0; i < words.length; i++) {
      block.u64(i * Long.BYTES, words[i]);
    }
    return block;
  }
}
