// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a class of service is made of, whose it is, and whether one that is there will do. */
class IntelRdtTest {
  private static IntelRdt parse(String fields) {
    return Configs.parse("{'linux':{'intelRdt':{" + fields + "}}}")
        .names()
        .intelRdt()
        .orElseThrow();
  }

  private static List<String> problems(String fields) {
    return Configs.problems("{'linux':{'intelRdt':{" + fields + "}}}");
  }

  @Test
  void linesAreWrittenInTheOrderOfTheSpecification() {
    assertEquals(
        List.of("L3:0=f", "MB:0=20", "L2:0=1"),
        parse("'schemata':['L2:0=1'],'memBwSchema':'MB:0=20','l3CacheSchema':'L3:0=f'").schemata());
    // Two for the bandwidth: the one of its own field counts.
    assertEquals(
        List.of("L3:0=f", "MB:0=20"),
        parse("'memBwSchema':'MB:0=20','l3CacheSchema':'L3:0=f\\nMB:0=70'").schemata());
    assertEquals(
        List.of("L3:0=f", "MB:0=70"), parse("'l3CacheSchema':'L3:0=f\\nMB:0=70'").schemata());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'closID':'a/b'       | /linux/intelRdt/closID",
        "'closID':'..'        | /linux/intelRdt/closID",
        "'closID':'/a'        | /linux/intelRdt/closID",
        "'memBwSchema':'L3:0=1' | /linux/intelRdt/memBwSchema",
        "'schemata':['L3:0=1\\nL2:0=1'] | /linux/intelRdt/schemata/0",
        "'schemata':['']      | /linux/intelRdt/schemata/0",
        "'l3CacheSchema':'x'  | /linux/intelRdt/l3CacheSchema",
      },
      quoteCharacter = '"')
  void whatCannotBeIsRefused(String fields, String pointer) {
    List<String> problems = problems(fields);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).startsWith(pointer + ": "), problems::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "L3:0=f, true",
    "L3:1=00FF, true",
    "'L3:0=f;1=ff', true",
    "'L3: 1=ff; 0=f', true",
    "L3:0=1f, false",
    "L3:2=f, false",
    "MB:0=100, true",
    "L2:0=f, false"
  })
  void aClassThatIsThereHasToHaveWhatIsAskedFor(String line, boolean has) {
    IntelRdt rdt = parse("'closID':'gold','schemata':['" + line + "']");
    String held = "    MB:0=100;1=100\n    L3:0=00f;1=0ff\n";
    assertEquals(has ? Optional.empty() : Optional.of(line), rdt.missing(held));
    assertEquals(Optional.of(line), rdt.missing(""));
  }
}
