// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command ended: its exit code (128 + signal when killed) and what it wrote. Owns the reading
 * of error records, so that a test says which message it expects and not how one is printed.
 */
record Outcome(String command, int exitCode, String out, String err) {

  private static final Pattern TEXT_RECORD =
      Pattern.compile(
          "time=\"[^\"]+\" level=(\\w+) msg=(\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|\\S+)(?: .*)?");

  // A peer put in jrun's place, to check the tests themselves, warns on its way to an error.
  private static final boolean PEER = !Jrun.name().equals("jrun");
  private static final Pattern WARNING = Pattern.compile(" level=(warning|fatal) ");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Asserts exit code 0. */
  Outcome succeeds() {
    assertEquals(0, exitCode, this::toString);
    return this;
  }

  /** Asserts exit code 0 and nothing on standard error. */
  Outcome succeedsSilently() {
    succeeds();
    assertEquals("", err, this::toString);
    return this;
  }

  Outcome exits(int code) {
    assertEquals(code, exitCode, this::toString);
    return this;
  }

  /** Asserts exit code 1, an empty standard output and one record whose message is this one. */
  Outcome failsWith(String message) {
    assertEquals(message, failure(), this::toString);
    return this;
  }

  /** As {@link #failsWith}, with a message that may say more after this. */
  Outcome failsBeginning(String beginning) {
    String message = failure();
    assertTrue(
        message.startsWith(beginning), () -> "not beginning with \"" + beginning + "\":\n" + this);
    return this;
  }

  /** As {@link #failsWith}, with a message that contains all of these. */
  Outcome failsNaming(String... parts) {
    String message = failure();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no \"" + part + "\" in the message of\n" + this);
    }
    return this;
  }

  /** Asserts that the first record is a warning that contains all of these; gives what follows. */
  Outcome warned(String... parts) {
    String first = err.lines().findFirst().orElse("");
    Matcher record = TEXT_RECORD.matcher(first);
    assertTrue(record.matches() && record.group(1).equals("warning"), this::toString);
    for (String part : parts) {
      assertTrue(first.contains(part), () -> "no \"" + part + "\" in the warning of\n" + this);
    }
    return new Outcome(command, exitCode, out, err.substring(first.length() + 1));
  }

  /** The message of the one error record of a command that failed. */
  private String failure() {
    assertEquals(1, exitCode, this::toString);
    assertEquals("", out, this::toString);
    return message();
  }

  /** The message of the one record, at level error, on standard error. */
  String message() {
    List<String> lines =
        err.lines().filter(line -> !(PEER && WARNING.matcher(line).find())).toList();
    // Of a program that cannot be executed the record repeats what was said first.
    if (lines.size() == 2 && isBare(lines.get(0)) && lines.get(1).contains(lines.get(0))) {
      lines = lines.subList(1, 2);
    }
    List<String> said = lines;
    assertEquals(1, said.size(), () -> "not exactly one line on standard error:\n" + this);
    Matcher record = TEXT_RECORD.matcher(lines.get(0));
    assertTrue(record.matches(), () -> "not a log record:\n" + this);
    assertEquals("error", record.group(1), this::toString);
    return unquoted(record.group(2));
  }

  private static boolean isBare(String line) {
    return line.startsWith("exec ") && !TEXT_RECORD.matcher(line).matches();
  }

  /** Standard output as JSON. */
  JsonNode json() {
    try {
      return JSON.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON from\n" + this, e);
    }
  }

  /** Standard output without the white space around it. */
  String text() {
    return out.strip();
  }

  List<String> lines() {
    return out.lines().toList();
  }

  private static String unquoted(String value) {
    if (!value.startsWith("\"")) {
      return value;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < value.length() - 1; i++) {
      char c = value.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      c = value.charAt(++i);
      switch (c) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'x' -> {
          text.append((char) Integer.parseInt(value.substring(i + 1, i + 3), 16));
          i += 2;
        }
        case 'u' -> {
          text.append((char) Integer.parseInt(value.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> text.append(c);
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return command
        + "\nexit code "
        + exitCode
        + "\nstandard output:\n"
        + out
        + "\nstandard error:\n"
        + err;
  }
}
