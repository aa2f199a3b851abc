// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitNameTest {
  @ParameterizedTest
  @CsvSource({
    "'', /system.slice/jrun-c1.scope",
    "machine.slice:libpod:abc, /machine.slice/libpod-abc.scope",
    "a-b-c.slice:p:n, /a.slice/a-b.slice/a-b-c.slice/p-n.scope",
    ":p:n, /system.slice/p-n.scope",
    "-:p:n, /p-n.scope",
    "-.slice:p:n, /p-n.scope",
    "system.slice::n, /system.slice/n.scope",
    "system.slice:p:n.scope, /system.slice/p-n.scope",
    "a.slice:p:a-b.slice, /a.slice/a-b.slice",
    "a\\x2db.slice:p:n@1, /a\\x2db.slice/p-n@1.scope"
  })
  void itsCgroupFollowsFromItsName(String cgroupsPath, String cgroup) {
    assertEquals(cgroup, UnitName.of(cgroupsPath, "c1", true).cgroup(""));
    assertEquals(cgroup, UnitName.of(cgroupsPath, "c1", true).cgroup("/"));
  }

  @Test
  void aUsersIsBelowTheManagersOwn() {
    UnitName name = UnitName.of("", "c1", false);
    assertEquals("/user.slice/u/user.slice/jrun-c1.scope", name.cgroup("/user.slice/u"));
  }

  @Test
  void aNameOfASliceMakesASlice() {
    assertTrue(UnitName.of("a.slice::a-b.slice", "c1", true).isSlice());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/b",
        "a",
        "a:b",
        "a:b:c:d",
        "a.slice:b:",
        "a:b:c",
        ".slice:b:c",
        "-a.slice:b:c",
        "a-.slice:b:c",
        "a--b.slice:b:c",
        "a/b.slice:b:c",
        "a.slice:b:c d",
        "a.slice:b:c/d",
        "a.slice:b:c+d",
        "a.slice:b:x--y.slice",
        "a.slice:b:\u00e9"
      })
  void whatIsNoUnitIsRefused(String cgroupsPath) {
    assertThrows(
        IllegalArgumentException.class, () -> UnitName.of(cgroupsPath, "c1", true), cgroupsPath);
  }

  @Test
  void aNameThatIsTooLongIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> UnitName.of("", "x".repeat(250), true));
  }
}
