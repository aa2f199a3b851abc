// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jrun.bundle.Bundle;
import io.jrun.container.Configs;
import io.jrun.program.Program;
import io.jrun.program.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanJsonTest {
  private static final LaunchPlan PLAN = PlanCases.compile("hooks-of-all-kinds");

  @Test
  void itIsOneLineWithTheStepsOfBothPrograms() throws IOException {
    String text = PlanPrinter.json(PLAN, false);
    assertEquals(text.length() - 1, text.indexOf('\n'));
    JsonNode json = new ObjectMapper().readTree(text);
    assertEquals(titles(PLAN.front()), titles(json.get("front")));
    assertEquals(titles(PLAN.init()), titles(json.get("init")));
    assertFalse(json.get("init").get(0).has("calls"));
    assertEquals("", json.get("init").get(0).get("field").asText());
  }

  @Test
  void callsAreThoseOfTheText() throws IOException {
    JsonNode json = new ObjectMapper().readTree(PlanPrinter.json(PLAN, true));
    int calls = 0;
    String text = PlanPrinter.print(PLAN, true);
    for (JsonNode step : json.get("init")) {
      for (JsonNode call : step.get("calls")) {
        assertTrue(text.contains(": " + call.asText() + "\n"), call.asText());
        calls++;
      }
    }
    assertEquals(PLAN.init().instructions().size(), calls);
  }

  @Test
  void withoutCallsTheTextIsALineForEachStep() {
    String text = PlanPrinter.print(PLAN, false);
    assertEquals(
        PLAN.front().steps().size() + PLAN.init().steps().size() + 2, text.lines().count());
    assertTrue(text.startsWith("front: on the host\n    1  claim the id demo\n"), text);
  }

  @Test
  void whatAConfigSmugglesInDoesNothingToATerminal() {
    byte[] config =
        Configs.with(
            "{'process':{'args':['/bin/sh','\\u001b[2J\\n   99  all is well'],'cwd':'/a\\nb'},"
                + "'mounts':[{'destination':'/x\\u009b','type':'bind','source':'/s\\r'}]}");
    String text =
        PlanPrinter.print(
            PlanCases.compile(
                Bundle.parse(config, "/bundle"), config, PlanCases.options("minimal")),
            true);
    assertTrue(text.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)));
    assertTrue(text.contains("\\x1b[2J\\x0a   99  all is well"));
    assertFalse(text.lines().anyMatch(line -> line.startsWith("   99  all is well")));
  }

  private static List<String> titles(Program program) {
    return program.steps().stream().map(Step::title).toList();
  }

  private static List<String> titles(JsonNode steps) {
    List<String> out = new ArrayList<>();
    steps.forEach(step -> out.add(step.get("title").asText()));
    return out;
  }
}
