// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RecordedLaunchTest {
  @Test
  void aTimeHasNineDigitsOfASecond() {
    assertEquals(
        "2026-01-02T03:04:05.000000678Z",
        RecordedLaunch.rfc3339(Instant.parse("2026-01-02T03:04:05.000000678Z")));
    assertEquals(
        "2024-02-29T23:59:59.000000000Z",
        RecordedLaunch.rfc3339(Instant.ofEpochSecond(1709251199)));
  }

  @Property
  void itIsWrittenAsTheFormatterOfTheJdkWritesIt(
      @ForAll @LongRange(min = 0, max = 253_402_300_799L) long seconds,
      @ForAll @IntRange(min = 0, max = 999_999_999) int nanos) {
    Instant time = Instant.ofEpochSecond(seconds, nanos);
    assertEquals(
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'")
            .format(time.atOffset(ZoneOffset.UTC)),
        RecordedLaunch.rfc3339(time));
  }
}
