// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Records to the byte, as engines read them. */
class LogFormatTest {
  private static LoggingEvent event(Level level, String message) {
    LoggingEvent event = new LoggingEvent();
    event.setLevel(level);
    event.setMessage(message);
    event.setTimeStamp(1_795_294_719_999L);
    return event;
  }

  @Test
  void jsonHasItsKeysInTheOrderOfTheAlphabet() {
    assertEquals(
        "{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"2026-11-21T20:58:39Z\"}\n",
        LogFormat.format(event(Level.ERROR, "container does not exist"), true));
  }

  @Test
  void textHasTheTimeFirst() {
    assertEquals(
        "time=\"2026-11-21T20:58:39Z\" level=error msg=\"container does not exist\"\n",
        LogFormat.format(event(Level.ERROR, "container does not exist"), false));
  }

  static Stream<Arguments> levels() {
    return Stream.of(
        arguments(Level.ERROR, "error"),
        arguments(Level.WARN, "warning"),
        arguments(Level.INFO, "info"),
        arguments(Level.DEBUG, "debug"));
  }

  @ParameterizedTest
  @MethodSource("levels")
  void levelsHaveRuncsWords(Level level, String word) {
    assertEquals(
        "time=\"2026-11-21T20:58:39Z\" level=" + word + " msg=x\n",
        LogFormat.format(event(level, "x"), false));
  }

  static Stream<Arguments> messages() {
    return Stream.of(
        arguments("plain", "plain"),
        arguments("a-b._/@^+Z09", "a-b._/@^+Z09"),
        arguments("two words", "\"two words\""),
        arguments("a=b", "\"a=b\""),
        arguments("say \"hi\"", "\"say \\\"hi\\\"\""),
        arguments("back\\slash", "\"back\\\\slash\""),
        arguments("é", "\"é\""),
        arguments("", "\"\""));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void onlyWhatIsMoreThanAPlainWordIsQuoted(String message, String written) {
    assertEquals(
        "time=\"2026-11-21T20:58:39Z\" level=error msg=" + written + "\n",
        LogFormat.format(event(Level.ERROR, message), false));
  }

  @Test
  void bracesInAMessageAreBraces() {
    assertEquals(
        "{\"level\":\"error\",\"msg\":\"{} {\\\"a\\\"}\",\"time\":\"2026-11-21T20:58:39Z\"}\n",
        LogFormat.format(event(Level.ERROR, "{} {\"a\"}"), true));
  }
}
