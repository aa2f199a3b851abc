// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

/** Fields that only cgroup v1 has. */
final class CgroupV1 {
  static final String NOT_IN_V2 = "cgroup v2 has no such limit: remove the field";

  private CgroupV1() {}

  static boolean isZero(Number value) {
    return value == null || value.longValue() == 0;
  }
}
