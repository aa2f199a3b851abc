// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;

/**
 * Turns what the parser says about bad syntax into jrun's voice. The parser's own text names its
 * classes and its source of bytes, which help nobody who wrote the document.
 */
final class SyntaxMessage {
  private static final int LONGEST = 200;

  /** What follows these is advice to callers of the parser, or where an unclosed object began. */
  private static final String[] NOISE = {" (start marker", ": enable `", " (not recognized"};

  private SyntaxMessage() {}

  static String of(IOException e) {
    if (e instanceof JsonEOFException) {
      return "is cut short: the document ends in the middle";
    }
    if (e instanceof StreamConstraintsException) {
      return "is beyond a limit: strings and keys have at most 16 MiB, numbers at most 1000 digits";
    }
    if (!(e instanceof JsonProcessingException syntax)) {
      return "is not JSON";
    }
    String message = syntax.getOriginalMessage();
    for (String noise : NOISE) {
      int at = message.indexOf(noise);
      if (at > 0) {
        message = message.substring(0, at);
      }
    }
    return "is not JSON: "
        + Character.toLowerCase(message.charAt(0))
        + message.substring(1, Math.min(message.length(), LONGEST));
  }
}
