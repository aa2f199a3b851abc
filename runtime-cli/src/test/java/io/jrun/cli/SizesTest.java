// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and times of the command line, as Go programs read them. */
class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1, -1",
    "4096, 4096",
    "1b, 1",
    "1k, 1024",
    "1K, 1024",
    "1kB, 1024",
    "32KiB, 32768",
    "64m, 67108864",
    "1.5g, 1610612736",
    "2 GB, 2147483648",
    "1t, 1099511627776",
    "9223372036854775807, 9223372036854775807",
  })
  void aSizeIsBytes(String text, long bytes) {
    assertEquals(bytes, Sizes.bytes(text).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-2", "1x", "1.k", "k", "1 k b", "9223372036854775808", "0x10"})
  void whatIsNoSizeIsNone(String text) {
    assertTrue(Sizes.bytes(text).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "5s, 5000",
    "100ms, 100",
    "1.5s, 1500",
    "1m30s, 90000",
    "1h, 3600000",
    "0, 0",
    "0s, 0",
    "-1s, -1000",
    "1ns, 1",
    ".5s, 500",
  })
  void aTimeIsMilliseconds(String text, long milliseconds) {
    assertEquals(milliseconds, GoDuration.milliseconds(text).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5 s", "1d", "1s2", "--1s", "1.s.5"})
  void whatIsNoTimeIsNone(String text) {
    assertTrue(GoDuration.milliseconds(text).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1023, 1023B",
    "1024, 1.0KiB",
    "1536, 1.5KiB",
    "102348, 99.9KiB",
    "102400, 100KiB",
    "1048575, 1024KiB",
    "1048576, 1.0MiB",
    "9223372036854775807, 8.0EiB",
  })
  void aSizeIsReadByPeople(long bytes, String text) {
    assertEquals(text, Sizes.text(bytes));
  }
}
