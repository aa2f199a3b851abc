// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JSON object while it is turned into a record. Each getter takes one key, returns its value or
 * null (the key is absent, or is null, or there is a problem, which is noted), and marks the key as
 * known. {@link #end} then looks for keys that nobody asked for: in the wrong case they are a
 * problem, otherwise they come from another version of the specification.
 *
 * <p>Loops instead of lambdas throughout: a cold JVM reads a document once, and would link each
 * lambda for that one use.
 */
final class Fields {
  private final ObjectNode object;
  private final Place place;
  private final Reading reading;
  private final List<String> known = new ArrayList<>(16);
  private int found;

  private Fields(ObjectNode object, Place place, Reading reading) {
    this.object = object;
    this.place = place;
    this.reading = reading;
  }

  /** The root of a document; null, and a problem, if it is no object. */
  static Fields root(JsonNode node, Reading reading) {
    return fields(node, Place.ROOT, reading);
  }

  private static Fields fields(JsonNode node, Place place, Reading reading) {
    if (node instanceof ObjectNode object) {
      return new Fields(object, place, reading);
    }
    reading.problems().add(place, Mismatch.type("an object", node));
    return null;
  }

  /** Notes a problem for each of these keys that is absent or null. */
  void require(String... keys) {
    for (String key : keys) {
      JsonNode value = object.get(key);
      if (value == null || value.isNull()) {
        reading.problems().add(place.key(key), "is required");
      }
    }
  }

  String string(String key) {
    JsonNode value = value(key);
    return value == null ? null : string(value, place.key(key));
  }

  Boolean bool(String key) {
    JsonNode value = value(key);
    if (value == null || value.isBoolean()) {
      return value == null ? null : value.booleanValue();
    }
    problem(key, Mismatch.type("true or false", value));
    return null;
  }

  /** A number within the range, which is at most that of a signed 64-bit one. */
  Long number(String key, Range range) {
    JsonNode value = value(key);
    return value == null ? null : number(value, place.key(key), range);
  }

  Integer int32(String key) {
    Long value = number(key, Range.INT32);
    return value == null ? null : Integer.valueOf(value.intValue());
  }

  Integer uint16(String key) {
    Long value = number(key, Range.UINT16);
    return value == null ? null : Integer.valueOf(value.intValue());
  }

  /** For a required number: its absence has been noted, so that the zero will not be seen. */
  long requiredNumber(String key, Range range) {
    Long value = number(key, range);
    return value == null ? 0 : value;
  }

  List<String> strings(String key) {
    ArrayNode array = array(key);
    if (array == null) {
      return null;
    }
    List<String> strings = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String value = string(array.get(i), place.key(key).index(i));
      strings.add(value == null ? "" : value); // refused: it only holds the place of those after it
    }
    return Collections.unmodifiableList(strings);
  }

  List<Long> numbers(String key, Range range) {
    ArrayNode array = array(key);
    if (array == null) {
      return null;
    }
    List<Long> numbers = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      Long value = number(array.get(i), place.key(key).index(i), range);
      numbers.add(value == null ? Long.valueOf(0) : value);
    }
    return Collections.unmodifiableList(numbers);
  }

  Fields object(String key) {
    JsonNode value = value(key);
    return value == null ? null : fields(value, place.key(key), reading);
  }

  /**
   * The elements. One that is no object has been noted, and an empty one holds its place: problems
   * of those after it name them by their index.
   */
  List<Fields> objects(String key) {
    ArrayNode array = array(key);
    if (array == null) {
      return null;
    }
    Place at = place.key(key);
    List<Fields> elements = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      Fields element = fields(array.get(i), at.index(i), reading);
      elements.add(element != null ? element : nothing(at.index(i)));
    }
    return elements;
  }

  /** Has no fields, and no problem of it is told. */
  private static Fields nothing(Place place) {
    return new Fields(
        JsonNodeFactory.instance.objectNode(), place, new Reading(new Problems(new byte[0], "")));
  }

  Map<String, String> stringMap(String key) {
    ObjectNode map = map(key);
    if (map == null) {
      return null;
    }
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String value = string(entry.getValue(), place.key(key).key(entry.getKey()));
      strings.put(entry.getKey(), value == null ? "" : value);
    }
    return Collections.unmodifiableMap(strings);
  }

  /** The values that are objects; the others have been noted. */
  Map<String, Fields> objectMap(String key) {
    ObjectNode map = map(key);
    if (map == null) {
      return null;
    }
    Place at = place.key(key);
    Map<String, Fields> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      Fields value = fields(entry.getValue(), at.key(entry.getKey()), reading);
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return values;
  }

  /** Marks keys as known that mean nothing here: those of other platforms, those of the past. */
  void ignore(String... keys) {
    for (String key : keys) {
      value(key);
    }
  }

  /** To be called once every key has been asked for. */
  void end() {
    if (found == object.size()) {
      return;
    }
    for (Iterator<String> keys = object.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        unknown(key);
      }
    }
  }

  private void unknown(String key) {
    for (String candidate : known) {
      if (candidate.equalsIgnoreCase(key)) {
        problem(key, "unknown key \"" + key + "\": did you mean \"" + candidate + "\"?");
        return;
      }
    }
    reading.unknownKey(place.key(key));
  }

  private JsonNode value(String key) {
    known.add(key);
    JsonNode value = object.get(key);
    if (value == null) {
      return null;
    }
    found++;
    return value.isNull() ? null : value;
  }

  private ArrayNode array(String key) {
    JsonNode value = value(key);
    if (value == null || value instanceof ArrayNode) {
      return (ArrayNode) value;
    }
    problem(key, Mismatch.type("an array", value));
    return null;
  }

  private ObjectNode map(String key) {
    JsonNode value = value(key);
    if (value == null || value instanceof ObjectNode) {
      return (ObjectNode) value;
    }
    problem(key, Mismatch.type("an object", value));
    return null;
  }

  private String string(JsonNode value, Place at) {
    if (value.isTextual()) {
      return value.textValue();
    }
    reading.problems().add(at, Mismatch.type("a string", value));
    return null;
  }

  private Long number(JsonNode value, Place at, Range range) {
    if (range.holds(value)) {
      return range.value(value);
    }
    reading.problems().add(at, Mismatch.range(range, value));
    return null;
  }

  private void problem(String key, String message) {
    reading.problems().add(place.key(key), message);
  }
}
