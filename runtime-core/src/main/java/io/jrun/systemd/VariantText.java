// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A value written as text: {@code true}, {@code 5}, {@code uint64 5000000}, {@code 'a'}, {@code
 * ['a.service', 'b.service']}, {@code @t 5}. Tuples, dictionaries and variants inside are not read:
 * no property that a container could ask for takes one. Source: "GVariant Text Format" of the GLib
 * reference.
 */
final class VariantText {
  /** Names of types, and their signatures. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("boolean", "b"),
          Map.entry("byte", "y"),
          Map.entry("int16", "n"),
          Map.entry("uint16", "q"),
          Map.entry("int32", "i"),
          Map.entry("uint32", "u"),
          Map.entry("int64", "x"),
          Map.entry("uint64", "t"),
          Map.entry("double", "d"),
          Map.entry("string", "s"),
          Map.entry("objectpath", "o"),
          Map.entry("signature", "g"));

  private static final int DEEPEST = 8;

  private final String text;
  private int at;

  private VariantText(String text) {
    this.text = text;
  }

  /** A value and its type as D-Bus spells it. */
  record Value(String signature, Object value) {}

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if it is none: the reason
   */
  static Value parse(String text) {
    VariantText reader = new VariantText(text);
    Value value = reader.value("", 0);
    reader.skipBlanks();
    if (reader.at < text.length()) {
      throw reader.wrong("\"" + text.substring(reader.at) + "\" is too much");
    }
    return value;
  }

  private IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no value as systemd's properties have them: "
            + why
            + ": write true, 5, uint64 5, 'text' or ['a', 'b']");
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** {@code wanted}: the type it must have; empty if it says so itself. */
  private Value value(String wanted, int depth) {
    skipBlanks();
    if (at >= text.length()) {
      throw wrong("it ends too early");
    }
    char c = text.charAt(at);
    if (c == '@' || c >= 'a' && c <= 'z') {
      return word(wanted, depth);
    }
    if (c == '\'' || c == '"') {
      return string(wanted.isEmpty() ? "s" : wanted);
    }
    if (c == '[' && depth < DEEPEST) {
      return array(wanted, depth);
    }
    if (c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9') {
      return number(wanted);
    }
    throw wrong("'" + c + "' begins none");
  }

  /** true, false, or the type of what follows. */
  private Value word(String wanted, int depth) {
    boolean spelled = text.charAt(at) == '@';
    int end = at + 1;
    while (end < text.length()
        && !Character.isWhitespace(text.charAt(end))
        && ",]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String word = text.substring(at, end);
    at = end;
    if (word.equals("true") || word.equals("false")) {
      return typed(wanted, "b", word.equals("true"));
    }
    String type = spelled ? word.substring(1) : TYPES.getOrDefault(word, "");
    String element = type.replace("a", "");
    if (!TYPES.containsValue(element) || !type.endsWith(element) || type.length() > DEEPEST) {
      throw wrong("there is no type " + word);
    }
    if (!wanted.isEmpty() && !wanted.equals(type)) {
      throw wrong("an array holds values of one type");
    }
    return value(type, depth);
  }

  private Value typed(String wanted, String type, Object value) {
    if (!wanted.isEmpty() && !wanted.equals(type)) {
      throw wrong("\"" + value + "\" is not of type " + wanted);
    }
    return new Value(type, value);
  }

  private Value string(String type) {
    char quote = text.charAt(at++);
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      if (c == '\\' && at < text.length()) {
        c = unescaped(text.charAt(at++));
      }
      out.append(c);
    }
    if (at >= text.length()) {
      throw wrong("a text does not end");
    }
    at++;
    if ("sog".indexOf(type) < 0) {
      throw wrong("a text is not of type " + type);
    }
    return new Value(type, out.toString());
  }

  private static char unescaped(char c) {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      default -> c;
    };
  }

  private Value array(String wanted, int depth) {
    if (!wanted.isEmpty() && !wanted.startsWith("a")) {
      throw wrong("a list is not of type " + wanted);
    }
    String element = wanted.isEmpty() ? "" : wanted.substring(1);
    List<Object> out = new ArrayList<>();
    at++;
    skipBlanks();
    while (at < text.length() && text.charAt(at) != ']') {
      Value each = value(element, depth + 1);
      element = each.signature();
      out.add(each.value());
      skipBlanks();
      if (at < text.length() && text.charAt(at) == ',') {
        at++;
        skipBlanks();
      } else if (at >= text.length() || text.charAt(at) != ']') {
        throw wrong("between values of a list there is a comma");
      }
    }
    if (at >= text.length()) {
      throw wrong("a list does not end");
    }
    at++;
    if (element.isEmpty()) {
      throw wrong("an empty list has no type: write @as []");
    }
    return new Value("a" + element, out);
  }

  private Value number(String wanted) {
    int end = at + 1;
    while (end < text.length() && ",] \t".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String digits = text.substring(at, end);
    at = end;
    boolean isHex = digits.startsWith("0x");
    boolean isFraction = !isHex && (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0);
    String type = wanted.isEmpty() ? isFraction ? "d" : "i" : wanted;
    try {
      return new Value(type, type.equals("d") ? Double.valueOf(digits) : integer(digits, type));
    } catch (NumberFormatException e) {
      throw wrong("\"" + digits + "\" is not a number of type " + type);
    }
  }

  private static Object integer(String digits, String type) {
    if (type.equals("t")) {
      return digits.startsWith("0x")
          ? Long.parseUnsignedLong(digits.substring(2), 16)
          : Long.parseUnsignedLong(digits);
    }
    long value = Long.decode(digits);
    long low =
        switch (type) {
          case "y", "q", "u" -> 0;
          case "n" -> Short.MIN_VALUE;
          case "i" -> Integer.MIN_VALUE;
          case "x" -> Long.MIN_VALUE;
          default -> throw new NumberFormatException(type);
        };
    long high =
        switch (type) {
          case "y" -> 0xff;
          case "n" -> Short.MAX_VALUE;
          case "q" -> 0xffff;
          case "i" -> Integer.MAX_VALUE;
          case "u" -> 0xffffffffL;
          default -> Long.MAX_VALUE;
        };
    if (value < low || value > high) {
      throw new NumberFormatException(digits);
    }
    return value;
  }
}
