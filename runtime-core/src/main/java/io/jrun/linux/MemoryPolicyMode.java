// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Modes of a NUMA memory policy: linux/mempolicy.h. */
public enum MemoryPolicyMode {
  MPOL_DEFAULT(0),
  MPOL_PREFERRED(1),
  MPOL_BIND(2),
  MPOL_INTERLEAVE(3),
  MPOL_LOCAL(4),
  MPOL_PREFERRED_MANY(5),
  MPOL_WEIGHTED_INTERLEAVE(6);

  private final int number;

  MemoryPolicyMode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
