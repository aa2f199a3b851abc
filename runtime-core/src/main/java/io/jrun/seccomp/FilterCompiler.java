// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Errno;
import io.jrun.linux.LibSeccomp;
import io.jrun.linux.Seccomp;
import io.jrun.linux.SyscallException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a profile into a filter: classic BPF, by libseccomp. */
final class FilterCompiler {
  private static final int ENOSYS = 38;

  private final SeccompSpec profile;
  private final LibSeccomp library;

  /** Architectures in libseccomp's numbering, the native one first. */
  private final List<Integer> architectures = new ArrayList<>();

  private FilterCompiler(SeccompSpec profile, LibSeccomp library) {
    this.profile = profile;
    this.library = library;
  }

  /** A filter, and where the library lies that made it; empty if that cannot be told any more. */
  record Compiled(byte[] filter, String library) {}

  /**
   * Compiles a profile. One at a time: the library keeps what it knows of the kernel in variables.
   *
   * @throws SeccompException if that is impossible here
   */
  static synchronized Compiled compile(SeccompSpec profile) {
    LibSeccomp library;
    try {
      library = LibSeccomp.get();
    } catch (LinkageError e) {
      throw new SeccompException(
          "/linux/seccomp: a filter cannot be made without libseccomp ("
              + LibSeccomp.LIBRARY
              + "), which is not installed: the package is called libseccomp2 on Debian and Ubuntu,"
              + " libseccomp elsewhere",
          e);
    }
    byte[] filter = new FilterCompiler(profile, library).compile();
    return new Compiled(filter, library.path().orElse(""));
  }

  private byte[] compile() {
    byte[] own;
    try (LibSeccomp.Filter filter = library.filter(profile.defaultValue())) {
      addArchitectures(filter);
      for (int i = 0; i < profile.rules().size(); i++) {
        addRule(filter, profile.rules().get(i), "/linux/seccomp/syscalls/" + i + ": ");
      }
      own = filter.export();
    } catch (SyscallException e) {
      throw refused("/linux/seccomp: ", e);
    } catch (IOException e) {
      throw new SeccompException("/linux/seccomp: the filter cannot be read back", e);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(future());
    conditional(whole);
    whole.writeBytes(own);
    byte[] all = whole.toByteArray();
    int count = all.length / Seccomp.INSTRUCTION_SIZE;
    if (count > Seccomp.MAX_INSTRUCTIONS) {
      throw new SeccompException(
          "/linux/seccomp: the filter has "
              + count
              + " instructions and the kernel takes "
              + Seccomp.MAX_INSTRUCTIONS
              + ": use fewer rules or architectures");
    }
    return all;
  }

  private static SeccompException refused(String where, SyscallException e) {
    return new SeccompException(
        where + e.call() + ": " + Errno.describe(e.errno()) + ": libseccomp refuses it", e);
  }

  private void addArchitectures(LibSeccomp.Filter filter) {
    architectures.add(library.nativeArchitecture());
    for (SeccompArchitecture each : profile.architectures()) {
      String where = "/linux/seccomp/architectures: " + each.specName() + ": ";
      int number = library.architecture(each.libraryName());
      if (number == 0) {
        throw new SeccompException(
            where + "not known to the libseccomp installed: update it, or remove the architecture");
      }
      try {
        filter.addArchitecture(number);
      } catch (SyscallException e) {
        if (e.errno() == Errno.EDOM.number()) {
          throw new SeccompException(
              where + "has another byte order than this machine: remove it", e);
        }
        throw refused(where, e);
      }
      if (!architectures.contains(number)) {
        architectures.add(number);
      }
    }
  }

  /** A rule that says what the default says is none: libseccomp does not take it. */
  private void addRule(LibSeccomp.Filter filter, SeccompRule rule, String where) {
    if (rule.value() == profile.defaultValue()) {
      return;
    }
    List<List<LibSeccomp.Comparison>> alternatives = new ArrayList<>(1);
    for (List<SeccompRule.Condition> all : rule.alternatives()) {
      List<LibSeccomp.Comparison> comparisons = new ArrayList<>(all.size());
      all.forEach(each -> comparisons.add(comparison(each)));
      alternatives.add(comparisons);
    }
    for (String name : rule.names()) {
      int number = library.number(name);
      if (number == LibSeccomp.NO_CALL) {
        continue;
      }
      for (List<LibSeccomp.Comparison> comparisons : alternatives) {
        try {
          filter.addRule(rule.value(), number, comparisons);
        } catch (SyscallException e) {
          throw refused(where + name + ": ", e);
        }
      }
    }
  }

  /** Of a masked comparison the library wants the mask first, as documents have it. */
  private static LibSeccomp.Comparison comparison(SeccompRule.Condition condition) {
    boolean masked = condition.operator() == SeccompOperator.MASKED_EQ;
    return new LibSeccomp.Comparison(
        condition.index(),
        condition.operator().number(),
        condition.value(),
        masked ? condition.valueTwo() : 0);
  }

  /** Calls that are decided before libseccomp's filter is asked. */
  private void conditional(ByteArrayOutputStream out) {
    Map<String, List<SeccompRule>> byName = new LinkedHashMap<>();
    Set<String> unconditional = new HashSet<>();
    for (SeccompRule rule : profile.rules()) {
      for (String name : rule.names()) {
        if (rule.conditions().isEmpty()) {
          unconditional.add(name);
        } else {
          byName.computeIfAbsent(name, any -> new ArrayList<>(1)).add(rule);
        }
      }
    }
    byName.forEach(
        (name, rules) -> {
          // Beside a rule without conditions libseccomp takes no others into account.
          if (!unconditional.contains(name) && ConditionalCalls.isNeeded(rules)) {
            for (int architecture : architectures) {
              int number = library.number(architecture, name);
              if (number >= 0) {
                out.writeBytes(
                    ConditionalCalls.decided(architecture, number, rules, profile.defaultValue()));
              }
            }
          }
        });
  }

  /** A default that lets calls take place, or says ENOSYS itself, is right for future ones too. */
  private byte[] future() {
    boolean says = profile.defaultAction().hasErrno() && profile.defaultErrno() == ENOSYS;
    if (profile.defaultAction().isPermissive() || says) {
      return new byte[0];
    }
    Map<Integer, Integer> highest = new LinkedHashMap<>();
    for (int architecture : architectures) {
      int last = -1;
      for (SeccompRule rule : profile.rules()) {
        for (String name : rule.names()) {
          last = Math.max(last, library.number(architecture, name));
        }
      }
      if (last >= 0) {
        highest.put(architecture, last);
      }
    }
    return highest.isEmpty() ? new byte[0] : FutureCalls.refused(highest);
  }
}
