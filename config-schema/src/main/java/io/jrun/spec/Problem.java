// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that is wrong with a document, and where. {@link #toString} is fit for a terminal:
 * whatever the document smuggled in is escaped.
 *
 * @param document name of the document as its reader was told, usually {@code config.json}
 * @param pointer JSON pointer (RFC 6901) to the value, empty for the whole document
 * @param line line of the value, or of its nearest ancestor that exists; from 1
 * @param column column of the same, in characters (UTF-16 units); from 1
 * @param message what is wrong: lower case, no full stop
 */
public record Problem(String document, String pointer, int line, int column, String message) {
  /** So many are told of one document: a hostile one must not make a report larger than itself. */
  public static final int MOST_LISTED = 100;

  /**
   * The first hundred, and as a last one how many more there are.
   *
   * @param found in the document's order
   * @param unlisted how many there are beside them
   */
  public static List<Problem> listed(List<Problem> found, int unlisted) {
    int kept = Math.min(found.size(), MOST_LISTED);
    int more = found.size() - kept + unlisted;
    if (more == 0) {
      return found;
    }
    List<Problem> out = new ArrayList<>(found.subList(0, kept));
    Problem last = out.get(kept - 1);
    String text = "has " + more + " more problem" + (more == 1 ? "" : "s");
    out.add(new Problem(last.document, "", last.line, last.column, text + " than are listed here"));
    return out;
  }

  /** {@code config.json:12:7: /process/cwd: must be a string, not a number}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    escape(document, text);
    text.append(':').append(line).append(':').append(column).append(": ");
    if (!pointer.isEmpty()) {
      escape(pointer, text);
      text.append(": ");
    }
    escape(message, text);
    return text.toString();
  }

  private static void escape(String raw, StringBuilder out) {
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (Character.isISOControl(c) || unprintable(raw, i)) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      } else {
        out.append(c);
      }
    }
  }

  /**
   * Characters that reorder or hide text (Unicode Cf, line separators), and halves of surrogate
   * pairs.
   */
  private static boolean unprintable(String raw, int at) {
    int type = Character.getType(raw.charAt(at));
    if (type == Character.SURROGATE) {
      return LoneSurrogate.isAt(raw, at);
    }
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
