// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes the keys of JSON objects, leaving out what is null: the counterpart of {@link Fields}. */
final class FieldWriter {
  private final JsonGenerator out;

  FieldWriter(JsonGenerator out) {
    this.out = out;
  }

  void string(String key, String value) throws IOException {
    if (value != null) {
      out.writeStringField(key, value);
    }
  }

  void bool(String key, Boolean value) throws IOException {
    if (value != null) {
      out.writeBooleanField(key, value);
    }
  }

  void number(String key, Number value) throws IOException {
    if (value != null) {
      out.writeNumberField(key, value.longValue());
    }
  }

  void unsigned(String key, Long value) throws IOException {
    if (value != null) {
      out.writeFieldName(key);
      out.writeNumber(Long.toUnsignedString(value));
    }
  }

  void strings(String key, List<String> values) throws IOException {
    if (startArray(key, values)) {
      for (String value : values) {
        out.writeString(value);
      }
      out.writeEndArray();
    }
  }

  void numbers(String key, List<Long> values) throws IOException {
    if (startArray(key, values)) {
      for (Long value : values) {
        out.writeNumber(value);
      }
      out.writeEndArray();
    }
  }

  void stringMap(String key, Map<String, String> values) throws IOException {
    if (startObject(key, values)) {
      for (Map.Entry<String, String> entry : values.entrySet()) {
        out.writeStringField(entry.getKey(), entry.getValue());
      }
      out.writeEndObject();
    }
  }

  /** Says whether there is an object to write. */
  boolean startObject(String key, Object value) throws IOException {
    if (value != null) {
      out.writeObjectFieldStart(key);
    }
    return value != null;
  }

  /** Says whether there is an array to write. */
  boolean startArray(String key, List<?> values) throws IOException {
    if (values != null) {
      out.writeArrayFieldStart(key);
    }
    return values != null;
  }

  void startElement() throws IOException {
    out.writeStartObject();
  }

  void endObject() throws IOException {
    out.writeEndObject();
  }

  void endArray() throws IOException {
    out.writeEndArray();
  }
}
