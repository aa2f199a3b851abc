// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;

/**
 * libseccomp, the library that turns rules into a filter, bound through jnr-ffi: seccomp_init(3)
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
  private final Runtime runtime;
  private final Optional<String> path;

  /** The functions by their names in C. */
  @IgnoreError
  public interface Functions {
    Pointer seccomp_init(int defaultAction);

    void seccomp_release(Pointer context);

    int seccomp_api_get();

    int seccomp_api_set(int level);

    int seccomp_arch_native();

    int seccomp_arch_resolve_name(String name);

    int seccomp_arch_add(Pointer context, int architecture);

    int seccomp_syscall_resolve_name(String name);

    int seccomp_syscall_resolve_name_arch(int architecture, String name);

    int seccomp_rule_add_array(
        Pointer context, int action, int number, int count, Pointer comparisons);

    int seccomp_export_bpf(Pointer context, int fd);
  }

  private LibSeccomp() {
    functions =
        LibraryLoader.loadLibrary(
            Functions.class, java.util.Map.of(LibraryOption.LoadNow, Boolean.TRUE), LIBRARY);
    runtime = Runtime.getRuntime(functions);
    path = mappedPath();
    // A kernel behind someone else's filter may look older than it is.
    if (functions.seccomp_api_get() < API_LEVEL) {
      functions.seccomp_api_set(API_LEVEL);
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

  /** From the list of what is mapped: proc(5), /proc/self/maps. */
  private static Optional<String> mappedPath() {
    String maps = Procfs.read("/proc/self/maps").orElse("");
    int at = maps.indexOf("/libseccomp.so");
    if (at < 0) {
      return Optional.empty();
    }
    String line = maps.substring(maps.lastIndexOf('\n', at) + 1, maps.indexOf('\n', at));
    String file = line.substring(line.indexOf('/'));
    return file.endsWith(" (deleted)") ? Optional.empty() : Optional.of(file);
  }

  /** An architecture's number, AUDIT_ARCH_... of linux/audit.h but for x32; 0 if it is unknown. */
  public int architecture(String name) {
    return functions.seccomp_arch_resolve_name(name);
  }

  public int nativeArchitecture() {
    return functions.seccomp_arch_native();
  }

  /**
   * A system call's number on this machine; negative, and good for rules all the same, if only
   * other architectures have it; {@link #NO_CALL} if none has.
   */
  public int number(String call) {
    return functions.seccomp_syscall_resolve_name(call);
  }

  /** A system call's number on an architecture; negative if it has none. */
  public int number(int architecture, String call) {
    return functions.seccomp_syscall_resolve_name_arch(architecture, call);
  }

  /** A comparison of an argument: struct scmp_arg_cmp of seccomp.h. */
  public record Comparison(int argument, int operator, long a, long b) {}

  /** A filter with a default action; the native architecture is among its own from the start. */
  public Filter filter(int defaultAction) {
    Pointer context = functions.seccomp_init(defaultAction);
    if (context == null) {
      throw new SyscallException("seccomp_init", Errno.EINVAL.number());
    }
    return new Filter(context);
  }

  /** A filter being built. */
  public final class Filter implements AutoCloseable {
    private final Pointer context;

    private Filter(Pointer context) {
      this.context = context;
    }

    /**
     * Adds an architecture; one that is there already is no error.
     *
     * @throws SyscallException EDOM for one whose byte order differs
     */
    public void addArchitecture(int architecture) {
      check("seccomp_arch_add", functions.seccomp_arch_add(context, architecture));
    }

    /** Adds a rule; one that an earlier rule has made pointless is no error. */
    public void addRule(int action, int number, List<Comparison> comparisons) {
      Pointer array = null;
      if (!comparisons.isEmpty()) {
        array =
            runtime.getMemoryManager().allocateDirect(comparisons.size() * COMPARISON_SIZE, true);
        for (int i = 0; i < comparisons.size(); i++) {
          Comparison each = comparisons.get(i);
          array.putInt(i * COMPARISON_SIZE, each.argument());
          array.putInt(i * COMPARISON_SIZE + 4, each.operator());
          array.putLong(i * COMPARISON_SIZE + 8, each.a());
          array.putLong(i * COMPARISON_SIZE + 16, each.b());
        }
      }
      check(
          "seccomp_rule_add",
          functions.seccomp_rule_add_array(context, action, number, comparisons.size(), array));
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
        check("seccomp_export_bpf", functions.seccomp_export_bpf(context, (int) file.number()));
        return Files.readAllBytes(Path.of("/proc/self/fd", Long.toString(file.number())));
      } finally {
        kernel.close(file);
      }
    }

    @Override
    public void close() {
      functions.seccomp_release(context);
    }
  }
}
