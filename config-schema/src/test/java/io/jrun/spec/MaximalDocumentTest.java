// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Walks a document that has every key of runtime-spec 1.3.0 for Linux, and spoils each value in
 * turn: a key that the reader forgot, or one whose type it does not check, fails here.
 */
class MaximalDocumentTest {
  private static final byte[] MAXIMAL = Documents.load("maximal.json");
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Objects whose keys are data. */
  private static final List<String> MAPS =
      List.of("annotations", "sysctl", "unified", "rdma", "netDevices", "timeOffsets");

  /** What a document must have where it has the object that this is in; all else may be absent. */
  private static final Set<String> REQUIRED =
      Set.of(
          "/root/path",
          "/process/user/uid",
          "/process/user/gid",
          "/process/consoleSize/height",
          "/process/consoleSize/width",
          "/process/scheduler/policy",
          "/process/ioPriority/class",
          "/process/ioPriority/priority",
          "/linux/personality/domain",
          "/linux/seccomp/defaultAction");

  private static final Set<String> REQUIRED_IN_ELEMENTS =
      Set.of(
          "destination",
          "containerID",
          "hostID",
          "size",
          "path",
          "type",
          "hard",
          "soft",
          "allow",
          "pageSize",
          "limit",
          "name",
          "priority",
          "major",
          "minor",
          "rate",
          "names",
          "action",
          "index",
          "value",
          "op");

  @FunctionalInterface
  private interface Spoiler {
    /** Puts something else at the place. */
    void spoil(JsonNode parent, String key);
  }

