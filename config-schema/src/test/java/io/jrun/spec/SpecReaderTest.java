// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Types, ranges, keys and nulls: what a well-formed document may say. */
class SpecReaderTest {
  private static final String ID = "must be an integer from 0 to 4294967294, not ";

  static Stream<Arguments> wrongDocuments() {
    return Stream.of(
        wrong("null", "c:1:1: must be an object, not null"),
        wrong(" []", "c:1:2: must be an object, not an array"),
        wrong("\n\"x\"", "c:2:1: must be an object, not a string"),
        wrong("true", "c:1:1: must be an object, not true or false"),
        wrong("{\"process\": 3}", "c:1:13: /process: must be an object, not a number"),
        wrong("{\"process\":{\"cwd\":3}}", "c:1:19: /process/cwd: must be a string, not a number"),
        wrong("{\"mounts\":{}}", "c:1:11: /mounts: must be an array, not an object"),
        wrong("{\"mounts\":[null]}", "c:1:12: /mounts/0: must be an object, not null"),
        wrong(
            "{\"root\":{\"path\":\"r\",\"readonly\":\"yes\"}}",
            "c:1:32: /root/readonly: must be true or false, not a string"),
        wrong(
            "{\"process\":{\"args\":[\"a\",null,1]}}",
            "c:1:25: /process/args/1: must be a string, not null",
            "c:1:30: /process/args/2: must be a string, not a number"),
        wrong(
            "{\"annotations\":{\"a/b\":null}}",
            "c:1:23: /annotations/a~1b: must be a string, not null"),
        wrong(uid("\"0\""), "c:1:29: /process/user/uid: " + ID + "a string"),
        wrong(uid("-1"), "c:1:29: /process/user/uid: " + ID + "-1"),
        wrong(uid("4294967295"), "c:1:29: /process/user/uid: " + ID + "4294967295"),
        wrong(
            uid("18446744073709551616"),
            "c:1:29: /process/user/uid: " + ID + "18446744073709551616"),
        wrong(
            uid("1" + "0".repeat(99)),
            "c:1:29: /process/user/uid: " + ID + "a number of 100 digits"),
        wrong(
            uid("1.5"),
            "c:1:29: /process/user/uid: " + ID + "a number with a fraction or an exponent"),
        wrong(
            uid("1e3"),
            "c:1:29: /process/user/uid: " + ID + "a number with a fraction or an exponent"),
        wrong("{\"process\":{\"user\":{\"uid\":1}}}", "c:1:20: /process/user/gid: is required"),
        wrong(
            "{\"process\":{\"user\":{\"uid\":1,\"gid\":null}}}",
            "c:1:35: /process/user/gid: is required"),
        wrong(
            "{\"Process\":{}}",
            "c:1:12: /Process: unknown key \"Process\": did you mean \"process\"?"),
        wrong(
            "{\"linux\":{\"maskedPaths\":[],\"maskedpaths\":[]}}",
            "c:1:42: /linux/maskedpaths: unknown key \"maskedpaths\": did you mean"
                + " \"maskedPaths\"?"),
        // The Kelvin sign folds to k: Go takes it for one.
        wrong(
            "{\"linux\":{\"mas\u212aedPaths\":[]}}",
            "c:1:25: /linux/mas\u212aedPaths: unknown key \"mas\u212aedPaths\": did you mean"
                + " \"maskedPaths\"?"),
        wrong(
            "{\"hostname\":1,\n\"root\":{},\n\"mounts\":[{\"destination\":[]}]}",
            "c:1:13: /hostname: must be a string, not a number",
            "c:2:8: /root/path: is required",
            "c:3:26: /mounts/0/destination: must be a string, not an array"));
  }

  private static Arguments wrong(String document, String... problems) {
    return Arguments.of(document, List.of(problems));
  }

  private static String uid(String value) {
    return "{\"process\": {\"user\":{\"uid\": " + value + ", \"gid\": 0}}}";
  }

  @ParameterizedTest
  @MethodSource("wrongDocuments")
  void wrongDocumentsAreRefusedWithEveryProblem(String document, List<String> problems) {
    assertEquals(problems, Documents.problems(document));
  }

  @Test
  void rangesEndWhereTheyShould() {
    assertEquals(List.of(), Documents.problems(uid("4294967294")));
    assertEquals(List.of(), Documents.problems(cpuShares("18446744073709551615")));
    assertEquals(1, Documents.problems(cpuShares("18446744073709551616")).size());
    assertEquals(1, Documents.problems(cpuShares("-1")).size());
    assertEquals(List.of(), Documents.problems(memoryLimit("-9223372036854775808")));
    assertEquals(1, Documents.problems(memoryLimit("9223372036854775808")).size());
    assertEquals(List.of(), Documents.problems(oomScoreAdj("-2147483648")));
    assertEquals(1, Documents.problems(oomScoreAdj("2147483648")).size());
  }

