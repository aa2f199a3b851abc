// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.States;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The state document, to the byte. */
class StateDocumentTest {
  private static final ContainerState STATE =
      States.of("t1", Phase.CREATED, new ProcessIdentity(1, 2), new ProcessIdentity(31513, 9));

  @Example
  void stateHasTwoBlanksAndNoNewlineAtItsEnd() {
    assertEquals(
        """
        {
          "ociVersion": "1.3.0",
          "id": "t1",
          "pid": 31513,
          "status": "created",
          "bundle": "/bundle",
          "rootfs": "/bundle/rootfs",
          "created": "2026-11-21T21:08:05.690767349Z",
          "owner": "root"
        }""",
        StateDocument.pretty(STATE, ContainerStatus.CREATED, "root"));
  }

  @Example
  void annotationsStandBeforeTheOwnerInTheirOrder() {
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("z", "1");
    annotations.put("a", "say \"hi\"\n");
    assertEquals(
        """
        {
          "ociVersion": "1.3.0",
          "id": "t1",
          "pid": 31513,
          "status": "running",
          "bundle": "/bundle",
          "rootfs": "/bundle/rootfs",
          "created": "2026-11-21T21:08:05.690767349Z",
          "annotations": {
            "z": "1",
            "a": "say \\"hi\\"\\n"
          },
          "owner": ""
        }""",
        StateDocument.pretty(
            States.withAnnotations(STATE, annotations), ContainerStatus.RUNNING, ""));
  }

  @Example
  void listHasTheSameOnOneLine() throws IOException {
    String expected =
        "{\"ociVersion\":\"1.3.0\",\"id\":\"t1\",\"pid\":31513,\"status\":\"created\",\"bundle\":\"/bundle\","
            + "\"rootfs\":\"/bundle/rootfs\",\"created\":\"2026-11-21T21:08:05.690767349Z\",\"owner\":\"root\"}";
    assertEquals(expected, StateDocument.compact(STATE, ContainerStatus.CREATED, "root"));
    ContainerState annotated = States.withAnnotations(STATE, Map.of("k", "v"));
    ObjectMapper json = new ObjectMapper();
    JsonNode pretty = json.readTree(StateDocument.pretty(annotated, ContainerStatus.PAUSED, "o"));
    assertEquals(
        pretty, json.readTree(StateDocument.compact(annotated, ContainerStatus.PAUSED, "o")));
    assertEquals("paused", pretty.get("status").asText());
  }

  @Example
  void aStoppedContainerHasNoPid() throws IOException {
    String text = StateDocument.pretty(STATE, ContainerStatus.STOPPED, "");
    assertEquals(0, new ObjectMapper().readTree(text).get("pid").asLong(-1));
    assertEquals("stopped", new ObjectMapper().readTree(text).get("status").asText());
  }

  @Example
  void aHookReadsIdStatusPidAndBundle() {
    ContainerState state = States.withAnnotations(STATE, Map.of("k", "v"));
    assertEquals(
        "{\"ociVersion\":\"1.3.0\",\"id\":\"t1\",\"status\":\"creating\",\"pid\":       812,"
            + "\"bundle\":\"/bundle\",\"annotations\":{\"k\":\"v\"}}",
        StateDocument.forHook(state, "creating", "       812"));
    assertEquals(
        "{\"ociVersion\":\"1.3.0\",\"id\":\"t1\",\"status\":\"stopped\",\"bundle\":\"/bundle\"}",
        StateDocument.forHook(STATE, "stopped", ""));
  }

  @Property(tries = 500)
  void anyTextIsQuotedSoThatItIsReadBack(@ForAll String text) throws IOException {
    StringBuilder out = new StringBuilder();
    StateDocument.quote(out, text);
    assertEquals(text, new ObjectMapper().readTree(out.toString()).asText());
    assertEquals(-1, out.indexOf("\n"));
  }

  @Example
  void statusesHaveTheWordsOfTheSpecification() {
    String all = "";
    for (ContainerStatus each : ContainerStatus.values()) {
      all += each.word() + " ";
    }
    assertEquals("creating created running paused stopped ", all);
  }
}
