// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Seccomp;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns a profile into a filter: classic BPF (seccomp(2)). What it means is what runc's filters
 * mean, made by libseccomp: the native architecture is always there; a call of an architecture that
 * is not is answered by the end of its thread; and where the default is not permissive, a call with
 * a higher number than any that the profile names is ENOSYS, since whoever wrote the profile could
 * not know it, and another error keeps a C library from doing without.
 *
 * <p>The filter looks at the architecture, then searches for the number: numbers that follow each
 * other and are answered alike are one range, and the ranges are the leaves of a balanced tree.
 */
public final class FilterCompiler {
  // Offsets in struct seccomp_data of linux/seccomp.h.
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;

  /** SECCOMP_RET_KILL_THREAD. */
  private static final int KILL_THREAD = 0;

  /** SECCOMP_RET_ERRNO. */
  private static final int ERRNO = 0x00050000;

  private static final int ENOSYS = 38;

  /** __X32_SYSCALL_BIT of asm/unistd.h; x86_64's numbers are all below. */
  private static final int X32_BIT = 0x40000000;

  /** What a tracer puts in place of a call that is not to be: no number of any call. */
  private static final int SKIPPED = -1;

  /** More conditions of one call than the kernel takes instructions are not looked at. */
  private static final int MAX_CONDITIONS = Seccomp.MAX_INSTRUCTIONS;

  private final SeccompSpec profile;
  private final Decision otherwise;
  private final Decision notThere = new Decision.Return(ERRNO | ENOSYS);
  private final Decision killed = new Decision.Return(KILL_THREAD);

  private FilterCompiler(SeccompSpec profile) {
    this.profile = profile;
    this.otherwise = new Decision.Return(profile.defaultValue());
  }

  /**
   * The filter of a profile for the machine that this runs on.
   *
   * @throws SeccompException if there can be none
   */
  public static byte[] compile(SeccompSpec profile) {
    return compile(profile, nativeArchitecture());
  }

  /** The same for another machine. */
  static byte[] compile(SeccompSpec profile, SeccompArchitecture machine) {
    byte[] filter = FilterAssembler.assemble(new FilterCompiler(profile).filter(machine));
    int count = filter.length / Seccomp.INSTRUCTION_SIZE;
    if (count > Seccomp.MAX_INSTRUCTIONS) {
      throw tooLong(Integer.toString(count));
    }
    return filter;
  }

  private static SeccompException tooLong(String count) {
    return new SeccompException(
        "/linux/seccomp: the filter has "
            + count
            + " instructions and the kernel takes "
            + Seccomp.MAX_INSTRUCTIONS
            + ": use fewer rules or architectures");
  }

  static SeccompArchitecture nativeArchitecture() {
    return System.getProperty("os.arch").equals("aarch64")
        ? SeccompArchitecture.AARCH64
        : SeccompArchitecture.X86_64;
  }

  /** The native one first: it is asked for first. */
  private Set<SeccompArchitecture> architectures(SeccompArchitecture machine) {
    Set<SeccompArchitecture> all = new LinkedHashSet<>();
    all.add(machine);
    for (SeccompArchitecture each : profile.architectures()) {
      if (!each.isLittleEndian()) {
        throw new SeccompException(
            "/linux/seccomp/architectures: "
                + each.specName()
                + ": has another byte order than this machine: remove it");
      }
      all.add(each);
    }
    return all;
  }

  private Decision filter(SeccompArchitecture machine) {
    Set<SeccompArchitecture> all = architectures(machine);
    List<SeccompArchitecture> order = new ArrayList<>(all);
    Decision next = killed;
    for (int i = order.size() - 1; i >= 0; i--) {
      SeccompArchitecture each = order.get(i);
      boolean besides = each == SeccompArchitecture.X32 && all.contains(SeccompArchitecture.X86_64);
      if (!besides) {
        Decision calls = new Decision.Load(NUMBER, calls(each, all));
        next = new Decision.Test(Decision.Comparison.EQUAL, each.audit(), calls, next);
      }
    }
    return new Decision.Load(ARCHITECTURE, next);
  }

  /** What is done by the number, once the architecture is known. */
  private Decision calls(SeccompArchitecture architecture, Set<SeccompArchitecture> all) {
    Ranges ranges = new Ranges(otherwise);
    if (architecture.audit() != SeccompArchitecture.X86_64.audit()) {
      add(ranges, architecture, -1);
      return ranges.search();
    }
    if (all.contains(SeccompArchitecture.X86_64)) {
      add(ranges, SeccompArchitecture.X86_64, X32_BIT - 1);
    } else {
      ranges.set(0, X32_BIT - 1, killed);
    }
    if (all.contains(SeccompArchitecture.X32)) {
      add(ranges, SeccompArchitecture.X32, -1);
    } else {
      ranges.set(X32_BIT, SKIPPED - 1, killed);
    }
    return ranges.search();
  }

  /**
   * Adds an architecture's calls.
   *
   * @param last the last number that is its own, unsigned
   */
  private void add(Ranges ranges, SeccompArchitecture architecture, int last) {
    CallRules rules = CallRules.of(profile, SystemCalls.of(architecture));
    Conditions conditions = new Conditions(architecture.hasWideArguments());
    boolean future =
        refusesFutureCalls() && rules.highest() != SystemCalls.NONE && rules.highest() != last;
    for (int number : rules.numbers()) {
      // socketcall and ipc, which no rule may name, are future calls if all that are named are
      // older.
      if (!future || Integer.compareUnsigned(number, rules.highest()) <= 0) {
        ranges.set(number, number, decide(conditions, rules.alternatives(number)));
      }
    }
    if (future) {
      ranges.set(rules.highest() + 1, last, notThere);
    }
  }

  /** A default that lets calls take place, or says ENOSYS itself, is right for future ones too. */
  private boolean refusesFutureCalls() {
    boolean says = profile.defaultAction().hasErrno() && profile.defaultErrno() == ENOSYS;
    return !profile.defaultAction().isPermissive() && !says;
  }

  private Decision decide(Conditions conditions, List<CallRules.Alternative> alternatives) {
    int count = 0;
    for (CallRules.Alternative each : alternatives) {
      count += each.conditions().size();
    }
    if (count > MAX_CONDITIONS) {
      throw tooLong("more than " + MAX_CONDITIONS);
    }
    Decision next = otherwise;
    for (int i = alternatives.size() - 1; i >= 0; i--) {
      CallRules.Alternative each = alternatives.get(i);
      next = conditions.all(each.conditions(), new Decision.Return(each.value()), next);
    }
    return next;
  }
}
