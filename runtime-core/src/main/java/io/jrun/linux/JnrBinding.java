// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Map;
import java.util.Optional;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;
import jnr.ffi.annotations.SaveError;

/** A JVM's binding: jnr-ffi, which makes a class for each interface of functions. */
final class JnrBinding implements Binding {
  /** libc's syscall(2). */
  public interface LibC {
    @SaveError
    long syscall(long number, long a, long b, long c, long d, long e, long f);
  }

  /** Of the GNU library alone. */
  public interface Malloc {
    int malloc_trim(long pad);
  }

  /** libseccomp's functions by their names in C. */
  @IgnoreError
  public interface Seccomp {
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

  private final LibC libc = LibraryLoader.create(LibC.class).load("c");
  private final Runtime runtime = Runtime.getRuntime(libc);

  /** Bound where it is wanted at all: an interface is bound as a whole. */
  private Malloc malloc;

  @Override
  public long syscall(long number, long a, long b, long c, long d, long e, long f) {
    long result = libc.syscall(number, a, b, c, d, e, f);
    return result == -1 ? -runtime.getLastError() : result;
  }

  @Override
  public Memory zeroed(int size) {
    return new Direct(runtime.getMemoryManager().allocateDirect(size, true));
  }

  @Override
  public synchronized void trim() {
    if (malloc == null) {
      malloc = LibraryLoader.create(Malloc.class).load("c");
    }
    malloc.malloc_trim(0);
  }

  @Override
  public LibSeccomp.Functions seccomp() {
    return new Functions(
        LibraryLoader.loadLibrary(
            Seccomp.class, Map.of(LibraryOption.LoadNow, Boolean.TRUE), LibSeccomp.LIBRARY));
  }

  /** Freed when nothing refers to it any more. */
  private record Direct(Pointer pointer) implements Memory {
    @Override
    public long address() {
      return pointer.address();
    }

    @Override
    public void put(byte[] content, int size) {
      pointer.put(0, content, 0, size);
    }

    @Override
    public void putLong(int offset, long value) {
      pointer.putLong(offset, value);
    }

    @Override
    public void get(byte[] into, int size) {
      pointer.get(0, into, 0, size);
    }

    @Override
    public void close() {}
  }

  private record Functions(Seccomp library) implements LibSeccomp.Functions {
    private static Pointer pointer(long address) {
      return Pointer.wrap(Runtime.getSystemRuntime(), address);
    }

    @Override
    public long init(int defaultAction) {
      Pointer context = library.seccomp_init(defaultAction);
      return context == null ? 0 : context.address();
    }

    @Override
    public void release(long context) {
      library.seccomp_release(pointer(context));
    }

    @Override
    public int apiGet() {
      return library.seccomp_api_get();
    }

    @Override
    public int apiSet(int level) {
      return library.seccomp_api_set(level);
    }

    @Override
    public int archNative() {
      return library.seccomp_arch_native();
    }

    @Override
    public int archResolveName(String name) {
      return library.seccomp_arch_resolve_name(name);
    }

    @Override
    public int archAdd(long context, int architecture) {
      return library.seccomp_arch_add(pointer(context), architecture);
    }

    @Override
    public int resolveName(String name) {
      return library.seccomp_syscall_resolve_name(name);
    }

    @Override
    public int resolveNameArch(int architecture, String name) {
      return library.seccomp_syscall_resolve_name_arch(architecture, name);
    }

    @Override
    public int ruleAddArray(long context, int action, int number, int count, long comparisons) {
      return library.seccomp_rule_add_array(
          pointer(context), action, number, count, count == 0 ? null : pointer(comparisons));
    }

    @Override
    public int exportBpf(long context, int fd) {
      return library.seccomp_export_bpf(pointer(context), fd);
    }

    /** From the list of what is mapped: proc(5), /proc/self/maps. */
    @Override
    public Optional<String> path() {
      String maps = Procfs.read("/proc/self/maps").orElse("");
      int at = maps.indexOf("/libseccomp.so");
      if (at < 0) {
        return Optional.empty();
      }
      String line = maps.substring(maps.lastIndexOf('\n', at) + 1, maps.indexOf('\n', at));
      String file = line.substring(line.indexOf('/'));
      return file.endsWith(" (deleted)") ? Optional.empty() : Optional.of(file);
    }
  }
}
