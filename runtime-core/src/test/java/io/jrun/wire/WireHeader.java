// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** native-shim's wire.h as text: its numbers, its enumerations, the sizes it asserts. */
public final class WireHeader {
  private final String text;

  private WireHeader(String text) {
    this.text = text;
  }

  public static WireHeader read() {
    try {
      return new WireHeader(
          Files.readString(
              Path.of(System.getProperty("basedir", ""))
                  .toAbsolutePath()
                  .resolve("../native-shim/src/main/c/wire.h")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A #define: decimal, hexadecimal, or a shift of two decimals. */
  public long number(String name) {
    Matcher define =
        Pattern.compile("#define " + name + " \\(?(0x[0-9a-fA-F]+|\\d+)u?(?: << (\\d+))?")
            .matcher(text);
    if (!define.find()) {
      throw new AssertionError("wire.h has no " + name);
    }
    long value = decode(define.group(1));
    return define.group(2) == null ? value : value << Integer.parseInt(define.group(2));
  }

  /** Also of 64 bits without a sign. */
  private static long decode(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }

  /** The constants of an enum, with their numbers. */
  public Map<String, Integer> constants(String name) {
    Matcher body = Pattern.compile("enum " + name + " \\{([^}]*)\\}").matcher(text);
    if (!body.find()) {
      throw new AssertionError("wire.h has no enum " + name);
    }
    Map<String, Integer> out = new LinkedHashMap<>();
    int next = 0;
    for (String each : body.group(1).split(",")) {
      String[] parts = each.trim().split("\\s*=\\s*");
      if (parts.length > 1) {
        next = out.containsKey(parts[1]) ? out.get(parts[1]) : Integer.parseInt(parts[1]);
      }
      out.put(parts[0], next++);
    }
    return out;
  }

  /** The header as the compiler sees it, without the definition of a number. */
  String withoutComments(String number) {
    return text.replaceAll("(?s)/\\*.*?\\*/", " ")
        .replaceAll("#define " + number + " .*", "")
        .replaceAll("\\s+", " ");
  }

  /** The rows of all tables of docs/plan.md. */
  static String rows() {
    return plan().lines().filter(line -> line.startsWith("|")).collect(Collectors.joining("\n"));
  }

  /** The size of a struct, as _Static_assert has it. */
  public int size(String struct) {
    Matcher size = Pattern.compile("sizeof\\(struct " + struct + "\\) == (\\d+)").matcher(text);
    if (!size.find()) {
      throw new AssertionError("wire.h does not assert the size of " + struct);
    }
    return Integer.parseInt(size.group(1));
  }

  /** The rows of the tables of docs/plan.md that begin with a number and a name in capitals. */
  public static List<String> documented(String heading) {
    String plan = plan();
    int from = plan.indexOf(heading);
    List<String> out = new ArrayList<>();
    for (String line : plan.substring(from).split("\n")) {
      Matcher row = Pattern.compile("\\| (\\d+) \\| ([A-Z]+) \\|.*").matcher(line);
      if (row.matches()) {
        out.add(row.group(1) + " " + row.group(2));
      } else if (!out.isEmpty()) {
        break;
      }
    }
    return out;
  }

  private static String plan() {
    try {
      return Files.readString(
          Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("../docs/plan.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
