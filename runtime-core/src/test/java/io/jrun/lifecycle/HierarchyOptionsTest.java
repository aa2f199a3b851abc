// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HierarchyOptionsTest {
  @Test
  void theyAreTheHierarchysAndNotTheMounts() {
    assertEquals(
        new HierarchyOptions("/sys/fs/cg roup", Set.of("nsdelegate", "memory_recursiveprot")),
        HierarchyOptions.of(
            """
            25 1 0:23 / /proc rw,nosuid - proc proc rw
            31 26 0:26 / /sys/fs/cg\\040roup rw,nosuid shared:8 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
            """));
  }

  @Test
  void thereMayBeNone() {
    assertEquals(
        new HierarchyOptions("/x", Set.of()),
        HierarchyOptions.of("31 26 0:26 / /x rw,nosuid - cgroup2 none rw\n"));
    assertEquals(
        new HierarchyOptions("", Set.of()),
        HierarchyOptions.of("31 26 0:26 / /x rw - cgroup cgroup rw,cpu\n"));
  }
}
