// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jrun.container.Configs;
import io.jrun.spec.Problem;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The document that has every field of the specification, mutilated at one place after the other:
 * whatever is missing, null or of another kind, the reader of each of the three kinds of documents
 * says so in words, and nothing else ever comes out of it.
 */
class MutilatedDocumentsTest {
  private static final Path MAXIMAL =
      Path.of("../config-schema/src/test/resources/documents/maximal.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What config.md and config-linux.md call REQUIRED, wherever what it belongs to is there. */
  private static final List<String> REQUIRED =
      List.of(
          "/ociVersion",
          "/root",
          "/root/path",
          "/mounts/0/destination",
          "/process",
          "/process/cwd",
          "/process/args",
          "/process/user/uid",
          "/process/user/gid",
          "/process/consoleSize/height",
          "/process/consoleSize/width",
          "/process/rlimits/0/type",
          "/process/rlimits/0/soft",
          "/process/rlimits/0/hard",
          "/process/scheduler/policy",
          "/process/ioPriority/class",
          "/process/ioPriority/priority",
          "/hooks/prestart/0/path",
          "/hooks/createRuntime/0/path",
          "/hooks/createContainer/0/path",
          "/hooks/startContainer/0/path",
          "/hooks/poststart/0/path",
          "/hooks/poststop/0/path",
          "/linux/namespaces/0/type",
          "/linux/uidMappings/0/containerID",
          "/linux/uidMappings/0/hostID",
          "/linux/uidMappings/0/size",
          "/linux/devices/0/type",
          "/linux/devices/0/path",
          "/linux/resources/devices/0/allow",
          "/linux/resources/blockIO/weightDevice/0/major",
          "/linux/resources/blockIO/weightDevice/0/minor",
          "/linux/resources/blockIO/throttleReadBpsDevice/0/rate",
          "/linux/resources/hugepageLimits/0/pageSize",
          "/linux/resources/hugepageLimits/0/limit",
          "/linux/resources/network/priorities/0/name",
          "/linux/resources/network/priorities/0/priority",
          "/linux/seccomp/defaultAction",
          "/linux/seccomp/syscalls/0/names",
          "/linux/seccomp/syscalls/0/action",
          "/linux/memoryPolicy/mode",
          "/linux/personality/domain");

  /** Reads a document and gives what it was told of it. */
  private interface Reader {
    List<Problem> problems(byte[] document) throws IOException;
  }

  private static List<Problem> config(byte[] document) {
    try {
      Bundle.parse(document, "/bundle");
      return List.of();
    } catch (InvalidBundleException e) {
      return e.problems();
    }
  }

  private static List<Problem> process(byte[] document) {
    try {
      Spec kept = SpecReader.read(Configs.with("{}"), "config.json");
      ProcessFile.parse(document, "process.json", kept);
      return List.of();
    } catch (InvalidBundleException e) {
      return e.problems();
    }
  }

  private static List<Problem> resources(byte[] document) {
    try {
      ResourcesFile.parse(document, "resources.json");
      return List.of();
    } catch (InvalidBundleException e) {
      return e.problems();
    }
  }

  private static JsonNode maximal() throws IOException {
    return JSON.readTree(Files.readAllBytes(MAXIMAL));
  }

  @Test
  void aFieldThatIsRequiredIsNamedWhereItIsMissing() throws IOException {
    for (String field : REQUIRED) {
      JsonNode document = maximal();
      JsonPointer at = JsonPointer.compile(field);
      ((ObjectNode) document.at(at.head())).remove(at.last().getMatchingProperty());
      assertNames(field, config(JSON.writeValueAsBytes(document)));
      if (field.startsWith("/process/")) {
        assertNames(
            field.substring("/process".length()),
            process(JSON.writeValueAsBytes(document.get("process"))));
      }
      if (field.startsWith("/linux/resources/") && !field.contains("/devices/")) {
        assertNames(
            field.substring("/linux/resources".length()),
            resources(JSON.writeValueAsBytes(document.at("/linux/resources"))));
      }
    }
  }

  private static void assertNames(String field, List<Problem> problems) {
    long saying =
        problems.stream()
            .filter(each -> each.pointer().equals(field) && !each.message().isBlank())
            .count();
    assertEquals(1, saying, () -> field + ": " + problems);
  }

  @Test
  void whateverIsMissingOrOfAnotherKindIsToldInWords() throws IOException {
    every("", MutilatedDocumentsTest::config);
    every("/process", MutilatedDocumentsTest::process);
    every("/linux/resources", MutilatedDocumentsTest::resources);
  }

  /** Each place in turn is removed, and replaced by each kind of value. */
  private static void every(String part, Reader reader) throws IOException {
    JsonNodeFactory of = JsonNodeFactory.instance;
    List<JsonNode> instead =
        List.of(
            of.missingNode(),
            of.nullNode(),
            of.objectNode(),
            of.arrayNode(),
            of.arrayNode().add(of.nullNode()),
            of.arrayNode().add(of.objectNode()),
            of.textNode(""),
            of.textNode("/"),
            of.numberNode(0),
            of.numberNode(-1),
            of.booleanNode(true));
    List<JsonPointer> places = new ArrayList<>();
    JsonNode whole = maximal().at(part);
    gather(whole, JsonPointer.empty(), places);
    assertTrue(places.size() > 20, () -> "of " + part + " only " + places.size());
    for (JsonPointer place : places) {
      for (JsonNode value : instead) {
        byte[] document = JSON.writeValueAsBytes(with(whole.deepCopy(), place, value));
        try {
          for (Problem each : reader.problems(document)) {
            assertTrue(
                !each.message().isBlank() && !each.message().contains("null\""), each::toString);
            assertTrue(each.line() > 0, each::toString);
          }
        } catch (RuntimeException e) {
          throw new AssertionError(part + place + " replaced by " + value, e);
        }
      }
    }
  }

  private static void gather(JsonNode node, JsonPointer at, List<JsonPointer> out) {
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      out.add(at.appendProperty(each.getKey()));
      gather(each.getValue(), at.appendProperty(each.getKey()), out);
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      out.add(at.appendIndex(i));
      gather(node.get(i), at.appendIndex(i), out);
    }
  }

  private static JsonNode with(JsonNode document, JsonPointer place, JsonNode value) {
    JsonNode parent = document.at(place.head());
    if (parent instanceof ArrayNode array) {
      int index = place.last().getMatchingIndex();
      if (value.isMissingNode()) {
        array.remove(index);
      } else {
        array.set(index, value);
      }
    } else {
      String key = place.last().getMatchingProperty();
      if (value.isMissingNode()) {
        ((ObjectNode) parent).remove(key);
      } else {
        ((ObjectNode) parent).set(key, value);
      }
    }
    return document;
  }

  @Test
  void anElementThatIsNoObjectKeepsItsPlaceForThoseAfterIt() {
    List<String> places =
        config(
                Configs.with(
                    "{'mounts':[5,{'destination':'/x','type':''}],"
                        + "'linux':{'devices':[null,{'type':'x','path':'/dev/x'}]}}"))
            .stream()
            .map(Problem::pointer)
            .toList();
    assertEquals(
        List.of("/linux/devices/0", "/linux/devices/1/type", "/mounts/0", "/mounts/1/type"),
        places);
  }
}
