// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Capability;
import io.jrun.spec.Process;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of exec change of the container's process, and what they cannot. */
class ExecOverridesTest {
  private static final String RICH =
      "{'process':{'terminal':false,'user':{'uid':1,'gid':2,'additionalGids':[3]},'env':['A=1'],"
          + "'cwd':'/w','oomScoreAdj':5,'noNewPrivileges':false,"
          + "'capabilities':{'bounding':['CAP_KILL'],'inheritable':['CAP_CHOWN']}}}";

  private static Spec kept(String fragment) {
    return SpecReader.read(Configs.with(fragment), "config.json");
  }

  private static ExecOverrides overrides(String user, List<String> groups, List<String> caps) {
    return new ExecOverrides(
        List.of("true"),
        Optional.empty(),
        List.of(),
        Optional.ofNullable(user),
        groups,
        caps,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  private static ProcessSpec parse(ExecOverrides overrides) {
    return ExecSpec.parse(kept(RICH), overrides).process();
  }

  private static List<String> problems(ExecOverrides overrides) {
    return assertThrows(InvalidSpecException.class, () -> parse(overrides)).problems().stream()
        .map(Problems.Entry::pointer)
        .toList();
  }

  @Test
  void whatIsNotGivenIsTheContainers() {
    ProcessSpec process = parse(overrides(null, List.of(), List.of()));
    assertEquals(List.of("true"), process.args());
    assertEquals(List.of("A=1"), process.env());
    assertEquals("/w", process.cwd());
    assertEquals(1, process.uid());
    assertEquals(2, process.gid());
    assertEquals(List.of(3L), process.additionalGids());
    assertEquals(5, process.oomScoreAdj().getAsInt());
  }

  @ParameterizedTest
  @CsvSource({"7, 7, 2", "7:8, 7, 8", "0:0, 0, 0", "4294967294:0, 4294967294, 0"})
  void aUserMayComeWithItsGroup(String given, long uid, long gid) {
    ProcessSpec process = parse(overrides(given, List.of("9"), List.of()));
    assertEquals(uid, process.uid());
    assertEquals(gid, process.gid());
    assertEquals(List.of(3L, 9L), process.additionalGids());
  }

  /** Bytes that mean "leave unchanged" to the kernel would leave root. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "4294967295",
        "4294967296",
        "99999999999",
        "0x1",
        "1:",
        ":1",
        "1:2:3",
        "root",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "\u0661"
      })
  void whatIsNoNumberIsNoUser(String given) {
    assertTrue(problems(overrides(given, List.of(), List.of())).contains("--user"));
    if (!given.equals("1:") && !given.equals(":1") && !given.equals("1:2:3")) {
      assertTrue(
          problems(overrides(null, List.of(given), List.of())).contains("--additional-gids"));
    }
  }

  @Test
  void capabilitiesAreAddedToThreeSetsAndToAmbientWhereInheritable() {
    CapabilitySets sets =
        parse(overrides(null, List.of(), List.of("CAP_NET_RAW", "CAP_CHOWN"))).capabilities();
    long added = Capability.CAP_NET_RAW.bit() | Capability.CAP_CHOWN.bit();
    assertEquals(added | Capability.CAP_KILL.bit(), sets.bounding());
    assertEquals(added, sets.effective());
    assertEquals(added, sets.permitted());
    assertEquals(Capability.CAP_CHOWN.bit(), sets.inheritable());
    assertEquals(Capability.CAP_CHOWN.bit(), sets.ambient());
  }

  @Test
  void capabilitiesNobodyKnowsAreLeftOutWithAWarning() {
    ExecSpec spec =
        ExecSpec.parse(kept(RICH), overrides(null, List.of(), List.of("KILL", "CAP_X", "CAP_BPF")));
    assertEquals(
        List.of(
            "--cap: ignoring unknown or unavailable capabilities: [CAP_X KILL]: names are like"
                + " CAP_NET_RAW"),
        spec.warnings().stream().map(Problems.Entry::line).toList());
    assertEquals(Capability.CAP_BPF.bit(), spec.process().capabilities().effective());
  }

  @Test
  void everyProblemIsToldOnce() {
    ExecOverrides wrong =
        new ExecOverrides(
            List.of("true"),
            Optional.of("relative"),
            List.of("A", "=b", "C=d"),
            Optional.of("x"),
            List.of("y"),
            List.of("KILL"),
            Optional.of(true),
            Optional.of("profile"),
            Optional.of("label"),
            false);
    assertEquals(
        List.of("--cwd", "--user", "--additional-gids", "--env", "--env"), problems(wrong));
  }

  @Test
  void aDocumentsProcessHasTheContainersOomScoreUnlessItHasItsOwn() {
    Process process = SpecReader.readProcess("{\"args\":[\"a\"],\"cwd\":\"/\"}".getBytes(), "p");
    assertEquals(5, ExecSpec.parse(kept(RICH), process).oomScoreAdj().getAsInt());
    assertTrue(ExecSpec.parse(kept("{}"), process).oomScoreAdj().isEmpty());
    Process own =
        SpecReader.readProcess(
            "{\"args\":[\"a\"],\"cwd\":\"/\",\"oomScoreAdj\":-7}".getBytes(), "p");
    assertEquals(-7, ExecSpec.parse(kept(RICH), own).oomScoreAdj().getAsInt());
  }

  @Test
  void theTerminalIsNotTheContainers() {
    Spec withTerminal = kept("{'process':{'terminal':true}}");
    ExecSpec.parse(withTerminal, overrides(null, List.of(), List.of()));
  }
}
