// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.linux.Block;
import io.jrun.linux.BpfAttr;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.OwnKernel;
import io.jrun.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Device programs that a resident core has loaded, for launches to come: the verifier takes a third
 * of a millisecond, and most containers have the same rules. They are found by their very
 * instructions, and named to a front by the kernel's id of them.
 *
 * <p>A core that serves one command keeps none: nobody asks it twice.
 */
public final class LoadedPrograms {
  private static final int MOST = 32;
  private static final int ID_OFFSET = 4; // of struct bpf_prog_info

  private static final LoadedPrograms OF_THIS_PROCESS = new LoadedPrograms();

  /** A program in the kernel; one that it has not taken has the id 0. */
  private record Loaded(Fd program, long id) {}

  private final Map<ByteBuffer, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);
  private ByteBuffer missed;
  private boolean resident;

  /** Made when there is something to load: it costs a cold core too much. */
  private Kernel kernel;

  private LoadedPrograms() {}

  /** Those of this process. */
  public static LoadedPrograms shared() {
    return OF_THIS_PROCESS;
  }

  /** From here on what is looked for and not found is loaded by {@link #loadMissed}. */
  public synchronized void stay() {
    resident = true;
  }

  /** The kernel's id of a program; empty if it is not loaded here. */
  public synchronized OptionalLong find(DeviceProgram program) {
    if (!resident) {
      return OptionalLong.empty();
    }
    ByteBuffer instructions = ByteBuffer.wrap(program.instructions());
    Loaded known = loaded.get(instructions);
    if (known == null) {
      missed = instructions;
    }
    return known == null || known.id == 0 ? OptionalLong.empty() : OptionalLong.of(known.id);
  }

  /** Loads what was last looked for in vain. The one that was not asked for longest makes room. */
  public synchronized void loadMissed() {
    if (missed == null) {
      return;
    }
    if (kernel == null) {
      kernel = new OwnKernel();
    }
    loaded.put(missed, load(kernel, missed.array()));
    missed = null;
    if (loaded.size() > MOST) {
      Iterator<Loaded> all = loaded.values().iterator();
      Loaded oldest = all.next();
      all.remove();
      if (oldest.id != 0) {
        kernel.close(oldest.program);
      }
    }
  }

  private static Loaded load(Kernel kernel, byte[] instructions) {
    Fd program = null;
    try {
      program = DeviceProgram.load(kernel, instructions);
      return new Loaded(program, id(kernel, program));
    } catch (SyscallException e) {
      // Whoever launches will be told why, if it is so there too.
      if (program != null) {
        kernel.close(program);
      }
      return new Loaded(null, 0);
    }
  }

  private static long id(Kernel kernel, Fd program) {
    Block info = Block.room(8);
    kernel.bpfInfo(BpfAttr.info(program, info));
    ByteBuffer read = ByteBuffer.wrap(info.content()).order(ByteOrder.LITTLE_ENDIAN);
    return Integer.toUnsignedLong(read.getInt(ID_OFFSET));
  }
}
