// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * All that was found, as text and as JSON:
 *
 * <pre>
 * {
 *   "version": "0.2.0",
 *   "runnable": true,
 *   "findings": [ {
 *     "group": "cgroups",
 *     "subject": "hierarchy",
 *     "verdict": "ok",
 *     "found": "cgroup v2 at /sys/fs/cgroup",
 *     "remedy": ""
 *   } ]
 * }
 * </pre>
 *
 * <p>Verdicts are ok, note, limited and broken; runnable is whether none is broken.
 */
public record Report(List<Group> groups) {
  private static final int VERDICT_WIDTH = 9;
  private static final int SUBJECT_WIDTH = 22;

  /** Findings of one class of questions. */
  public record Group(String title, List<Finding> findings) {}

  /** Whether nothing was found for which a container could not be run. */
  public boolean isRunnable() {
    return count(Finding.Verdict.BROKEN) == 0;
  }

  private long count(Finding.Verdict verdict) {
    return groups.stream()
        .flatMap(group -> group.findings().stream())
        .filter(finding -> finding.verdict() == verdict)
        .count();
  }

  /** Two lines for what has a remedy, one for all else, and one about the whole. */
  public String text() {
    StringBuilder out = new StringBuilder();
    for (Group group : groups) {
      out.append(group.title()).append('\n');
      for (Finding each : group.findings()) {
        out.append("  ")
            .append(padded(each.verdict().word(), VERDICT_WIDTH))
            .append(padded(each.subject(), SUBJECT_WIDTH))
            .append(line(each.found()))
            .append('\n');
        if (!each.remedy().isEmpty()) {
          out.append(" ".repeat(2 + VERDICT_WIDTH))
              .append("-> ")
              .append(line(each.remedy()))
              .append('\n');
        }
      }
    }
    return out.append(summary()).append('\n').toString();
  }

  private String summary() {
    long broken = count(Finding.Verdict.BROKEN);
    long limited = count(Finding.Verdict.LIMITED);
    String rest = limited == 0 ? "nothing limits them" : limited + " limited";
    return broken == 0
        ? "containers can be run here: " + rest
        : "no container can be run here: " + broken + " broken, " + limited + " limited";
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }

  /** What programs and files say is the host's: nothing of it moves a cursor. */
  private static String line(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      out.append(Character.isISOControl(text.charAt(i)) ? ' ' : text.charAt(i));
    }
    return out.toString();
  }

  /**
   * The document, with a final newline.
   *
   * @param version jrun's
   */
  public String json(String version) {
    StringWriter out = new StringWriter();
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    printer.indentObjectsWith(indenter);
    try (JsonGenerator json = new JsonFactory().createGenerator(out).setPrettyPrinter(printer)) {
      json.writeStartObject();
      json.writeStringField("version", version);
      json.writeBooleanField("runnable", isRunnable());
      json.writeArrayFieldStart("findings");
      for (Group group : groups) {
        for (Finding each : group.findings()) {
          json.writeStartObject();
          json.writeStringField("group", group.title());
          json.writeStringField("subject", each.subject());
          json.writeStringField("verdict", each.verdict().word());
          json.writeStringField("found", each.found());
          json.writeStringField("remedy", each.remedy());
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }
}
