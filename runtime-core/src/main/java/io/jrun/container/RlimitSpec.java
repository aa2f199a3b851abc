// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Rlimit;
import io.jrun.spec.PosixRlimit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A resource limit. Source: config.md "rlimits", prlimit(2).
 *
 * @param soft unsigned; all ones is RLIM_INFINITY
 */
public record RlimitSpec(Rlimit limit, long soft, long hard, String pointer) {
  /** As many descriptors as it takes to become the program, and some more. */
  private static final long FEW = 64;

  /**
   * Whether it can only be set when all else is done: with so few descriptors nothing is opened,
   * and poll(2) takes no more of them than there may be.
   */
  public boolean isLast() {
    return limit == Rlimit.RLIMIT_NOFILE && Long.compareUnsigned(soft, FEW) < 0;
  }

  /**
   * As it is set before that, by whoever may raise it: all but what there would be too few of.
   *
   * @return empty if that is nothing
   */
  public Optional<RlimitSpec> before() {
    if (!isLast()) {
      return Optional.of(this);
    }
    return Long.compareUnsigned(hard, FEW) < 0
        ? Optional.empty()
        : Optional.of(new RlimitSpec(limit, FEW, hard, pointer));
  }

  static List<RlimitSpec> parse(List<PosixRlimit> declared, Problems problems) {
    List<RlimitSpec> out = new ArrayList<>();
    Set<Rlimit> seen = EnumSet.noneOf(Rlimit.class);
    for (int i = 0; declared != null && i < declared.size(); i++) {
      PosixRlimit each = declared.get(i);
      String pointer = "/process/rlimits/" + i;
      Rlimit limit = named(each.type());
      if (limit == null) {
        problems.add(pointer + "/type", "unknown rlimit \"" + each.type() + "\"");
        continue;
      }
      problems.require(
          seen.add(limit), pointer + "/type", "a second " + limit + ": each may be set once");
      problems.require(
          Long.compareUnsigned(each.soft(), each.hard()) <= 0,
          pointer + "/soft",
          "must not be above hard, " + Long.toUnsignedString(each.hard()));
      out.add(new RlimitSpec(limit, each.soft(), each.hard(), pointer));
    }
    return out;
  }

  private static Rlimit named(String name) {
    for (Rlimit limit : Rlimit.values()) {
      if (limit.name().equals(name)) {
        return limit;
      }
    }
    return null;
  }
}
