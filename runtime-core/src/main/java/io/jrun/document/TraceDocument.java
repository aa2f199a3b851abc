// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jrun.linux.Errno;
import io.jrun.program.ProgramPrinter;
import io.jrun.wire.Trace.Call;
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

  /**
   * The table: milliseconds, who, what, and the field of config.json; waits for others apart, and
   * the calls, if there are any, with the slowest first.
   */
  public static String text(String verb, List<Span> spans, List<Call> calls) {
    List<Span> sorted = new ArrayList<>(spans);
    sorted.sort((a, b) -> Long.compare(b.nanoseconds(), a.nanoseconds()));
    StringBuilder out = new StringBuilder(4096);
    out.append("trace of ").append(verb).append(": ").append(milliseconds(whole(spans)));
    out.append(" ms since the core began, in ").append(spans.size()).append(" steps\n");
    out.append("        ms  who    step\n");
    rows(out, sorted, false);
    out.append("        ms  who    waits for others\n");
    rows(out, sorted, true);
    if (!calls.isEmpty()) {
      calls(out, calls);
    }
    return out.toString();
  }

  private static void rows(StringBuilder out, List<Span> sorted, boolean waits) {
    for (Span each : sorted) {
      if (each.waits() == waits) {
        begin(out, each.nanoseconds(), each.track());
        out.append(each.title());
        if (!each.pointer().isEmpty()) {
          out.append("  ").append(each.pointer());
        }
        out.append('\n');
      }
    }
  }

  private static void calls(StringBuilder out, List<Call> calls) {
    List<Call> sorted = new ArrayList<>(calls);
    sorted.sort((a, b) -> Long.compare(b.nanoseconds(), a.nanoseconds()));
    out.append("        ms  who    call\n");
    for (Call each : sorted) {
      begin(out, each.nanoseconds(), each.track());
      out.append(each.instruction()).append(": ").append(ProgramPrinter.plain(each.text()));
      if (each.error() != 0) {
        out.append("  ").append(error(each.error()));
      }
      out.append('\n');
    }
  }

  private static void begin(StringBuilder out, long nanoseconds, Track track) {
    String number = milliseconds(nanoseconds);
    out.append(" ".repeat(Math.max(0, WIDTH - number.length()))).append(number).append("  ");
    out.append(track.word()).append(" ".repeat(7 - track.word().length()));
  }

  /** What is no errno is of init: it has failed, and the front waited for it. */
  private static String error(int number) {
    return Errno.of(number).map(Errno::name).orElse("stopped");
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
   * Calls lie within their steps.
   */
  public static String json(String verb, List<Span> spans, List<Call> calls) {
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
      for (Call each : calls) {
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
    String category = span.waits() ? "wait" : "work";
    event(json, span.title(), category, span.track(), span.begin() - begin, span.nanoseconds());
    if (!span.pointer().isEmpty()) {
      json.writeObjectFieldStart("args");
      json.writeStringField("field", span.pointer());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void event(JsonGenerator json, Call call, long begin) throws IOException {
    event(json, call.name(), "call", call.track(), call.begin() - begin, call.nanoseconds());
    json.writeObjectFieldStart("args");
    json.writeNumberField("instruction", call.instruction());
    json.writeStringField("call", call.text());
    if (call.error() != 0) {
      json.writeStringField("errno", error(call.error()));
    }
    if (!call.pointer().isEmpty()) {
      json.writeStringField("field", call.pointer());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A complete event but for its arguments and its end. */
  private static void event(
      JsonGenerator json, String name, String category, Track track, long begin, long duration)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("cat", category);
    json.writeStringField("ph", "X");
    json.writeNumberField("pid", 1);
    json.writeNumberField("tid", track.ordinal() + 1);
    json.writeFieldName("ts");
    json.writeNumber(microseconds(begin));
    json.writeFieldName("dur");
    json.writeNumber(microseconds(duration));
  }

  private static String microseconds(long nanoseconds) {
    return nanoseconds / MICROSECOND
        + "."
        + Long.toString(1000 + nanoseconds % MICROSECOND).substring(1);
  }
}
