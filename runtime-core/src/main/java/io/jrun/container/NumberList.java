// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.Arrays;

/**
 * A set of small numbers as the kernel writes it, "0-3,7": CPUs, memory nodes. Source: cpuset(7)
 * "List Format". Blanks around a number are allowed, as runc allows them.
 *
 * @param text as written
 * @param words the set as bits, 64 to a word, the lowest first; no word at the end is 0
 */
public record NumberList(String text, long[] words) {
  /** No machine has as many CPUs or nodes: NR_CPUS and MAX_NUMNODES end at it. */
  private static final int LIMIT = 8192;

  /** Parses a list; a problem, and an empty list, if it is none. An empty text is an empty list. */
  static NumberList parse(String text, String pointer, Problems problems) {
    long[] words = new long[LIMIT / Long.SIZE];
    for (String item : text.isBlank() ? new String[0] : text.split(",", -1)) {
      int dash = item.indexOf('-');
      int first = number(dash < 0 ? item : item.substring(0, dash));
      int last = dash < 0 ? first : number(item.substring(dash + 1));
      if (first < 0 || last < first) {
        problems.add(pointer, "\"" + text + "\" is not a list of numbers like \"0-3,7\"");
        return new NumberList(text, new long[0]);
      }
      for (int i = first; i <= last; i++) {
        words[i / Long.SIZE] |= 1L << i % Long.SIZE;
      }
    }
    int length = words.length;
    while (length > 0 && words[length - 1] == 0) {
      length--;
    }
    return new NumberList(text, Arrays.copyOf(words, length));
  }

  /** One that was checked before, or comes from the kernel; empty if it is none. */
  public static NumberList of(String text) {
    return parse(text, "", new Problems());
  }

  private static int number(String text) {
    String digits = text.trim();
    boolean fine =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int value = fine ? Integer.parseInt(digits) : -1;
    return value < LIMIT ? value : -1;
  }

  public boolean isEmpty() {
    return words.length == 0;
  }

  /** How many numbers are in it. */
  public int count() {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberList list && Arrays.equals(words, list.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return text;
  }
}
