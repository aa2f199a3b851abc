// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Capability;
import io.jrun.spec.LinuxCapabilities;
import java.util.List;

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
    return new CapabilitySets(
        mask(declared.bounding(), "bounding", problems),
        mask(declared.effective(), "effective", problems),
        mask(declared.inheritable(), "inheritable", problems),
        mask(declared.permitted(), "permitted", problems),
        mask(declared.ambient(), "ambient", problems));
  }

  private static long mask(List<String> names, String set, Problems problems) {
    long mask = 0;
    for (int i = 0; names != null && i < names.size(); i++) {
      Capability capability = Capability.named(names.get(i));
      if (capability == null) {
        problems.add(
            "/process/capabilities/" + set + "/" + i,
            "unknown capability \"" + names.get(i) + "\": names are like CAP_NET_RAW");
      } else {
        mask |= capability.bit();
      }
    }
    return mask;
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
