// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.nio.charset.StandardCharsets;

/**
 * Decides whether bytes are UTF-8 text at all, before a parser sees them. Jackson guesses UTF-16
 * and UTF-32 and decodes overlong forms, so that what it reads and what a C program reads of the
 * same bytes could differ; after this check they cannot.
 */
final class DocumentBytes {
  /** 64 MiB. */
  static final int LARGEST = 64 << 20;

  private DocumentBytes() {}

  /** What is wrong, or null. */
  static Problem check(byte[] document, String name) {
    if (document.length == 0) {
      return new Problem(name, "", 1, 1, "is empty");
    }
    if (document.length > LARGEST) {
      return new Problem(name, "", 1, 1, "is larger than 64 MiB");
    }
    int bad = firstInvalid(document);
    if (bad < 0) {
      return startsWith(document, 0xef, 0xbb, 0xbf)
          ? new Problem(name, "", 1, 1, "starts with a byte order mark: must be plain UTF-8")
          : null;
    }
    Location at = locate(document, bad);
    return new Problem(name, "", at.line(), at.column(), describe(document, bad));
  }

  private static String describe(byte[] document, int bad) {
    if (startsWith(document, 0xff, 0xfe) || startsWith(document, 0xfe, 0xff)) {
      return "must be UTF-8, not UTF-16";
    }
    if (document[bad] == 0) {
      return bad < 4 ? "must be UTF-8, not UTF-16 or UTF-32" : "must not contain a NUL byte";
    }
    return "is not valid UTF-8 at byte " + bad;
  }

  private static boolean startsWith(byte[] document, int... prefix) {
    if (document.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if ((document[i] & 0xff) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Offset of the first sequence that is not UTF-8 (RFC 3629), or of the first NUL; -1 if there is
   * none.
   */
  private static int firstInvalid(byte[] document) {
    int at = 0;
    while (at < document.length) {
      if (document[at] > 0) {
        at++;
        continue;
      }
      int length = sequence(document, at);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return -1;
  }

  /** Length of the well-formed sequence of two to four bytes that starts here, 0 if none does. */
  private static int sequence(byte[] document, int at) {
    int lead = document[at] & 0xff;
    if (lead >= 0xc2 && lead <= 0xdf) {
      return isWithin(document, at + 1, 0x80, 0xbf) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
      int low = lead == 0xe0 ? 0xa0 : 0x80;
      int high = lead == 0xed ? 0x9f : 0xbf;
      return isWithin(document, at + 1, low, high) && isWithin(document, at + 2, 0x80, 0xbf)
          ? 3
          : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
      int low = lead == 0xf0 ? 0x90 : 0x80;
      int high = lead == 0xf4 ? 0x8f : 0xbf;
      return isWithin(document, at + 1, low, high)
              && isWithin(document, at + 2, 0x80, 0xbf)
              && isWithin(document, at + 3, 0x80, 0xbf)
          ? 4
          : 0;
    }
    return 0;
  }

  private static boolean isWithin(byte[] document, int at, int low, int high) {
    if (at >= document.length) {
      return false;
    }
    int value = document[at] & 0xff;
    return value >= low && value <= high;
  }

  /** All before the offset is valid, and columns count characters as the parser does. */
  private static Location locate(byte[] document, int offset) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < offset; i++) {
      if (document[i] == '\n' || document[i] == '\r' && document[i + 1] != '\n') {
        line++;
        start = i + 1;
      }
    }
    String before = new String(document, start, offset - start, StandardCharsets.UTF_8);
    return new Location(line, before.length() + 1);
  }
}
