// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the JSON (RFC 8259) that a record consists of: an object of strings, numbers and literals,
 * and of objects that hold nothing else. A list reads a record for each container, and a parser for
 * any JSON makes much more garbage of each.
 */
final class RecordReader {
  /** What no character of UTF-8 decodes to, unless it is meant. */
  private static final char REPLACEMENT = '\uFFFD';

  /** Names that records are full of, as they are written. */
  private static final String[] KNOWN = {
    "jrun",
    "id",
    "phase",
    "creatorPid",
    "creatorStart",
    "pid",
    "start",
    "bootId",
    "bundle",
    "rootfs",
    "cgroup",
    "created",
    "annotations",
    "launch",
    "capabilities",
    "sharedParent",
    "cgroup",
    "preserveFds",
    "cgroupMount"
  };

  /** What a table for that many values is made for. */
  private static final int MOST = 32;

  private final byte[] document;
  private int at;

  /** Of the known names the one that comes next, as far as can be told. */
  private int expected;

  private RecordReader(byte[] document) {
    this.document = document;
  }

  /**
   * A record in parts.
   *
   * @param values by their names; a number or a literal as it is spelled
   * @param objects by their names, each in its order
   */
  record Parts(Map<String, String> values, Map<String, Map<String, String>> objects) {}

  /**
   * Reads a whole document. Of a name that comes twice the last counts.
   *
   * @throws StateFileException for anything else
   */
  static Parts read(byte[] document) {
    RecordReader reader = new RecordReader(document);
    reader.blanks();
    if (reader.at == document.length || "[\"-0123456789tfn".indexOf(reader.peek()) >= 0) {
      throw new StateFileException("is not a JSON object");
    }
    Parts parts = new Parts(new HashMap<>(MOST), new HashMap<>());
    reader.object(parts.values, parts.objects);
    reader.blanks();
    if (reader.at < document.length) {
      // Another record behind it is one that was not cut off; other bytes are nobody's.
      throw reader.peek() == '{' ? ended() : damaged();
    }
    return parts;
  }

  /** {@code objects}: takes the objects in this one; null: there may be none. */
  private void object(Map<String, String> values, Map<String, Map<String, String>> objects) {
    expect('{');
    blanks();
    if (peek() == '}') {
      at++;
      return;
    }
    while (true) {
      blanks();
      String name = name();
      blanks();
      expect(':');
      blanks();
      int first = peek();
      if (first == '{') {
        if (objects == null) {
          throw damaged();
        }
        Map<String, String> inner = new LinkedHashMap<>();
        object(inner, null);
        objects.put(name, inner);
      } else {
        values.put(name, first == '"' ? string() : bare());
      }
      blanks();
      if (peek() != ',') {
        expect('}');
        return;
      }
      at++;
    }
  }

  /** One that every record has is not made anew for each. They come in their order. */
  private String name() {
    for (int i = expected; i < KNOWN.length; i++) {
      if (isNext(KNOWN[i])) {
        at += KNOWN[i].length() + 2;
        expected = i + 1;
        return KNOWN[i];
      }
    }
    return string();
  }

  private boolean isNext(String name) {
    int end = at + 1 + name.length();
    if (end >= document.length || document[at] != '"' || document[end] != '"') {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (document[at + 1 + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String string() {
    expect('"');
    final int from = at;
    boolean isEscaped = false;
    for (int c = peek(); c != '"'; c = peek()) {
      if (c >= 0 && c < ' ') {
        throw damaged();
      }
      // What is escaped may be a quotation mark.
      boolean isEscape = c == '\\';
      isEscaped |= isEscape;
      at += isEscape ? 2 : 1;
      if (at > document.length) {
        throw ended();
      }
    }
    String text = new String(document, from, at - from, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0
        && !Arrays.equals(
            text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(document, from, at))) {
      throw damaged();
    }
    at++;
    return isEscaped ? unescaped(text) : text;
  }

  private static String unescaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
        c = text.charAt(i);
        int which = "\"\\/bfnrt".indexOf(c);
        if (which >= 0) {
          c = "\"\\/\b\f\n\r\t".charAt(which);
        } else {
          c = codeUnit(text, i);
          i += 4;
        }
      }
      out.append(c);
    }
    return out.toString();
  }

  /** The four digits behind the letter u. */
  private static char codeUnit(String text, int u) {
    int unit = 0;
    for (int i = u + 1; i <= u + 4; i++) {
      char digit = i < text.length() && text.charAt(u) == 'u' ? text.charAt(i) : 0;
      // Digits of other scripts are digits to Java.
      int value = digit < 128 ? Character.digit(digit, 16) : -1;
      if (value < 0) {
        throw damaged();
      }
      unit = unit << 4 | value;
    }
    return (char) unit;
  }

  /** A number, true, false or null. */
  private String bare() {
    int from = at;
    while (at < document.length && "+-.0123456789Eaeflnrstu".indexOf(document[at]) >= 0) {
      at++;
    }
    String text = new String(document, from, at - from, StandardCharsets.ISO_8859_1);
    boolean isLiteral = text.equals("true") || text.equals("false") || text.equals("null");
    if (!isLiteral && !isNumber(text)) {
      throw at == document.length ? ended() : damaged();
    }
    return text;
  }

  private static boolean isNumber(String text) {
    int i = text.startsWith("-") ? 1 : 0;
    int whole = digits(text, i) - i;
    if (whole == 0 || whole > 1 && text.charAt(i) == '0') {
      return false;
    }
    i += whole;
    if (i < text.length() && text.charAt(i) == '.') {
      int from = i + 1;
      i = digits(text, from);
      if (i == from) {
        return false;
      }
    }
    if (i < text.length() && (text.charAt(i) | ' ') == 'e') {
      int from = i + 1;
      if (from < text.length() && "+-".indexOf(text.charAt(from)) >= 0) {
        from++;
      }
      i = digits(text, from);
      if (i == from) {
        return false;
      }
    }
    return i == text.length();
  }

  /** Where the digits end that begin there. */
  private static int digits(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }

  private void blanks() {
    while (at < document.length && " \t\r\n".indexOf(document[at]) >= 0) {
      at++;
    }
  }

  private int peek() {
    if (at == document.length) {
      throw ended();
    }
    return document[at];
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw damaged();
    }
    at++;
  }

  private static StateFileException ended() {
    return new StateFileException("ends in the middle");
  }

  private static StateFileException damaged() {
    return new StateFileException("is damaged");
  }
}
