// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoFlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "demo | {} | demo | ''",
        "-d demo | {--detach=true} | demo | ''",
        "-detach demo | {--detach=true} | demo | ''",
        "--detach=false demo | {--detach=false} | demo | ''",
        "--detach --detach=0 demo | {--detach=false} | demo | ''",
        "--detach=T -b x | {--bundle=x, --detach=true} | '' | ''",
        "-b=x demo | {--bundle=x} | demo | ''",
        "-bundle=x=y demo | {--bundle=x=y} | demo | ''",
        "-b --detach demo | {--bundle=--detach} | demo | ''",
        "-b x -b y demo | {--bundle=y} | demo | ''",
        "demo -b x | {--bundle=x} | demo | ''",
        "-no-subreaper demo | {--no-subreaper=true} | demo | ''",
        "-- -d | {} | -d | ''",
        "-d -- --detach=false | {--detach=true} | --detach=false | ''",
        "--detach=maybe demo | {} | demo | --detach=maybe",
        "-bogus demo | {} | demo | -bogus",
        "- demo | {} | - demo | ''",
        "-b | {} | '' | --bundle"
      })
  void runsOptionsAreReadAsGoReadsThem(
      String words, String options, String arguments, String wrong) {
    assertRead(new RunVerb(), words, options, arguments, wrong);
  }

  private static void assertRead(
      Verb verb, String words, String options, String arguments, String wrong) {
    GoFlags read = GoFlags.of(verb.model(), List.of(words.split(" ")), verb.stopsAtArgument());
    Map<String, Object> longest = new TreeMap<>(read.options());
    longest.keySet().removeIf(name -> !name.startsWith("--"));
    assertEquals(options, longest.toString());
    assertEquals(arguments, String.join(" ", read.arguments()));
    assertEquals(wrong, String.join(" ", read.wrong()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-a demo -a | {--all=true} | demo | ''",
        "demo 9 -all=0 | {--all=false} | demo 9 | ''",
        "demo -a KILL | {--all=true} | demo KILL | ''",
        "demo -9 -a | {--all=true} | demo -9 | ''",
        "-1 -a | {--all=true} | -1 | ''",
        "demo -KILL | {} | demo | -KILL",
        "demo -9x | {} | demo | -9x"
      })
  void killsOptionsMayFollowAndItsSignalsMayBeNumbersBelowZero(
      String words, String options, String arguments, String wrong) {
    assertRead(new KillVerb(), words, options, arguments, wrong);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-f json demo -f x | {--format=json} | demo -f x",
        "demo --format=json | {} | demo --format=json"
      })
  void whatFollowsAContainersIdIsLeftAloneWhereItIsNotOurs(
      String words, String options, String arguments) {
    assertRead(new PsVerb(), words, options, arguments, "");
  }
}
