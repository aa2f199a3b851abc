// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes state.json:
 *
 * <pre>
 * {"jrun":1,"id":"demo","phase":"created","creatorPid":811,"creatorStart":51234,"pid":812,
 *  "start":51236,"bootId":"…","bundle":"/b","rootfs":"/b/rootfs","cgroup":"/sys/fs/cgroup/demo",
 *  "created":"2026-01-01T00:00:00.000000000Z","annotations":{"k":"v"},
 *  "launch":{"capabilities":"0","sharedParent":"","cgroup":"/demo","preserveFds":"0",
 *            "cgroupMount":"/sys/fs/cgroup"}}
 * </pre>
 *
 * A file with another number at "jrun" is another version's and is refused.
 */
public final class StateFile {
  /** Bytes that a file may have: what is checked of a container makes no larger one. */
  public static final int LARGEST = 16 << 20;

  private static final int VERSION = 1;

  private static final JsonFactory JSON = new JsonFactory();

  private StateFile() {}

  public static byte[] write(ContainerState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    write(state, out, null);
    return out.toByteArray();
  }

  /**
   * The same without init's pid and start time, which are not known yet.
   *
   * @return what stands before, between and after these two
   */
  public static List<byte[]> template(ContainerState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    List<byte[]> parts = new ArrayList<>(3);
    write(state, out, parts);
    parts.add(out.toByteArray());
    return parts;
  }

  /** {@code parts}: takes what was written before each of the two numbers; null: write them. */
  private static void write(ContainerState state, ByteArrayOutputStream out, List<byte[]> parts) {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("jrun", VERSION);
      json.writeStringField("id", state.id());
      json.writeStringField("phase", state.phase().word());
      json.writeNumberField("creatorPid", state.creator().pid());
      json.writeNumberField("creatorStart", state.creator().startTime());
      writeInit(json, "pid", state.init().pid(), out, parts);
      writeInit(json, "start", state.init().startTime(), out, parts);
      json.writeStringField("bootId", state.bootId());
      json.writeStringField("bundle", state.location().bundle());
      json.writeStringField("rootfs", state.location().rootfs());
      json.writeStringField("cgroup", state.location().cgroup());
      json.writeStringField("created", state.created());
      writeStrings(json, "annotations", state.annotations());
      writeStrings(json, "launch", state.launch().strings());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeInit(
      JsonGenerator json, String name, long number, ByteArrayOutputStream out, List<byte[]> parts)
      throws IOException {
    json.writeFieldName(name);
    if (parts == null) {
      json.writeNumber(number);
      return;
    }
    json.writeRawValue("");
    json.flush();
    parts.add(out.toByteArray());
    out.reset();
  }

  private static void writeStrings(JsonGenerator json, String name, Map<String, String> strings)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> each : strings.entrySet()) {
      json.writeStringField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
  }

  /** Where the word for the phase begins in what {@link #write} writes; an id is never escaped. */
  public static int phaseAt(String id) {
    return ("{\"jrun\":" + VERSION + ",\"id\":\"" + id + "\",\"phase\":\"").length();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws StateFileException for anything else
   */
  public static ContainerState read(byte[] document) {
    RecordReader.Parts parts = RecordReader.read(document);
    Map<String, String> fields = parts.values();
    if (number(fields, "jrun") != VERSION) {
      throw new StateFileException("is of another version of jrun");
    }
    return new ContainerState(
        text(fields, "id"),
        Phase.of(text(fields, "phase")),
        new ProcessIdentity(number(fields, "creatorPid"), number(fields, "creatorStart")),
        new ProcessIdentity(number(fields, "pid"), number(fields, "start")),
        text(fields, "bootId"),
        new ContainerState.Location(
            text(fields, "bundle"), text(fields, "rootfs"), text(fields, "cgroup")),
        text(fields, "created"),
        parts.objects().getOrDefault("annotations", Map.of()),
        LaunchRecord.of(parts.objects().getOrDefault("launch", Map.of())));
  }

  private static String text(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new StateFileException("has no \"" + name + "\"");
    }
    return value;
  }

  /** Numbers here are never negative. */
  private static long number(Map<String, String> fields, String name) {
    try {
      long value = Long.parseLong(text(fields, name));
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new StateFileException("has no number at \"" + name + "\"");
  }
}
