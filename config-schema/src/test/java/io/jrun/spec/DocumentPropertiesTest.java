// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever the bytes are, the reader ends with a record or with located problems. */
class DocumentPropertiesTest {
  private static final byte[] MAXIMAL = Documents.load("maximal.json");
  private static final byte[] TOKENS =
      Documents.utf8("{}[]:,\"\\\\u0000\\ud800-+.0123456789eEtruefalsnl/*# \t\n\r\0é😀\uffff");

  @Example
  void everyPrefixIsRefusedInOneProblem() {
    for (int length = 0; length < MAXIMAL.length; length++) {
      byte[] prefix = Arrays.copyOf(MAXIMAL, length);
      assertTrue(Documents.problems(prefix).size() == 1, "prefix of " + length);
    }
  }

  @Property(tries = 3000)
  void mutationsAreReadOrRefused(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int mutations) {
    Random random = new Random(seed);
    byte[] document = MAXIMAL.clone();
    for (int i = 0; i < mutations; i++) {
      document = mutate(document, random);
    }
    check(document);
  }

  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 64) byte[] document) {
    check(document);
  }

  @Property(tries = 2000)
  void anyTokensAreReadOrRefused(@ForAll long seed, @ForAll @IntRange(max = 64) int length) {
    Random random = new Random(seed);
    byte[] document = new byte[length];
    for (int i = 0; i < length; i++) {
      document[i] = TOKENS[random.nextInt(TOKENS.length)];
    }
    check(document);
  }

  private static byte[] mutate(byte[] document, Random random) {
    int at = random.nextInt(document.length);
    int length = Math.min(random.nextInt(40), document.length - at);
    byte[] mutated = document.clone();
    switch (random.nextInt(4)) {
      case 0 -> mutated[at] = (byte) random.nextInt(256);
      case 1 -> mutated[at] = TOKENS[random.nextInt(TOKENS.length)];
      case 2 -> System.arraycopy(document, random.nextInt(at + 1), mutated, at, length);
      default -> {
        System.arraycopy(document, at + length, mutated, at, document.length - at - length);
        mutated = Arrays.copyOf(mutated, Math.max(1, document.length - length));
      }
    }
    return mutated;
  }

  private static void check(byte[] document) {
    try {
      Spec spec = SpecReader.read(document, "c");
      // What can be read can be written, and read again.
      byte[] written = SpecWriter.write(spec);
      assertTrue(spec.equals(SpecReader.read(written, "c")));
    } catch (InvalidDocumentException e) {
      assertFalse(e.problems().isEmpty());
      for (Problem problem : e.problems()) {
        assertTrue(problem.line() >= 1 && problem.column() >= 1, problem::toString);
        assertTrue(problem.toString().chars().noneMatch(Character::isISOControl));
      }
    }
    Location root = Locations.of(document).find("/process/args/2");
    assertTrue(root.line() >= 1 && root.column() >= 1);
  }
}
