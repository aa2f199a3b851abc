// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jrun.wire.Trace.Span;
import io.jrun.wire.Trace.Track;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A trace for readers: a table with the slowest step first, or JSON for programs that draw it. */
public final class TraceDocument {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long MICROSECOND = 1000;
  private static final int WIDTH = 10;

  private TraceDocument() {}

  /** The table: milliseconds, who, what, and the field of config.json; waits for others apart. */
  public static String text(String verb, List<Span> spans) {
    List<Span> sorted = new ArrayList<>(spans);
    sorted.sort((a, b) -> Long.compare(b.nanoseconds(), a.nanoseconds()));
    StringBuilder out = new StringBuilder(4096);
    out.append("trace of ").append(verb).append(": ").append(milliseconds(whole(spans)));
    out.append(" ms since the core began, in ").append(spans.size()).append(" steps\n");
    out.append("        ms  who    step\n");
    rows(out, sorted, false);
    out.append("        ms  who    waits for others\n");
    rows(out, sorted, true);
    return out.toString();
  }

  private static void rows(StringBuilder out, List<Span> sorted, boolean waits) {
    for (Span each : sorted) {
      if (each.waits() == waits) {
        String number = milliseconds(each.nanoseconds());
        String who = each.track().word();
        out.append(" ".repeat(Math.max(0, WIDTH - number.length()))).append(number).append("  ");
        out.append(who).append(" ".repeat(7 - who.length())).append(each.title());
        if (!each.pointer().isEmpty()) {
          out.append("  ").append(each.pointer());
        }
        out.append('\n');
      }
    }
  }

  private static long whole(List<Span> spans) {
    long begin = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Span each : spans) {
      begin = Math.min(begin, each.begin());
      end = Math.max(end, each.end());
    }
    return spans.isEmpty() ? 0 : end - begin;
  }

  /** With three digits behind the point. */
  static String milliseconds(long nanoseconds) {
    long micro = (nanoseconds + MICROSECOND / 2) / MICROSECOND;
    String rest = Long.toString(1000 + micro % 1000);
    return micro / 1000 + "." + rest.substring(1);
  }

  /**
   * Trace Event Format, as Perfetto and speedscope open it: complete events, a thread each track.
   */
  public static String json(String verb, List<Span> spans) {
    StringWriter out = new StringWriter(16384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
      name(json, "process_name", Track.CORE, "jrun " + verb);
      for (Track track : Track.values()) {
        name(json, "thread_name", track, track.word());
      }
      long begin = spans.isEmpty() ? 0 : spans.get(0).begin();
      for (Span each : spans) {
        event(json, each, begin);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  private static void name(JsonGenerator json, String what, Track track, String name)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", what);
    json.writeStringField("ph", "M");
    json.writeNumberField("pid", 1);
    json.writeNumberField("tid", track.ordinal() + 1);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void event(JsonGenerator json, Span span, long begin) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", span.title());
    json.writeStringField("cat", span.waits() ? "wait" : "work");
    json.writeStringField("ph", "X");
    json.writeNumberField("pid", 1);
    json.writeNumberField("tid", span.track().ordinal() + 1);
    json.writeFieldName("ts");
    json.writeNumber(microseconds(span.begin() - begin));
    json.writeFieldName("dur");
    json.writeNumber(microseconds(span.nanoseconds()));
    if (!span.pointer().isEmpty()) {
      json.writeObjectFieldStart("args");
      json.writeStringField("field", span.pointer());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static String microseconds(long nanoseconds) {
    return nanoseconds / MICROSECOND
        + "."
        + Long.toString(1000 + nanoseconds % MICROSECOND).substring(1);
  }
}
