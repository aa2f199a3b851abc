// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's list format. */
class NumberListTest {
  private final Problems problems = new Problems();

  private NumberList parse(String text) {
    return NumberList.parse(text, "/x", problems);
  }

  @Test
  void numbersAndRangesBecomeBits() {
    assertArrayEquals(new long[] {0b1000_1111}, parse("0-3,7").words());
    assertArrayEquals(new long[] {0b1}, parse("0").words());
    assertArrayEquals(new long[] {0, 1}, parse("64").words());
    assertArrayEquals(new long[] {1L << 63, 1}, parse(" 63 - 64 ").words());
    assertArrayEquals(new long[] {0b11}, parse("1,0,1,0-1").words());
    assertEquals(8192, parse("0-8191").count());
    assertTrue(parse("").isEmpty() && parse(" ").isEmpty());
    assertTrue(problems.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "1-", "-1", "3-1", "1,,2", ",", "1,", "0x1", "8192", "99999999999", "1-2-3"})
  void whatIsNoListIsAProblem(String text) {
    assertTrue(parse(text).isEmpty());
    assertEquals(
        "\"" + text + "\" is not a list of numbers like \"0-3,7\"",
        problems.entries().get(0).message());
  }
}
