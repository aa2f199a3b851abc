// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jrun.plan.Rights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** state.json: what was written is read, and anything else is a StateFileException. */
class StateFileTest {
  private static final String SAMPLE =
      "{\"jrun\":1,\"id\":\"demo\",\"phase\":\"created\",\"creatorPid\":811,\"creatorStart\":51234,"
          + "\"pid\":812,\"start\":51236,\"bootId\":\"b\",\"bundle\":\"/b\",\"rootfs\":\"/b/rootfs\","
          + "\"cgroup\":\"/sys/fs/cgroup/demo\",\"created\":\"2026-01-01T00:00:00.000000000Z\","
          + "\"annotations\":{\"k\":\"v\"},\"launch\":{\"capabilities\":\"0\",\"sharedParent\":\"\","
          + "\"cgroup\":\"/demo\",\"preserveFds\":\"0\",\"cgroupMount\":\"/sys/fs/cgroup\"}}";
  private static final String TOKENS = "{}[]:,\"\\01-.enul tf\0\n\u00e9\ud83d\ude00";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static ContainerState read(String text) {
    return StateFile.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String refusal(String text) {
    return assertThrows(StateFileException.class, () -> read(text)).getMessage();
  }

  @Example
  void theSampleOfItsDocumentationIsWhatIsWritten() {
    assertEquals(SAMPLE, new String(StateFile.write(read(SAMPLE)), StandardCharsets.UTF_8));
    assertEquals(Phase.CREATED, read(SAMPLE).phase());
    assertTrue(SAMPLE.startsWith("created\"", StateFile.phaseAt("demo")));
    assertEquals(new ProcessIdentity(812, 51236), read(SAMPLE).init());
    assertEquals(new ProcessIdentity(811, 51234), read(SAMPLE).creator());
  }

  /** As it has been written ever since: a container outlives the jrun that made it. */
  @Example
  void allThatALaunchLeavesOnRecordIsWrittenAsItAlwaysWas() {
    String launch =
        "{\"noPivot\":\"true\",\"unit\":\"demo.slice\",\"capabilities\":\"18446744073709551615\","
            + "\"sharedParent\":\"/b\",\"noNewKeyring\":\"true\",\"rights\":\"NAMESPACE_ROOT\",\"kernelTrees\":\"/proc\\u0000/a"
            + " b\\n"
            + "\",\"resctrl\":\"/r/demo\",\"memoryLimit\":\"true\",\"cgroup\":\"/demo\",\"preserveFds\":\"9\",\"sharedPid\":\"true\",\"holes\":\"3"
            + " 5\",\"notify\":\"true\",\"cgroupMount\":\"/sys/fs/cgroup\",\"treeNamespaces\":\"true\"}}";
    String text = SAMPLE.substring(0, SAMPLE.indexOf("{\"capabilities\"")) + launch;
    LaunchRecord expected =
        new LaunchRecord(
            new LaunchRecord.Cgroup("/sys/fs/cgroup", "/demo", "demo.slice"),
            -1L,
            Rights.NAMESPACE_ROOT,
            "/b",
            List.of("/proc", "/a b\n"),
            9,
            List.of(3, 5),
            "/r/demo",
            EnumSet.allOf(LaunchRecord.Mark.class),
            Map.of());
    assertEquals(expected, read(text).launch());
    assertEquals(text, new String(StateFile.write(read(text)), StandardCharsets.UTF_8));
  }

  @Example
  void whatAnOlderFileDoesNotSayOfALaunchIsAsItWasThen() {
    String before = SAMPLE.substring(0, SAMPLE.indexOf("{\"capabilities\""));
    assertEquals(LaunchRecord.NONE, read(before + "{}}").launch());
    assertEquals(
        LaunchRecord.of(new LaunchRecord.Cgroup("", "/demo", "")),
        read(before + "{\"cgroup\":\"/demo\"}}").launch());
  }

  /** Who goes back to an earlier version and forth again finds what the later one had written. */
  @Example
  void whatALaterVersionSaysOfALaunchIsKept() {
    String text = SAMPLE.substring(0, SAMPLE.length() - 2) + ",\"later\":\"x\",\"latest\":\"\"}}";
    assertEquals(Map.of("later", "x", "latest", ""), read(text).launch().later());
    ContainerState changed = read(text).with(Phase.RUNNING, new ProcessIdentity(1, 2));
    String written = new String(StateFile.write(changed), StandardCharsets.UTF_8);
    assertTrue(written.endsWith(",\"later\":\"x\",\"latest\":\"\"}}"), written);
  }

  @Example
  void aLaunchThatIsNoneIsRefused() {
    for (String wrong :
        List.of(
            "\"capabilities\":\"-1\"",
            "\"preserveFds\":\"\"",
            "\"preserveFds\":\"x\"",
            "\"holes\":\"3,5\"",
            "\"rights\":\"root\"")) {
      String text = SAMPLE.substring(0, SAMPLE.indexOf("\"capabilities\"")) + wrong + "}}";
      assertTrue(refusal(text).startsWith("state.json has a \"launch\" that is none: "), wrong);
    }
  }

  @Property(tries = 500)
  void whatIsWrittenIsRead(
      @ForAll @StringLength(max = 30) String id,
      @ForAll Phase phase,
      @ForAll @LongRange(min = 0) long pid,
      @ForAll @LongRange(min = 0) long start,
      @ForAll @StringLength(max = 30) String bundle,
      @ForAll @Size(max = 4)
          Map<@StringLength(max = 10) String, @StringLength(max = 10) String> annotations) {
    ContainerState state =
        new ContainerState(
            whole(id),
            phase,
            new ProcessIdentity(start, pid),
            new ProcessIdentity(pid, start),
            "boot",
            new ContainerState.Location(whole(bundle), "/r", "/c"),
            "now",
            wholes(annotations),
            LaunchRecord.of(new LaunchRecord.Cgroup("/m", "/x", "")));
    assertEquals(state, StateFile.read(StateFile.write(state)));
  }

  /** Text that UTF-8 can hold, as all that comes from files and command lines is. */
  private static String whole(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static Map<String, String> wholes(Map<String, String> texts) {
    Map<String, String> out = new LinkedHashMap<>();
    texts.forEach((key, value) -> out.put(whole(key), whole(value)));
    return out;
  }

  @Example
  void everyPrefixIsRefused() {
    byte[] whole = SAMPLE.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThrows(StateFileException.class, () -> StateFile.read(prefix), "prefix of " + length);
    }
  }

  @Property(tries = 3000)
  void aDamagedFileIsReadOrRefused(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int mutations) {
    Random random = new Random(seed);
    byte[] document = SAMPLE.getBytes(StandardCharsets.UTF_8);
    byte[] tokens = TOKENS.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < mutations; i++) {
      int at = random.nextInt(document.length);
      switch (random.nextInt(3)) {
        case 0 -> document[at] = (byte) random.nextInt(256);
        case 1 -> document[at] = tokens[random.nextInt(tokens.length)];
        default -> document = Arrays.copyOf(document, Math.max(1, at));
      }
    }
    readOrRefused(document);
  }

