// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Checking a configuration: every problem at once, each with its place. */
@ExtendWith(ResidueExtension.class)
class CheckIT {

  @Test
  void aGoodConfigurationHasNoProblems(Workbench bench) {
    check(bench, bench.bundle()).succeeds();
  }

  @Test
  void allProblemsAreListedWithPointerAndLine(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/cwd", "relative")
            .set("/process/user/uid", -1)
            .set("/process/args", new String[0])
            .set("/linux/namespaces/0/type", "nope");
    Outcome outcome = check(bench, bundle).exits(1);
    String text = outcome.out() + outcome.err();
    for (String pointer :
        new String[] {
          "/process/cwd", "/process/user/uid", "/process/args", "/linux/namespaces/0/type"
        }) {
      assertTrue(text.contains(pointer), () -> "no " + pointer + " in\n" + outcome);
    }
    assertFalse(text.contains("Exception"), outcome::toString);
  }

  @Test
  void whatACreateWouldWarnOfIsToldAndNoProblem(Workbench bench) {
    Bundle bundle = bench.bundle().set("/process/capabilities/bounding/-", "CAP_NOPE");
    Outcome outcome = check(bench, bundle).succeeds();
    assertTrue(
        outcome
            .out()
            .matches(
                "config.json:\\d+:\\d+: /process/capabilities: warning: ignoring unknown"
                    + " .*CAP_NOPE.*\n"),
        outcome::toString);
  }

  @Test
  void aKeyInTheWrongCaseIsAProblem(Workbench bench) {
    Bundle bundle = bench.bundle().set("/linux/MaskedPaths", new String[] {"/proc/kcore"});
    Outcome outcome = check(bench, bundle).exits(1);
    assertTrue((outcome.out() + outcome.err()).contains("MaskedPaths"), outcome::toString);
  }

  @Test
  void anUnknownKeyIsNoProblem(Workbench bench) {
    check(bench, bench.bundle().set("/somethingNew", "x").set("/linux/somethingNew", 1)).succeeds();
  }

  @Test
  void brokenJsonIsReportedWithLineAndColumn(Workbench bench) {
    Bundle bundle =
        bench.bundle().write("{\n  \"ociVersion\": \"1.0.2\",\n  \"process\": {,}\n}\n");
    Outcome outcome = bench.jrun("check", "--bundle", bundle.directory().toString()).exits(1);
    String text = outcome.out() + outcome.err();
    assertTrue(text.contains("3"), () -> "no line 3 in\n" + outcome);
    assertFalse(text.contains("Exception"), outcome::toString);
  }

  @Test
  void checkingChangesNothing(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    check(bench, bundle).succeeds();
    assertFalse(Files.exists(bench.root()), "a state root was made");
    assertFalse(Files.exists(bundle.inside("/proc")), "a mount point was made");
  }

  private static Outcome check(Workbench bench, Bundle bundle) {
    bundle.write();
    return bench.jrun("check", "--bundle", bundle.directory().toString());
  }
}