  private static JsonNode tree() {
    try {
      return MAPPER.readTree(MAXIMAL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> pointers() {
    List<String> pointers = new ArrayList<>();
    walk("", tree(), pointers);
    return pointers;
  }

  private static void walk(String at, JsonNode node, List<String> pointers) {
    if (!at.isEmpty()) {
      pointers.add(at);
    }
    node.properties()
        .forEach(
            e -> {
              String key = e.getKey().replace("~", "~0").replace("/", "~1");
              walk(at + "/" + key, e.getValue(), pointers);
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      walk(at + "/" + i, node.get(i), pointers);
    }
  }

  private static List<Problem> problemsWith(String pointer, Spoiler spoiler) {
    JsonNode tree = tree();
    int slash = pointer.lastIndexOf('/');
    String key = pointer.substring(slash + 1).replace("~1", "/").replace("~0", "~");
    spoiler.spoil(tree.at(pointer.substring(0, slash)), key);
    try {
      SpecReader.read(MAPPER.writeValueAsBytes(tree), "config.json");
      return List.of();
    } catch (InvalidDocumentException e) {
      return e.problems();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(JsonNode parent, String key, JsonNode value) {
    if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(key), value);
    } else {
      ((ObjectNode) parent).set(key, value);
    }
  }

  private static void assertSpoiled(String pointer, Spoiler spoiler) {
    List<Problem> problems = problemsWith(pointer, spoiler);
    assertEquals(List.of(pointer), problems.stream().map(Problem::pointer).toList());
  }

  @Test
  void documentIsAsLargeAsTheSpecification() {
    assertTrue(pointers().size() > 250, () -> "only " + pointers().size());
    assertEquals(List.of(), SpecReader.readReporting(MAXIMAL, "config.json").unknownKeys());
  }

  @Test
  void retypingAnyValueIsNoticed() {
    for (String pointer : pointers()) {
      JsonNode other = tree().at(pointer).isTextual() ? NODES.numberNode(1) : NODES.textNode("1");
      assertSpoiled(pointer, (parent, key) -> put(parent, key, other));
    }
  }

  @Test
  void fractionsAreNoIntegersAnywhere() {
    for (String pointer : pointers()) {
      if (tree().at(pointer).isNumber()) {
        assertSpoiled(pointer, (parent, key) -> put(parent, key, NODES.numberNode(1.5)));
      }
    }
  }

  @Test
  void integersBeyond64BitsAreRefusedEverywhere() {
    JsonNode big = NODES.numberNode(BigInteger.ONE.shiftLeft(64));
    for (String pointer : pointers()) {
      if (tree().at(pointer).isNumber()) {
        assertSpoiled(pointer, (parent, key) -> put(parent, key, big));
      }
    }
  }

  @Test
  void nullIsRefusedInArraysAndMapsAndWhereAValueIsRequired() {
    for (String pointer : pointers()) {
      List<Problem> problems =
          problemsWith(pointer, (parent, key) -> put(parent, key, NODES.nullNode()));
      boolean refused = isElement(pointer) || isInMap(pointer) || isRequired(pointer);
      assertEquals(refused ? 1 : 0, problems.size(), pointer);
    }
  }

  @Test
  void onlyWhatIsRequiredMayNotBeMissing() {
    for (String pointer : pointers()) {
      if (isElement(pointer) || isInMap(pointer)) {
        continue;
      }
      List<Problem> problems =
          problemsWith(pointer, (parent, key) -> ((ObjectNode) parent).remove(key));
      assertEquals(isRequired(pointer) ? 1 : 0, problems.size(), pointer);
      for (Problem problem : problems) {
        assertEquals(pointer, problem.pointer());
        assertEquals("is required", problem.message());
      }
    }
  }

  @Test
  void everyKeyInTheWrongCaseIsRefused() {
    for (String pointer : pointers()) {
      if (isElement(pointer) || isInMap(pointer)) {
        continue;
      }
      int slash = pointer.lastIndexOf('/') + 1;
      String wrong = Character.toUpperCase(pointer.charAt(slash)) + pointer.substring(slash + 1);
      String right = pointer.substring(slash);
      assertSpoiled(
          pointer.substring(0, slash) + wrong,
          (parent, key) -> put(parent, key, parent.get(right)));
    }
  }

  @Test
  void everyComponentOfEveryRecordIsReached() throws ReflectiveOperationException {
    Set<String> missing = new TreeSet<>();
    reach(SpecReader.read(MAXIMAL, "config.json"), "", missing);
    assertEquals(Set.of(), missing);
  }

  private static void reach(Object value, String at, Set<String> missing)
      throws ReflectiveOperationException {
    if (value == null) {
      missing.add(at);
    } else if (value instanceof Record) {
      for (var component : value.getClass().getRecordComponents()) {
        Object child = component.getAccessor().invoke(value);
        reach(child, at + "/" + component.getName(), missing);
      }
    } else if (value instanceof List<?> list) {
      for (Object element : list) {
        reach(element, at + "/-", missing);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Object element : map.values()) {
        reach(element, at + "/*", missing);
      }
    }
  }

  private static boolean isElement(String pointer) {
    return Character.isDigit(pointer.charAt(pointer.lastIndexOf('/') + 1));
  }

  private static boolean isInMap(String pointer) {
    String[] keys = pointer.split("/");
    return keys.length > 2 && MAPS.contains(keys[keys.length - 2]);
  }

  private static boolean isRequired(String pointer) {
    if (REQUIRED.contains(pointer)) {
      return true;
    }
    String[] keys = pointer.split("/");
    boolean inElement = keys.length > 2 && keys[keys.length - 2].matches("\\d+");
    return inElement && REQUIRED_IN_ELEMENTS.contains(keys[keys.length - 1]) && !isLenient(pointer);
  }

  /** Elements where a key of that name may be absent. */
  private static boolean isLenient(String pointer) {
    return pointer.startsWith("/mounts/") && pointer.endsWith("/type")
        || pointer.startsWith("/linux/namespaces/") && pointer.endsWith("/path")
        || pointer.matches("/linux/(resources/)?devices/.*/(major|minor)")
        || pointer.matches("/linux/resources/devices/.*/type");
  }
}
