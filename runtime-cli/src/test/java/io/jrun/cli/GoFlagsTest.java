// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoFlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "demo | | demo",
        "-d demo | --detach | demo",
        "-detach demo | --detach | demo",
        "--detach=false demo | | demo",
        "--detach=T -b x | --detach --bundle=x | ''",
        "-b=x demo | --bundle=x | demo",
        "-bundle=x=y demo | --bundle=x=y | demo",
        "-b --detach demo | --bundle=--detach | demo",
        "demo -b x | --bundle=x | demo",
        "-no-subreaper demo | --no-subreaper | demo",
        "-- -d | | -d",
        "-d -- --detach=false | --detach | --detach=false",
        "--detach=maybe demo | --detach=maybe | demo",
        "-bogus demo | -bogus | demo",
        "- demo | | - demo",
        "-b | --bundle | ''"
      })
  void runsOptionsAreReadAsGoReadsThem(String words, String options, String arguments) {
    assertRead(new RunVerb(), words, options, arguments);
  }

  private static void assertRead(Verb verb, String words, String options, String arguments) {
    GoFlags read = GoFlags.of(verb.model(), List.of(words.split(" ")), verb.stopsAtArgument());
    assertEquals(options == null ? "" : options, String.join(" ", read.options()));
    assertEquals(arguments, String.join(" ", read.arguments()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-a demo -a | --all | demo -a",
        "demo -all=false | | demo -all=false",
        "-all=0 demo 9 | | demo 9"
      })
  void whatFollowsAContainersIdIsLeftAloneWhereItIsNotOurs(
      String words, String options, String arguments) {
    assertRead(new KillVerb(), words, options, arguments);
  }
}
