// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The little that is needed of JSON: a document read, patched, asked for one field. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode object(String text, String what) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new JrunException(what + " is no JSON: " + e.getOriginalMessage(), e);
    }
    throw new JrunException(what + " is no JSON object: " + text);
  }

  static String text(String document, String field) {
    return object(document, "what jrun says").path(field).asText();
  }

  /** Merges a patch into a document, as RFC 7396 has it: null removes, other values replace. */
  static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value instanceof ObjectNode object) {
        ObjectNode inner =
            target.get(field.getKey()) instanceof ObjectNode present
                ? present
                : target.putObject(field.getKey());
        merge(inner, object);
      } else {
        target.set(field.getKey(), value);
      }
    }
  }
}
