// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.LibSeccomp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * What libseccomp makes of a profile, called as runc calls it: what our filters are held against.
 */
final class LibSeccompOracle {
  /** Below are the library's numbers for calls that other architectures have. */
  private static final int NOT_THERE = -10000;

  private final LibSeccomp library = LibSeccomp.get();

  /** Whether the one installed knows an architecture; the latest came with 2.5.5 and 2.6. */
  boolean knows(SeccompArchitecture architecture) {
    return number(architecture) != 0;
  }

  /** Whether it knows that an architecture has a call, of its own or carried by another. */
  boolean has(SeccompArchitecture architecture, String call) {
    int number = number(architecture, call);
    return number != LibSeccomp.NO_CALL && number > NOT_THERE;
  }

  boolean knows(String call) {
    return library.number(call) != LibSeccomp.NO_CALL;
  }

  /**
   * The library's number of a call; negative if the architecture has it by another call, or not.
   */
  int number(SeccompArchitecture architecture, String call) {
    return library.number(number(architecture), call);
  }

  private int number(SeccompArchitecture architecture) {
    return library.architecture(architecture.name().toLowerCase(Locale.ROOT));
  }

  SeccompMachine machine(SeccompSpec profile) {
    try (LibSeccomp.Filter filter = library.filter(profile.defaultValue())) {
      for (SeccompArchitecture each : profile.architectures()) {
        filter.addArchitecture(number(each));
      }
      for (SeccompRule rule : profile.rules()) {
        if (rule.value() != profile.defaultValue()) {
          add(filter, rule);
        }
      }
      return new SeccompMachine(filter.export());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(LibSeccomp.Filter filter, SeccompRule rule) {
    for (String name : rule.names()) {
      if (knows(name)) {
        for (List<SeccompRule.Condition> all : rule.alternatives()) {
          List<LibSeccomp.Comparison> comparisons =
              all.stream().map(LibSeccompOracle::comparison).toList();
          filter.addRule(rule.value(), library.number(name), comparisons);
        }
      }
    }
  }

  /** Of a masked comparison the library wants the mask first, as documents have it. */
  private static LibSeccomp.Comparison comparison(SeccompRule.Condition c) {
    boolean masked = c.operator() == SeccompOperator.MASKED_EQ;
    return new LibSeccomp.Comparison(
        c.index(), c.operator().number(), c.value(), masked ? c.valueTwo() : 0);
  }
}
