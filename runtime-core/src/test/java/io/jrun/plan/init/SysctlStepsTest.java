// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When what the kernel says is what was written. */
class SysctlStepsTest {
  @ParameterizedTest
  @CsvSource({
    "1, '1\n', true",
    "'1 2 3', '1\t2\t3\n', true",
    "-1, '-1\n', true",
    "15, '16\n', false",
    "'1 2', '1\t2\t3\n', false",
    "0x10, '16\n', true",
    "'8080,8081', '8080-8081\n', true",
    "007, '7\n', true",
    "cubic, 'cubic\n', true",
    "'', '\n', true"
  })
  void plainNumbersAreComparedWordByWord(String written, String held, boolean same) {
    assertEquals(same, SysctlSteps.isHeld(written, held));
  }
}