  private static String cpuShares(String value) {
    return "{\"linux\":{\"resources\":{\"cpu\":{\"shares\":" + value + "}}}}";
  }

  private static String memoryLimit(String value) {
    return "{\"linux\":{\"resources\":{\"memory\":{\"limit\":" + value + "}}}}";
  }

  private static String oomScoreAdj(String value) {
    return "{\"process\":{\"oomScoreAdj\":" + value + "}}";
  }

  @Test
  void unsignedNumbersKeepTheirBits() {
    Spec spec = SpecReader.read(Documents.utf8(cpuShares("18446744073709551615")), "c");
    assertEquals(-1L, spec.linux().resources().cpu().shares());
  }

  @Test
  void emptyObjectIsReadAndAllIsAbsent() {
    Spec spec = SpecReader.read(Documents.utf8("{}"), "c");
    assertEquals(new Spec(null, null, null, null, null, null, null, null, null), spec);
  }

  @Test
  void nullCountsAsAbsentAndEmptyDoesNot() {
    String document =
        "{\"process\":null,\"hostname\":null,\"mounts\":[],\"linux\":{\"seccomp\":"
            + "{\"defaultAction\":\"x\",\"flags\":[],\"syscalls\":null}}}";
    Spec spec = SpecReader.read(Documents.utf8(document), "c");
    assertNull(spec.process());
    assertNull(spec.hostname());
    assertEquals(List.of(), spec.mounts());
    assertEquals(List.of(), spec.linux().seccomp().flags());
    assertNull(spec.linux().seccomp().syscalls());
    assertNull(spec.linux().seccomp().architectures());
  }

  @Test
  void unknownKeysAreReadPastAndReported() {
    String document =
        "{\"x-a\":{\"deep\":[1]},\"linux\":{\"landlock\":{}},\"windows\":7,\"vm\":{}}";
    SpecReading reading = SpecReader.readReporting(Documents.utf8(document), "c");
    assertEquals(List.of("/linux/landlock", "/x-a"), reading.unknownKeys());
  }

  @Test
  void keysOfMapsAreNeverUnknown() {
    String document = "{\"annotations\":{\"Process\":\"\",\"process\":\"\"}}";
    SpecReading reading = SpecReader.readReporting(Documents.utf8(document), "c");
    assertEquals(List.of(), reading.unknownKeys());
    assertEquals(List.of("Process", "process"), List.copyOf(reading.spec().annotations().keySet()));
  }

  @Test
  void whatWasReadCannotBeModified() {
    Spec spec = SpecReader.read(Documents.load("maximal.json"), "c");
    assertThrows(UnsupportedOperationException.class, () -> spec.mounts().clear());
    assertThrows(UnsupportedOperationException.class, () -> spec.annotations().clear());
    assertThrows(UnsupportedOperationException.class, () -> spec.process().args().clear());
    assertThrows(UnsupportedOperationException.class, () -> spec.linux().netDevices().clear());
  }

  @Test
  void processAndResourcesAreDocumentsOfTheirOwn() {
    Process process =
        SpecReader.readProcess(Documents.utf8("{\"args\":[\"ls\"],\"cwd\":\"/\"}"), "p");
    assertEquals(List.of("ls"), process.args());
    LinuxResources resources =
        SpecReader.readResources(Documents.utf8("{\"pids\":{\"limit\":7}}"), "r");
    assertEquals(7L, resources.pids().limit());
    InvalidDocumentException e =
        assertThrows(
            InvalidDocumentException.class,
            () -> SpecReader.readProcess(Documents.utf8("{\"Cwd\":\"/\"}"), "process.json"));
    assertEquals(
        "process.json:1:8: /Cwd: unknown key \"Cwd\": did you mean \"cwd\"?", e.getMessage());
  }

  @Test
  void problemsBeyondAHundredAreNotListed() {
    String document = "{\"mounts\":[" + "1,".repeat(5000) + "1]}";
    InvalidDocumentException e =
        assertThrows(
            InvalidDocumentException.class, () -> SpecReader.read(Documents.utf8(document), "c"));
    assertEquals(100, e.problems().size());
    assertEquals(4901, e.unlisted());
    assertTrue(
        e.getMessage().endsWith(": has 4901 more problems than are listed here"), e.getMessage());
  }

  @Test
  void problemsDoNotRepeatStringsNorControlTheTerminal() {
    List<String> problems =
        Documents.problems("{\"process\":\"secret\",\"annotations\":{\"\\u001b[31m\u202e\":1}}");
    assertEquals(
        List.of(
            "c:1:12: /process: must be an object, not a string",
            "c:1:50: /annotations/\\u001b[31m\\u202e: must be a string, not a number"),
        problems);
  }
}
