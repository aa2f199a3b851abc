// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A configuration of what every container has: namespaces, the usual mounts, an empty root file
 * system. Its program is jrun's front, bound there: it is static, and ends at once for want of a
 * core.
 */
final class TrialContainer {
  private static final String PROGRAM = "/jrun";

  private final JsonGenerator json;

  private TrialContainer(JsonGenerator json) {
    this.json = json;
  }

  /**
   * The document.
   *
   * @param program of the host's, that is bound into the container and executed there
   */
  static String config(Examination host, String program) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      new TrialContainer(json).write(host, program);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private void write(Examination host, String program) throws IOException {
    json.writeStartObject();
    json.writeStringField("ociVersion", "1.0.2");
    json.writeObjectFieldStart("process");
    json.writeStringField("cwd", "/");
    list("args", List.of(PROGRAM));
    json.writeBooleanField("noNewPrivileges", true);
    json.writeEndObject();
    json.writeObjectFieldStart("root");
    json.writeStringField("path", "rootfs");
    json.writeEndObject();
    json.writeStringField("hostname", "doctor");
    json.writeArrayFieldStart("mounts");
    mount("/proc", "proc", "proc", List.of());
    mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755"));
    mount("/dev/pts", "devpts", "devpts", List.of("nosuid", "noexec", "newinstance"));
    mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"));
    mount(PROGRAM, "bind", program, List.of("rbind", "ro"));
    json.writeEndArray();
    json.writeObjectFieldStart("linux");
    json.writeArrayFieldStart("namespaces");
    for (String type : List.of("mount", "pid", "network", "ipc", "uts", "cgroup")) {
      namespace(type);
    }
    if (host.isOrdinaryUser()) {
      namespace("user");
    }
    json.writeEndArray();
    if (host.isOrdinaryUser()) {
      mapping("uidMappings", host.caller().euid());
      mapping("gidMappings", host.caller().egid());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void mount(String at, String type, String source, List<String> options)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("destination", at);
    json.writeStringField("type", type);
    json.writeStringField("source", source);
    list("options", options);
    json.writeEndObject();
  }

  private void list(String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String each : values) {
      json.writeString(each);
    }
    json.writeEndArray();
  }

  private void namespace(String type) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type);
    json.writeEndObject();
  }

  private void mapping(String field, long id) throws IOException {
    json.writeArrayFieldStart(field);
    json.writeStartObject();
    json.writeNumberField("containerID", 0);
    json.writeNumberField("hostID", id);
    json.writeNumberField("size", 1);
    json.writeEndObject();
    json.writeEndArray();
  }
}
