// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
  @ParameterizedTest
  @CsvSource({
    "TERM, 15",
    "SIGTERM, 15",
    "sigterm, 15",
    "term, 15",
    "SigTerm, 15",
    "15, 15",
    "KILL, 9",
    "9, 9",
    "09, 9",
    "HUP, 1",
    "SYS, 31",
    "USR1, 10",
    "USR2, 12",
    "CHLD, 17",
    "CLD, 17",
    "IO, 29",
    "POLL, 29",
    "SIGIOT, 6",
    "STKFLT, 16",
    "PWR, 30",
    "WINCH, 28",
    "1, 1",
    "32, 32",
    "64, 64",
    "RTMIN, 34",
    "SIGRTMIN+0, 34",
    "RTMIN+3, 37",
    "rtmin+30, 64",
    "RTMAX, 64",
    "RTMAX-1, 63",
    "SIGRTMAX-30, 34",
    "RTMIN+03, 37",
    "0, 0",
    "00, 0"
  })
  void namesAndNumbersAreRead(String text, int number) {
    assertEquals(OptionalInt.of(number), Signal.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "65",
        "999",
        "0009",
        "-1",
        "-9",
        "+9",
        "1.0",
        "1e1",
        "0x9",
        "KILL ",
        " KILL",
        "KI LL",
        "SIG",
        "SIGSIGTERM",
        "FOO",
        "RTMIN-1",
        "RTMIN+31",
        "RTMIN+",
        "RTMIN3",
        "RTMIN++1",
        "RTMIN+-1",
        "RTMIN+100",
        "RTMAX+1",
        "RTMAX-31",
        "RTMAX-",
        "SIG9",
        "TERM\n",
        "99999999999999999999",
        "٩",
        "\0"
      })
  void everythingElseIsNoSignal(String text) {
    assertEquals(OptionalInt.empty(), Signal.parse(text));
  }

  /** Against the kernel's own list, as bash has it. */
  @Test
  void allNamesOfTheKernelAreKnown() {
    String names =
        "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT"
            + " STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";
    int number = 1;
    for (String name : names.split(" ")) {
      assertEquals(OptionalInt.of(number++), Signal.parse("SIG" + name));
    }
    assertEquals(32, number);
  }

  /** What the C library says, in lower case where it begins a word of English. */
  @Test
  void anEndBySignalIsDescribedInWords() {
    assertEquals("hangup", Signal.describe(1));
    assertEquals("killed", Signal.describe(9));
    assertEquals("terminated", Signal.describe(15));
    assertEquals("file size limit exceeded", Signal.describe(25));
    assertEquals("bad system call", Signal.describe(31));
    assertEquals("signal 34", Signal.describe(34));
    for (int number = 1; number <= 31; number++) {
      assertFalse(Signal.describe(number).startsWith("signal "), Signal.describe(number));
    }
  }
}
