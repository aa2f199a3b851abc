// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordFactory;

/**
 * A native core's binding: C functions linked into the executable, called directly. A call that may
 * block is a transition, so that a collection does not wait for it.
 */
final class LinkedBinding implements Binding {
  LinkedBinding() {}

  @CFunction("jrun_syscall")
  private static native long jrunSyscall(
      long number, long a, long b, long c, long d, long e, long f);

  @CFunction("jrun_trim")
  private static native void jrunTrim();

  @Override
  public long syscall(long number, long a, long b, long c, long d, long e, long f) {
    return jrunSyscall(number, a, b, c, d, e, f);
  }

  @Override
  public Memory zeroed(int size) {
    Pointer memory = UnmanagedMemory.calloc(WordFactory.unsigned(size));
    return new Lent(memory.rawValue());
  }

  @Override
  public void trim() {
    jrunTrim();
  }

  @Override
  public LibSeccomp.Functions seccomp() {
    return new Linked();
  }

  /** From malloc(3). */
  private record Lent(long address) implements Memory {
    private Pointer pointer() {
      return WordFactory.pointer(address);
    }

    @Override
    public void put(byte[] content, int size) {
      CTypeConversion.asByteBuffer(pointer(), size).put(content, 0, size);
    }

    @Override
    public void putLong(int offset, long value) {
      pointer().writeLong(offset, value);
    }

    @Override
    public void get(byte[] into, int size) {
      CTypeConversion.asByteBuffer(pointer(), size).get(into, 0, size);
    }

    @Override
    public void close() {
      UnmanagedMemory.free(pointer());
    }
  }

  /** libseccomp, linked too. */
  private static final class Linked implements LibSeccomp.Functions {
    @CFunction("seccomp_init")
    private static native long seccompInit(int defaultAction);

    @CFunction("seccomp_release")
    private static native void seccompRelease(long context);

    @CFunction("seccomp_api_get")
    private static native int seccompApiGet();

    @CFunction("seccomp_api_set")
    private static native int seccompApiSet(int level);

    @CFunction("seccomp_arch_native")
    private static native int seccompArchNative();

    @CFunction("seccomp_arch_resolve_name")
    private static native int seccompArchResolveName(CCharPointer name);

    @CFunction("seccomp_arch_add")
    private static native int seccompArchAdd(long context, int architecture);

    @CFunction("seccomp_syscall_resolve_name")
    private static native int seccompSyscallResolveName(CCharPointer name);

    @CFunction("seccomp_syscall_resolve_name_arch")
    private static native int seccompSyscallResolveNameArch(int architecture, CCharPointer name);

    @CFunction("seccomp_rule_add_array")
    private static native int seccompRuleAddArray(
        long context, int action, int number, int count, long comparisons);

    @CFunction("seccomp_export_bpf")
    private static native int seccompExportBpf(long context, int fd);

    @Override
    public long init(int defaultAction) {
      return seccompInit(defaultAction);
    }

    @Override
    public void release(long context) {
      seccompRelease(context);
    }

    @Override
    public int apiGet() {
      return seccompApiGet();
    }

    @Override
    public int apiSet(int level) {
      return seccompApiSet(level);
    }

    @Override
    public int archNative() {
      return seccompArchNative();
    }

    @Override
    public int archResolveName(String name) {
      try (CTypeConversion.CCharPointerHolder text = CTypeConversion.toCString(name)) {
        return seccompArchResolveName(text.get());
      }
    }

    @Override
    public int archAdd(long context, int architecture) {
      return seccompArchAdd(context, architecture);
    }

    @Override
    public int resolveName(String name) {
      try (CTypeConversion.CCharPointerHolder text = CTypeConversion.toCString(name)) {
        return seccompSyscallResolveName(text.get());
      }
    }

    @Override
    public int resolveNameArch(int architecture, String name) {
      try (CTypeConversion.CCharPointerHolder text = CTypeConversion.toCString(name)) {
        return seccompSyscallResolveNameArch(architecture, text.get());
      }
    }

    @Override
    public int ruleAddArray(long context, int action, int number, int count, long comparisons) {
      return seccompRuleAddArray(context, action, number, count, comparisons);
    }

    @Override
    public int exportBpf(long context, int fd) {
      return seccompExportBpf(context, fd);
    }

    /** This very executable. */
    @Override
    public Optional<String> path() {
      try {
        String file = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
        return file.endsWith(" (deleted)") ? Optional.empty() : Optional.of(file);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }
}
