// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.bundle.Bundle;
import io.jrun.container.ContainerSpec;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.PlanCases;
import io.jrun.program.Instruction;
import io.jrun.program.Program;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/adr/0006: what state.json has is enough to find the step of an instruction of init's. */
class RecompiledLaunchTest {
  /** All that a start may follow: what was run has been started. */
  static List<String> cases() {
    return PlanCases.accepted().stream()
        .filter(name -> PlanCases.options(name).switches().waits())
        .toList();
  }

  @Test
  void mostCasesAreOfACreate() {
    assertTrue(cases().size() >= 80, () -> cases().size() + " cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRecordOfALaunchGivesTheSameInstructionsOfInit(String name) {
    byte[] config = PlanCases.config(name);
    LaunchOptions options = PlanCases.options(name);
    ContainerState read = StateFile.read(StateFile.write(state(name, options)));
    Launch again = Launch.recompile(read, config, options.stateDirectory());
    List<String> expected = lines(PlanCases.compile(name).init());
    List<String> actual = lines(LaunchPlan.initOf(again.input()));
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      assertEquals(expected.get(i), actual.get(i), "instruction " + i);
    }
    assertEquals(expected.size(), actual.size());
  }

  private static ContainerState state(String name, LaunchOptions options) {
    ContainerSpec spec = Bundle.parse(PlanCases.config(name), options.bundle());
    CgroupEntry entry = options.host().cgroup().entry();
    String unit =
        entry == CgroupEntry.BORN ? "" : entry == CgroupEntry.PUT ? "demo.slice" : "demo.scope";
    return new ContainerState(
        options.id(),
        Phase.CREATED,
        new ProcessIdentity(1, 1),
        new ProcessIdentity(2, 2),
        "boot",
        new ContainerState.Location(
            options.bundle(), spec.rootfs().path(), options.cgroupDirectory()),
        "2026-01-01T00:00:00.000000000Z",
        spec.annotations(),
        RecordedLaunch.record(spec, options, unit));
  }

  /** Each instruction with its step: documents inside may differ. */
  private static List<String> lines(Program program) {
    List<String> out = new ArrayList<>();
    for (Instruction each : program.instructions()) {
      out.add(program.steps().get(each.step()).title() + ": " + each.op() + " " + each.name());
    }
    return out;
  }
}
