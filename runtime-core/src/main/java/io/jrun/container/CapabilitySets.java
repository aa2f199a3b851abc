// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Capability;
import io.jrun.spec.LinuxCapabilities;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The five capability sets as bit masks, bit n being capability n. Source: config.md
 * "capabilities", capabilities(7).
 */
public record CapabilitySets(
    long bounding, long effective, long inheritable, long permitted, long ambient) {
  /** No capability at all. */
  public static final CapabilitySets NONE = new CapabilitySets(0, 0, 0, 0, 0);

  static CapabilitySets parse(LinuxCapabilities declared, Problems problems) {
    if (declared == null) {
      return NONE;
    }
    Set<String> unknown = new TreeSet<>();
    CapabilitySets sets =
        new CapabilitySets(
            mask(declared.bounding(), unknown),
            mask(declared.effective(), unknown),
            mask(declared.inheritable(), unknown),
            mask(declared.permitted(), unknown),
            mask(declared.ambient(), unknown));
    if (!unknown.isEmpty()) {
      warnUnknown("/process/capabilities", unknown, problems);
    }
    sets.warnAmbient(problems);
    return sets;
  }

  private static long mask(List<String> names, Set<String> unknown) {
    long mask = 0;
    for (int i = 0; names != null && i < names.size(); i++) {
      Capability capability = Capability.named(names.get(i));
      if (capability == null) {
        unknown.add(names.get(i));
      } else {
        mask |= capability.bit();
      }
    }
    return mask;
  }

  /**
   * An engine names all that its kernel has: one that is newer must not keep a container from
   * running. What is left out is a right less. The words are runc's.
   */
  static void warnUnknown(String pointer, Set<String> unknown, Problems problems) {
    problems.warn(
        pointer,
        "ignoring unknown or unavailable capabilities: "
            + list(unknown)
            + ": names are like CAP_NET_RAW");
  }

  private void warnAmbient(Problems problems) {
    long lost = ambient & ~raisableAmbient();
    for (int number = 0; lost >>> number != 0; number++) {
      if ((lost >>> number & 1) != 0) {
        problems.warn(
            "/process/capabilities/ambient",
            "can't raise ambient capability "
                + Capability.values()[number]
                + ": ignored: it has to be permitted and inheritable too");
      }
    }
  }

  private static String list(Set<String> names) {
    return "[" + String.join(" ", names) + "]";
  }

  /** What is left when only some capabilities can be had, the sets' own rules applied. */
  public CapabilitySets within(long available) {
    return new CapabilitySets(
        bounding & available,
        effective & available,
        inheritable & available,
        permitted & available,
        ambient & available);
  }

  /** Every capability named in any set. */
  public long all() {
    return bounding | effective | inheritable | permitted | ambient;
  }

  /** The ambient capabilities the kernel will raise: those both permitted and inheritable. */
  public long raisableAmbient() {
    return ambient & permitted & inheritable;
  }

  void check(Problems problems) {
    problems.require(
        (effective & ~permitted) == 0,
        "/process/capabilities/effective",
        "has capabilities that permitted has not: the kernel refuses that");
  }
}
