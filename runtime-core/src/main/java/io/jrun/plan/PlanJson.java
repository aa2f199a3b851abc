// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * Shows a plan to programs:
 *
 * <pre>
 * {"front":[{"title":"claim the id demo","field":"","calls":["umask(00)"]}],"init":[…]}
 * </pre>
 */
public final class PlanJson {
  private PlanJson() {}

  /** The plan as one line of JSON; {@code calls} adds the system calls of each step. */
  public static String print(LaunchPlan plan, boolean calls) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      if (plan.opening().isPresent()) {
        program(json, "opening", plan.opening().get(), calls);
      }
      program(json, "front", plan.front(), calls);
      program(json, "init", plan.init(), calls);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  private static void program(JsonGenerator json, String name, Program program, boolean calls)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (int i = 0; i < program.steps().size(); i++) {
      json.writeStartObject();
      json.writeStringField("title", program.steps().get(i).title());
      json.writeStringField("field", program.steps().get(i).pointer());
      if (calls) {
        json.writeArrayFieldStart("calls");
        for (Instruction each : program.instructions()) {
          if (each.step() == i) {
            json.writeString(PlanPrinter.show(each));
          }
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
