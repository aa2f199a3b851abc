// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes, syntax and limits: what is wrong whatever the document is about. */
class DocumentTest {
  private static void assertProblem(String problem, byte[] document) {
    assertEquals(List.of(problem), Documents.problems(document));
  }

  private static void assertProblem(String problem, String document) {
    assertProblem(problem, Documents.utf8(document));
  }

  private static byte[] bytes(int... values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int value : values) {
      out.write(value);
    }
    return out.toByteArray();
  }

  @Test
  void emptyDocumentIsRefused() {
    assertProblem("c:1:1: is empty", "");
    assertTrue(Documents.problems(" \n ").get(0).endsWith(": is empty"));
  }

  @Test
  void otherEncodingsAreRefused() {
    assertProblem(
        "c:1:1: starts with a byte order mark: must be plain UTF-8", "\ufeff{\"hostname\":\"a\"}");
    assertProblem("c:1:1: must be UTF-8, not UTF-16", "{}".getBytes(StandardCharsets.UTF_16));
    assertProblem(
        "c:1:2: must be UTF-8, not UTF-16 or UTF-32", "{}".getBytes(StandardCharsets.UTF_16LE));
    assertProblem(
        "c:1:1: must be UTF-8, not UTF-16 or UTF-32", "{}".getBytes(StandardCharsets.UTF_16BE));
  }

  @Test
  void invalidUtf8IsRefusedWhereItStarts() {
    assertProblem(
        "c:2:2: is not valid UTF-8 at byte 3",
        bytes('{', '\n', '"', 0xc0, 0x80, '"', ':', '1', '}'));
    assertProblem("c:1:3: is not valid UTF-8 at byte 2", bytes('{', '"', 0xed, 0xa0, 0x80, '"'));
    assertProblem(
        "c:1:3: is not valid UTF-8 at byte 2", bytes('{', '"', 0xf4, 0x90, 0x80, 0x80, '"'));
    assertProblem("c:1:3: is not valid UTF-8 at byte 2", bytes('{', '"', 0xe2, 0x82));
    assertProblem("c:1:6: must not contain a NUL byte", bytes('{', '"', 'a', 'b', 'c', 0, '"'));
  }

  @Test
  void allOfUnicodeIsRead() {
    String document = "{\"hostname\":\"\u00e4\u0800\uffff\ud83d\ude00\\ud83d\\ude00\"}";
    Spec spec = SpecReader.read(Documents.utf8(document), "c");
    assertEquals("\u00e4\u0800\uffff\ud83d\ude00\ud83d\ude00", spec.hostname());
  }

  @Test
  void nulCharactersAreRefusedEverywhere() {
    assertProblem(
        "c:1:13: /hostname: must not contain a NUL character", "{\"hostname\":\"a\\u0000\"}");
    assertProblem("c:1:7: /x/0: must not contain a NUL character", "{\"x\":[\"\\u0000\"]}");
    assertProblem(
        "c:1:17: /annotations/\\u0000: must not contain a NUL character",
        "{\"annotations\":{\"\\u0000\":\"\"}}");
  }

  @Test
  void halvesOfSurrogatePairsAreRefused() {
    String message = " must not contain half of a surrogate pair";
    assertProblem("c:1:13: /hostname:" + message, "{\"hostname\":\"\\ud800\"}");
    assertProblem("c:1:13: /hostname:" + message, "{\"hostname\":\"\\udc00\\ud800\"}");
    assertProblem("c:1:2: /\\ud800:" + message, "{\"\\ud800\":1}");
  }

  @Test
  void duplicateKeysAreRefused() {
    assertProblem(
        "c:2:1: /hostname: is a duplicate key", "{\"hostname\":\"a\",\n\"hostname\":\"b\"}");
    assertProblem("c:1:13: /x/y: is a duplicate key", "{\"x\":{\"y\":1,\"y\":2}}");
    assertProblem("c:1:9: /ab: is a duplicate key", "{\"ab\":1,\"\\u0061b\":2}");
  }

  @Test
  void problemsOfJsonAndOfTypesAreListedTogetherInOrder() {
    assertEquals(
        List.of(
            "c:1:14: /hostname: must be a string, not a number",
            "c:1:22: /x/0: must not contain a NUL character",
            "c:1:42: /process: must be an object, not an array"),
        Documents.problems("{\"hostname\": 1,\"x\": [\"\\u0000\"],\"process\":[]}"));
  }

  @Test
  void contentAfterTheDocumentIsRefused() {
    assertProblem("c:2:1: has content after the end of the document", "{}\n{}");
    assertProblem("c:1:3: has content after the end of the document", "{}1");
    assertTrue(Documents.problems("{}x").get(0).startsWith("c:1:4: is not JSON: "));
    assertEquals(List.of(), Documents.problems("{} \n\t\r\n"));
  }

  @Test
  void syntaxErrorsAreOneProblemInPlainWords() {
    for (String document :
        List.of(
            "{'a':1}",
            "{a:1}",
            "{\"a\":1,}",
            "[1,]",
            "{\"a\" 1}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":NaN}",
            "{\"a\":.5}",
            "{\"a\":1.}",
            "{\"a\":nul}",
            "// x\n{}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u00g0\"}",
            "}",
            "{\"a\":tru\u0085e}")) {
      List<String> problems = Documents.problems(document);
      assertEquals(1, problems.size(), document);
      String problem = problems.get(0);
      assertTrue(problem.contains(": is not JSON: "), problem);
      assertTrue(!problem.contains("Source") && !problem.contains("`"), problem);
    }
    for (String document : List.of("{", "{\"a", "{\"a\":[", "{\"a\":\"x", "{\"a\":\"\\u12")) {
      List<String> problems = Documents.problems(document);
      assertEquals(1, problems.size(), document);
    }
  }

  @Test
  void depthIsLimitedTo10000() {
    for (int depth : new int[] {62, 63, 64, 65, 9_998, 9_999}) {
      String fits = "{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + ",\"y\":{\"z\":[1]}}";
      assertEquals(List.of(), Documents.problems(fits), "depth " + depth);
    }
    String deep = "{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
    assertProblem("c:1:10005: is nested more than 10000 levels deep", deep);
    assertProblem("c:1:10001: is nested more than 10000 levels deep", "[".repeat(100_000));
    assertProblem("c:1:30001: is nested more than 10000 levels deep", "{\"a\":[".repeat(10_000));
  }

  /** What is deeper than all that is known is not kept, and is checked to be JSON all the same. */
  @Test
  void whatIsDeepIsReadToItsEnd() {
    String before = "{\"x\":" + "[".repeat(70);
    assertProblem(
        "c:1:78: /x" + "/0".repeat(63) + ": must not contain a NUL character",
        before + "1,\"\\u0000\"" + "]".repeat(70) + "}");
    assertEquals(1, Documents.problems(before + "tru" + "]".repeat(70) + "}").size());
    assertEquals(1, Documents.problems(before).size());
  }

  @Test
  void sizeIsLimited() {
    byte[] huge = new byte[DocumentBytes.LARGEST + 1];
    assertProblem("c:1:1: is larger than 64 MiB", huge);
    byte[] blank = new byte[DocumentBytes.LARGEST];
    Arrays.fill(blank, (byte) ' ');
    blank[0] = '{';
    blank[1] = '}';
    assertEquals(List.of(), Documents.problems(blank));
  }

  @Test
  void stringsAreLimited() {
    String limit = "x".repeat(JsonParsing.LONGEST_STRING);
    assertEquals(List.of(), Documents.problems("{\"hostname\":\"" + limit + "\"}"));
    String message = "strings and keys have at most 16 MiB, numbers at most 1000 digits";
    for (String document :
        List.of(
            "{\"hostname\":\"x" + limit + "\"}",
            "{\"x" + limit + "\":1}",
            "{\"x\":" + "1".repeat(1001) + "}")) {
      List<String> problems = Documents.problems(document);
      assertEquals(1, problems.size());
      assertTrue(problems.get(0).endsWith(message), problems.get(0));
    }
  }

  @Test
  void valuesAreLimited() {
    String some = "{\"x\":[" + "0,".repeat(999_997) + "0]}";
    assertEquals(List.of(), Documents.problems(some));
    String many = "{\"x\":[" + "[],".repeat(20_000_000) + "0]}";
    List<String> problems = Documents.problems(many);
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).endsWith("has more than a million values"));
  }

  @Test
  void longKeysDoNotMakeLongReports() {
    String key = "k".repeat(1 << 20);
    String element = "{\"a\":1,\"a\":2}";
    String document = "{\"" + key + "\":[" + (element + ",").repeat(500) + element + "]}";
    List<String> problems = Documents.problems(document);
    assertEquals(100, problems.size());
    assertTrue(problems.get(0).endsWith(": is a duplicate key"));
    assertTrue(problems.get(0).length() < 100);
  }
}
