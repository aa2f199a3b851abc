// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jrun.spec.SpecReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A config that is fine, with a fragment merged into it: objects key by key, all else replaced. */
public final class Configs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FINE =
      "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"rootfs\"},"
          + "\"process\":{\"args\":[\"sh\"],\"cwd\":\"/\"},"
          + "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}}";

  private Configs() {}

  /** The document; single quotes in the fragment stand for double ones. */
  public static byte[] with(String fragment) {
    try {
      ObjectNode document = (ObjectNode) JSON.readTree(FINE);
      merge(document, (ObjectNode) JSON.readTree(fragment.replace('\'', '"')));
      return JSON.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void merge(ObjectNode into, ObjectNode fragment) {
    fragment
        .properties()
        .forEach(
            each -> {
              JsonNode old = into.get(each.getKey());
              if (old instanceof ObjectNode object && each.getValue() instanceof ObjectNode more) {
                merge(object, more);
              } else {
                into.set(each.getKey(), each.getValue());
              }
            });
  }

  public static ContainerSpec parse(String fragment) {
    return ContainerSpec.parse(SpecReader.read(with(fragment), "config.json"), "/bundle");
  }

  /** The warnings, as "pointer: message". */
  public static List<String> warnings(String fragment) {
    return warnings(parse(fragment));
  }

  static List<String> warnings(ContainerSpec spec) {
    return spec.warnings().stream().map(Problems.Entry::line).toList();
  }

  /** The problems, as "pointer: message"; none if it is fine. */
  static List<String> problems(String fragment) {
    try {
      parse(fragment);
      return List.of();
    } catch (InvalidSpecException e) {
      return e.problems().stream().map(p -> p.pointer() + ": " + p.message()).toList();
    }
  }
}
