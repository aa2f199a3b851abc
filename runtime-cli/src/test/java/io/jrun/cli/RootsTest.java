// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Which root is meant, and which are refused. */
class RootsTest extends CommandLines {
  @Test
  void someRootsAreRefused() {
    assertFails("Option --root argument should not be empty", "jrun", "--root", "", "list");
    assertFails("Option --root argument should not be empty", "jrun", "--root=", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "/", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "/a/..", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "..", "list");
  }

  @Test
  void aNamedRootMustExistForAList() {
    assertFails(
        "open " + directory + "/none: no such file or directory",
        "jrun",
        "--root",
        directory + "/none",
        "list");
    FakeFront front =
        FakeFront.calledWith("jrun", "--root", "none", "list").in(directory.toString());
    assertEquals(1, front.run());
    assertTrue(front.record().contains(directory + "/none"));
  }

  @Test
  void aListOfNothingIsAHeaderOrNull() {
    String root = directory.toString();
    assertEquals(
        "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n",
        run(0, "jrun", "--root", root, "list").printed());
    assertEquals("null", run(0, "jrun", "--root", root, "list", "-f", "json").printed());
    assertEquals("", run(0, "jrun", "--root", root, "list", "-q").printed());
    assertFails("invalid format option", "jrun", "--root", root, "list", "-f", "xml");
  }

  @Test
  void theDefaultRootIsRootsOrTheUsers() {
    assertEquals(
        "/run/jrun", GlobalOptions.parse(FakeFront.calledWith("jrun").open().caller()).root());
    assertEquals(
        "/run/jrun",
        GlobalOptions.parse(
                FakeFront.calledWith("jrun").as(0, "XDG_RUNTIME_DIR=/run/user/0").open().caller())
            .root());
    // Root of a user namespace is somebody else in fact, unless it says that it is root.
    assertEquals("/run/user/7/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/7"));
    assertEquals("/run/user/7/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/7", "USER=x"));
    assertEquals("/run/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/0", "USER=root"));
    assertEquals("/run/jrun", defaultRoot(0, "XDG_RUNTIME_DIR="));
    assertEquals("/run/other/jrun", defaultRoot(7, "XDG_RUNTIME_DIR=/run/other"));
    assertEquals("/run/user/7/jrun", defaultRoot(7, "XDG_RUNTIME_DIR="));
    assertEquals("/run/user/7/jrun", defaultRoot(7));
  }

  private static String defaultRoot(int uid, String... environment) {
    FakeFront front = FakeFront.calledWith("jrun").as(uid, environment).below();
    return GlobalOptions.parse(front.open().caller()).root();
  }
}
