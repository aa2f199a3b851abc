// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompArchitecture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The system calls of one architecture by name, from tables that scripts/system-calls makes of the
 * kernel's headers; the first line of each says of which version. Each is read when first asked
 * for.
 */
final class SystemCalls {
  /** What {@link #number} gives for a call that the architecture does not have. */
  static final int NONE = -1;

  /** The version that all the tables are of. */
  static final String KERNEL = "7.2.13";

  private static final String ELSEWHERE = "elsewhere";
  private static final Map<SeccompArchitecture, SystemCalls> LOADED =
      new EnumMap<>(SeccompArchitecture.class);

  private static SystemCalls elsewhere;

  private final Map<String, Integer> numbers;

  private SystemCalls(Map<String, Integer> numbers) {
    this.numbers = numbers;
  }

  /** Those of an architecture; it must be a little-endian one. */
  static SystemCalls of(SeccompArchitecture architecture) {
    synchronized (LOADED) {
      SystemCalls found = LOADED.get(architecture);
      if (found == null) {
        found = read(architecture.name().toLowerCase(Locale.ROOT));
        LOADED.put(architecture, found);
      }
      return found;
    }
  }

  /** Whether any architecture that a document may name has such a call. */
  static boolean isKnown(String call) {
    for (SeccompArchitecture each : SeccompArchitecture.values()) {
      if (each.isLittleEndian() && of(each).has(call)) {
        return true;
      }
    }
    synchronized (LOADED) {
      if (elsewhere == null) {
        elsewhere = read(ELSEWHERE);
      }
      return elsewhere.has(call);
    }
  }

  /** As the kernel has it, of x32 with its bit; {@link #NONE} if there is none. */
  int number(String call) {
    Integer number = numbers.get(call);
    return number == null ? NONE : number;
  }

  private boolean has(String call) {
    return numbers.containsKey(call);
  }

  /** Lines "NAME NUMBER", or names alone; what begins with # is a comment. */
  private static SystemCalls read(String table) {
    byte[] bytes;
    try (InputStream in = SystemCalls.class.getResourceAsStream(table + ".calls")) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Integer> numbers = new HashMap<>(1024);
    int at = 0;
    while (at < bytes.length) {
      int start = at;
      while (bytes[at] != '\n' && bytes[at] != ' ') {
        at++;
      }
      int end = at;
      int number = 0;
      for (; bytes[at] != '\n'; at++) {
        number = bytes[at] == ' ' ? 0 : number * 10 + bytes[at] - '0';
      }
      at++;
      if (bytes[start] != '#') {
        numbers.put(new String(bytes, start, end - start, StandardCharsets.US_ASCII), number);
      }
    }
    return new SystemCalls(numbers);
  }
}
