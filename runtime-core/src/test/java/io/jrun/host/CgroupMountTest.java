// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CgroupMountTest {
  /** cgroupsPath, the caller's /proc/self/cgroup, the container's. */
  static Stream<Arguments> paths() {
    return Stream.of(
        arguments("/machine/demo", "0::/user.slice\n", "/machine/demo"),
        arguments("", "0::/user.slice/session.scope\n", "/user.slice/demo"),
        arguments("", "0::/\n", "/demo"),
        arguments("", "", "/demo"),
        arguments("", "0::/a\n", "/demo"),
        arguments("x/y", "0::/a/b/c\n", "/a/b/x/y"),
        arguments("x", "0::/\n", "/x"),
        // A hybrid host: only the unified hierarchy's line counts.
        arguments("", "13:memory:/m\n1:name=systemd:/s\n0::/u/own\n", "/u/demo"),
        arguments("", "13:memory:/m\n1:name=systemd:/s\n", "/demo"),
        // A caller whose cgroup is outside its cgroup namespace.
        arguments("", "0::/../outside\n", "/demo"),
        arguments("", "0::/..\n", "/demo"),
        arguments("", "0::/..own/x\n", "/..own/demo"));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void aContainersCgroupIsWhereItsPathSaysOrBesideTheCallers(
      String cgroupsPath, String own, String expected) {
    assertEquals(expected, CgroupMount.pathFor(cgroupsPath, "demo", own));
  }
}