  @Property(tries = 1000)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 64) byte[] document) {
    readOrRefused(document);
  }

  private static void readOrRefused(byte[] document) {
    try {
      StateFile.write(StateFile.read(document));
      assertEquals(byAnotherParser(document), RecordReader.read(document));
    } catch (StateFileException e) {
      assertTrue(e.getMessage().startsWith("state.json "));
    }
  }

  /** What is read is JSON to others too, and means the same. */
  private static RecordReader.Parts byAnotherParser(byte[] document) {
    JsonNode tree;
    try {
      tree = JSON.readTree(document);
    } catch (IOException e) {
      throw new AssertionError(new String(document, StandardCharsets.UTF_8), e);
    }
    RecordReader.Parts parts = new RecordReader.Parts(new HashMap<>(), new HashMap<>());
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (field.getValue().isObject()) {
        Map<String, String> inner = new LinkedHashMap<>();
        field.getValue().properties().forEach(each -> put(inner, each));
        parts.objects().put(field.getKey(), inner);
      } else {
        put(parts.values(), field);
      }
    }
    return parts;
  }

  private static void put(Map<String, String> into, Map.Entry<String, JsonNode> field) {
    into.put(field.getKey(), field.getValue().asText());
  }

  @Example
  void everyEscapeIsUnderstood() {
    String text =
        "{\"a\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u0000\",\n\"b\":{ \"c\":\"\\\\\"}}";
    RecordReader.Parts parts = RecordReader.read(text.getBytes(StandardCharsets.UTF_8));
    assertEquals(Map.of("a", "\"\\/\b\f\n\r\t\u00e9\ud83d\ude00\0"), parts.values());
    assertEquals(Map.of("b", Map.of("c", "\\")), parts.objects());
    for (String wrong : List.of("\\x", "\\u12", "\\u12g4", "\\u\u0661234", "\n", "\t")) {
      assertEquals("state.json is damaged", refusal("{\"a\":\"" + wrong + "\"}"), wrong);
    }
  }

  /** A byte that is no character would be another path's when it is written again. */
  @Example
  void bytesThatAreNoTextAreRefused() {
    byte[] document = "{\"jrun\":1,\"id\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    for (int wrong : new int[] {0x80, 0xc3, 0xff}) {
      document[document.length - 3] = (byte) wrong;
      assertThrows(StateFileException.class, () -> RecordReader.read(document));
    }
    String meant = "{\"a\":\"\uFFFD\"}";
    assertEquals(
        Map.of("a", "\uFFFD"), RecordReader.read(meant.getBytes(StandardCharsets.UTF_8)).values());
  }

  @Example
  void whatIsNoValueIsRefused() {
    for (String right : List.of("0", "-0", "12", "1.50", "1e5", "1E-05", "true", "false", "null")) {
      String text = "{\"a\":" + right + "}";
      assertEquals(
          Map.of("a", right), RecordReader.read(text.getBytes(StandardCharsets.UTF_8)).values());
    }
    for (String wrong :
        List.of(
            "", "01", "+1", "-", "1.", ".5", "1e", "1e+", "tru", "truee", "NaN", "[]", "x",
            "'a'")) {
      assertEquals("state.json is damaged", refusal("{\"a\":" + wrong + "}"), wrong);
    }
  }

  @Example
  void whatIsWrongIsSaid() {
    assertEquals("state.json is not a JSON object", refusal(""));
    assertEquals("state.json is not a JSON object", refusal("[]"));
    assertEquals("state.json is not a JSON object", refusal("null"));
    assertEquals("state.json is damaged", refusal("\u0000".repeat(300)));
    assertEquals("state.json has no \"jrun\"", refusal("{}"));
    assertEquals("state.json is of another version of jrun", refusal("{\"jrun\":2}"));
    assertEquals("state.json has no number at \"jrun\"", refusal("{\"jrun\":\"x\"}"));
    assertEquals("state.json has no \"id\"", refusal("{\"jrun\":1}"));
    assertEquals("state.json ends in the middle", refusal(SAMPLE + SAMPLE));
    assertEquals("state.json is damaged", refusal(SAMPLE + "x"));
    assertEquals(
        "state.json has an unknown phase \"paused\"",
        refusal(SAMPLE.replace("created\",\"cr", "paused\",\"cr")));
    assertEquals("state.json has no number at \"pid\"", refusal(SAMPLE.replace(":812", ":-812")));
    assertEquals("state.json has no number at \"pid\"", refusal(SAMPLE.replace(":812", ":8.5")));
    assertEquals(
        "state.json has no number at \"start\"",
        refusal(SAMPLE.replace(":51236", ":18446744073709551616")));
  }

  /** runc's and crun's files, in a root that is shared with them. */
  @Example
  void theStateOfAnotherRuntimeIsRefused() {
    refusal(
        "{\"id\":\"t1\",\"init_process_pid\":31513,\"init_process_start\":1,\"config\":{\"rootfs\":\"/r\"}}");
    refusal("{\"pid\":1,\"process-start-time\":2,\"cgroup-path\":\"/x\",\"rootfs\":\"/r\"}");
  }

  @Example
  void deepNestingIsRefusedAndNotAnError() {
    refusal("{\"jrun\":1,\"a\":" + "[".repeat(100_000));
    refusal("{\"a\":".repeat(100_000));
  }
}
