// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Shows programs to programs:
 *
 * <pre>
 * {"front":[{"title":"claim the id demo","field":"","calls":["umask(00)"]}],"init":[…]}
 * </pre>
 */
public final class ProgramJson {
  private ProgramJson() {}

  /**
   * Programs as one line of JSON.
   *
   * @param programs by their keys, in order
   * @param calls adds the system calls of each step
   */
  public static String print(Map<String, Program> programs, boolean calls) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      for (Map.Entry<String, Program> each : programs.entrySet()) {
        program(json, each.getKey(), each.getValue(), calls);
      }
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
            json.writeString(ProgramPrinter.show(each));
          }
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
