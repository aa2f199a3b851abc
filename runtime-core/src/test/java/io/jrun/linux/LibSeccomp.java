// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * libseccomp, the library that turns rules into a filter, bound by {@link Binding}: seccomp_init(3)
 * and the pages it refers to. Functions give 0 or minus an errno. Loaded once, at the first call of
 * {@link #get}; one filter is to be built at a time.
 */
public final class LibSeccomp {
  /** The name by which the run-time linker finds it; the number is that of its interface. */
  public static final String LIBRARY = "libseccomp.so.2";

  /** What a name gives that is no system call anywhere: __NR_SCMP_ERROR of seccomp.h. */
  public static final int NO_CALL = -1;

  /** The level whose kernel knows every action: seccomp_api_get(3); 5.7 has it, 5.14 is needed. */
  private static final int API_LEVEL = 6;

  private static final int COMPARISON_SIZE = 24;

  private static LibSeccomp loaded;

  private final Functions functions;
  private final Optional<String> path;

  /**
   * The functions, named as in C but for the prefix; a context is an address, 0 if there is none.
   */
  interface Functions {
    long init(int defaultAction);

    void release(long context);

    int apiGet();

    int apiSet(int level);

    int archNative();

    int archResolveName(String name);

    int archAdd(long context, int architecture);

    int resolveName(String name);

    int resolveNameArch(int architecture, String name);

    int ruleAddArray(long context, int action, int number, int count, long comparisons);

    int exportBpf(long context, int fd);

    /** Where the file lies that has these functions; empty if it has been replaced since. */
    Optional<String> path();
  }

  private LibSeccomp() {
    functions = Binding.own().seccomp();
    path = functions.path();
    // A kernel behind someone else's filter may look older than it is.
    if (functions.apiGet() < API_LEVEL) {
      functions.apiSet(API_LEVEL);
    }
  }

  /**
   * The library.
   *
   * @throws UnsatisfiedLinkError if this host has none
   */
  public static synchronized LibSeccomp get() {
    if (loaded == null) {
      loaded = new LibSeccomp();
    }
    return loaded;
  }

  /** Where the file lies that was loaded; empty if it has been replaced since. */
  public Optional<String> path() {
    return path;
  }

  /** An architecture's number, AUDIT_ARCH_... of linux/audit.h but for x32; 0 if it is unknown. */
  public int architecture(String name) {
    return functions.archResolveName(name);
  }

  public int nativeArchitecture() {
    return functions.archNative();
  }

  /**
   * A system call's number on this machine; negative, and good for rules all the same, if only
   * other architectures have it; {@link #NO_CALL} if none has.
   */
  public int number(String call) {
    return functions.resolveName(call);
  }

  /** A system call's number on an architecture; negative if it has none. */
  public int number(int architecture, String call) {
    return functions.resolveNameArch(architecture, call);
  }

  /** A comparison of an argument: struct scmp_arg_cmp of seccomp.h. */
  public record Comparison(int argument, int operator, long a, long b) {}

  /** A filter with a default action; the native architecture is among its own from the start. */
  public Filter filter(int defaultAction) {
    long context = functions.init(defaultAction);
    if (context == 0) {
      throw new SyscallException("seccomp_init", Errno.EINVAL.number());
    }
    return new Filter(context);
  }

  /** A filter being built. */
  public final class Filter implements AutoCloseable {
    private final long context;

    private Filter(long context) {
      this.context = context;
    }

    /**
     * Adds an architecture; one that is there already is no error.
     *
     * @throws SyscallException EDOM for one whose byte order differs
     */
    public void addArchitecture(int architecture) {
      check("seccomp_arch_add", functions.archAdd(context, architecture));
    }

    /** Adds a rule; one that an earlier rule has made pointless is no error. */
    public void addRule(int action, int number, List<Comparison> comparisons) {
      ByteBuffer array =
          ByteBuffer.allocate(comparisons.size() * COMPARISON_SIZE).order(ByteOrder.nativeOrder());
      for (Comparison each : comparisons) {
        array.putInt(each.argument()).putInt(each.operator()).putLong(each.a()).putLong(each.b());
      }
      try (Binding.Memory memory = Binding.own().zeroed(Math.max(1, array.capacity()))) {
        memory.put(array.array(), array.capacity());
        check(
            "seccomp_rule_add",
            functions.ruleAddArray(context, action, number, comparisons.size(), memory.address()));
      }
    }

    private void check(String function, int result) {
      if (result < 0 && result != -Errno.EEXIST.number()) {
        throw new SyscallException(function, -result);
      }
    }

    /** The filter: struct sock_filter, 8 bytes each. */
    public byte[] export() throws IOException {
      Kernel kernel = new OwnKernel();
      Fd file = kernel.memfdCreate("filter");
      try {
        check("seccomp_export_bpf", functions.exportBpf(context, (int) file.number()));
        return Files.readAllBytes(Path.of("/proc/self/fd", Long.toString(file.number())));
      } finally {
        kernel.close(file);
      }
    }

    @Override
    public void close() {
      functions.release(context);
    }
  }
}
