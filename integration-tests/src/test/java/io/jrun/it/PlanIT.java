// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Printing a plan: readable, complete, and without doing any of it. */
@ExtendWith(ResidueExtension.class)
class PlanIT {

  private static final String ID = "planned";

  @Test
  void aPlanIsPrintedAndNothingIsDone(Workbench bench) {
    String plan = plan(bench, bench.bundle()).succeedsSilently().out();
    assertTrue(plan.lines().count() > 10, plan);
    assertTrue(plan.contains("/proc"), plan);
    assertTrue(plan.contains("jrun"), "the host name: " + plan);
  }

  @Test
  void theSameConfigurationGivesTheSamePlan(Workbench bench) {
    Bundle bundle = bench.bundle();
    assertEquals(plan(bench, bundle).succeeds().out(), plan(bench, bundle).succeeds().out());
  }

  @Test
  void theBundleIsTheCurrentDirectoryUnlessNamed(Workbench bench) {
    Bundle bundle = bench.bundle().write();
    Outcome here = bench.command("plan", ID).in(bundle.directory()).run().succeedsSilently();
    assertEquals(plan(bench, bundle).out(), here.out());
  }

  @Test
  void systemCallsStandUnderTheStepsWhenAskedFor(Workbench bench) {
    String brief = plan(bench, bench.bundle()).succeeds().out();
    String full = plan(bench, bench.bundle(), "--syscalls").succeedsSilently().out();
    assertTrue(full.lines().count() > brief.lines().count());
    for (String call :
        new String[] {
          "CLONE_NEWNS", "fsopen", "move_mount", "pivot_root", "execve", "capset", "sethostname"
        }) {
      assertTrue(full.contains(call), "no " + call + " in\n" + full);
    }
  }

  @Test
  void aPlanCanBeJson(Workbench bench) {
    JsonNode plan = plan(bench, bench.bundle(), "--format", "json").succeedsSilently().json();
    assertTrue(plan.size() > 0, plan::toString);
    JsonNode full =
        plan(bench, bench.bundle(), "--format", "json", "--syscalls").succeedsSilently().json();
    assertTrue(full.toString().contains("pivot_root"), full::toString);
  }

  @Test
  void anUnknownFormatIsRefused(Workbench bench) {
    plan(bench, bench.bundle(), "--format", "x").exits(1);
  }

  @Test
  void aBadConfigurationHasNoPlan(Workbench bench) {
    plan(bench, bench.bundle().set("/process/cwd", "relative")).failsNaming("/process/cwd");
  }

  private static Outcome plan(Workbench bench, Bundle bundle, String... options) {
    bundle.write();
    String[] args = new String[options.length + 4];
    args[0] = "plan";
    args[1] = "--bundle";
    args[2] = bundle.directory().toString();
    System.arraycopy(options, 0, args, 3, options.length);
    args[args.length - 1] = ID;
    return bench.jrun(args);
  }
}
