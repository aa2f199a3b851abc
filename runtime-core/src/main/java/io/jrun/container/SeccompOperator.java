// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

/**
 * How an argument is compared: config-linux.md, "Seccomp", {@code op}. Comparisons are unsigned, 64
 * bits wide; the numbers are those of libseccomp's enum scmp_compare, seccomp_rule_add(3).
 */
public enum SeccompOperator {
  NE(1),
  LT(2),
  LE(3),
  EQ(4),
  GE(5),
  GT(6),
  /** The argument under a mask, {@code value}, is {@code valueTwo}. */
  MASKED_EQ(7);

  private static final String PREFIX = "SCMP_CMP_";
  private final int number;

  SeccompOperator(int number) {
    this.number = number;
  }

  /** SCMP_CMP_..., as documents have it. */
  public String specName() {
    return PREFIX + name();
  }

  public int number() {
    return number;
  }

  /** Null if there is none of that name. */
  static SeccompOperator named(String specName) {
    for (SeccompOperator each : values()) {
      if (each.specName().equals(specName)) {
        return each;
      }
    }
    return null;
  }
}
