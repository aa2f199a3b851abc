// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static io.jrun.linux.Capability.CAP_CHOWN;
import static io.jrun.linux.Capability.CAP_KILL;
import static io.jrun.linux.Capability.CAP_NET_RAW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jrun.linux.Capability;
import io.jrun.linux.Rlimit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Environment, capabilities, limits: the parts of a process that have rules of their own. */
class ProcessSpecTest {
  private static ProcessSpec parse(String fragment) {
    return Configs.parse("{'process':" + fragment + "}").process();
  }

  static Stream<Arguments> environments() {
    return Stream.of(
        arguments("['A=1','B=2','A=3']", List.of("A=3", "B=2")),
        arguments("['HOME=/root']", List.of("HOME=/root")),
        arguments("['HOME=']", List.of()),
        arguments("['HOME=','HOME=/h']", List.of("HOME=/h")),
        arguments("['HOME=/h','HOME=']", List.of()),
        arguments("['A=x=y','B=','C==']", List.of("A=x=y", "B=", "C==")),
        arguments("['HOMER=1','a=1','A=2']", List.of("HOMER=1", "a=1", "A=2")),
        arguments("[]", List.of()));
  }

  @ParameterizedTest
  @MethodSource("environments")
  void theLastValueOfAVariableCountsAndAnEmptyHomeIsNone(String env, List<String> expected) {
    assertEquals(expected, parse("{'env':" + env + "}").env());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "{}, false",
        "{'run.oci.keep_original_groups':'0'}, false",
        "{'run.oci.keep_original_groups':'1'}, true",
        "{'run.oci.keep_original_group':'1'}, false"
      })
  void anAnnotationKeepsTheCallersGroups(String annotations, boolean expected) {
    assertEquals(
        expected, Configs.parse("{'annotations':" + annotations + "}").process().keepsGroups());
  }

  static Stream<Arguments> searchPaths() {
    return Stream.of(
        arguments("['PATH=/bin:/usr/bin']", List.of("/bin", "/usr/bin")),
        arguments("['PATH=:/bin::/x:']", List.of(".", "/bin", ".", "/x", ".")),
        arguments("['PATH=']", List.of(".")),
        arguments("['XPATH=/a']", List.of()),
        arguments("['PATH=/a','PATH=/b']", List.of("/b")));
  }

  @ParameterizedTest
  @MethodSource("searchPaths")
  void programsAreSearchedForInTheProcessesOwnPath(String env, List<String> expected) {
    assertEquals(expected, parse("{'env':" + env + "}").searchPath());
  }

  @Test
  void capabilitiesAreBitsOfFiveSets() {
    CapabilitySets sets =
        parse(
                "{'capabilities':{'bounding':['CAP_CHOWN','CAP_KILL','CAP_KILL'],'permitted':['CAP_CHOWN',"
                    + "'CAP_NET_RAW'],'effective':['CAP_CHOWN'],'inheritable':['CAP_NET_RAW'],"
                    + "'ambient':['CAP_NET_RAW','CAP_CHOWN']}}")
            .capabilities();
    assertEquals(CAP_CHOWN.bit() | CAP_KILL.bit(), sets.bounding());
    assertEquals(CAP_CHOWN.bit() | CAP_NET_RAW.bit(), sets.permitted());
    assertEquals(CAP_CHOWN.bit(), sets.effective());
    assertEquals(CAP_NET_RAW.bit(), sets.inheritable());
    assertEquals(CAP_NET_RAW.bit(), sets.raisableAmbient());
    assertEquals(CAP_CHOWN.bit() | CAP_KILL.bit() | CAP_NET_RAW.bit(), sets.all());
    assertEquals(CapabilitySets.NONE, sets.within(0));
    assertEquals(sets, sets.within(-1));
    assertEquals(
        new CapabilitySets(CAP_CHOWN.bit(), CAP_CHOWN.bit(), 0, CAP_CHOWN.bit(), CAP_CHOWN.bit()),
        sets.within(CAP_CHOWN.bit()));
  }

  @Test
  void everyCapabilityOfTheKernelIsKnownByItsNumber() {
    assertEquals(41, Capability.values().length);
    assertEquals(40, Capability.CAP_CHECKPOINT_RESTORE.number());
    assertEquals(21, Capability.CAP_SYS_ADMIN.number());
    assertEquals(39, Capability.CAP_BPF.number());
    String all =
        Arrays.stream(Capability.values()).map(c -> "'" + c + "'").collect(Collectors.joining(","));
    assertEquals(
        (1L << 41) - 1,
        parse("{'capabilities':{'bounding':[" + all + "]}}").capabilities().bounding());
  }

  @Test
  void capabilitiesNobodyKnowsAreLeftOutWithOneWarning() {
    ContainerSpec spec =
        Configs.parse(
            "{'process':{'capabilities':{'bounding':['CAP_KILL','cap_kill','CAP_X'],"
                + "'permitted':['NET_RAW','CAP_X','CAP_KILL'],'effective':['CAP_KILL','']}}}");
    assertEquals(
        List.of(
            "/process/capabilities: ignoring unknown or unavailable capabilities: [ CAP_X NET_RAW"
                + " cap_kill]: names are like CAP_NET_RAW"),
        Configs.warnings(spec));
    long kill = CAP_KILL.bit();
    assertEquals(new CapabilitySets(kill, kill, 0, kill, 0), spec.process().capabilities());
  }

  @Test
  void ambientCapabilitiesThatCannotBeRaisedAreAWarning() {
    ContainerSpec spec =
        Configs.parse(
            "{'process':{'capabilities':{'permitted':['CAP_KILL','CAP_CHOWN'],'inheritable':"
                + "['CAP_CHOWN','CAP_NET_RAW'],'ambient':['CAP_NET_RAW','CAP_KILL','CAP_CHOWN']}}}");
    assertEquals(
        List.of(
            "/process/capabilities/ambient: can't raise ambient capability CAP_KILL: ignored: it"
                + " has to be permitted and inheritable too",
            "/process/capabilities/ambient: can't raise ambient capability CAP_NET_RAW: ignored:"
                + " it has to be permitted and inheritable too"),
        Configs.warnings(spec));
    assertEquals(CAP_CHOWN.bit(), spec.process().capabilities().raisableAmbient());
  }

  @Test
  void effectiveCapabilitiesHaveToBePermitted() {
    assertEquals(
        List.of(
            "/process/capabilities/effective: has capabilities that permitted has not: the kernel"
                + " refuses that"),
        Configs.problems("{'process':{'capabilities':{'effective':['CAP_KILL']}}}"));
  }

  @Test
  void limitsAreUnsignedAndNumberedAsTheKernelHasThem() {
    List<RlimitSpec> limits =
        parse(
                "{'rlimits':[{'type':'RLIMIT_NOFILE','soft':1,'hard':18446744073709551615},"
                    + "{'type':'RLIMIT_RTTIME','soft':0,'hard':0}]}")
            .rlimits();
    assertEquals(
        List.of(
            new RlimitSpec(Rlimit.RLIMIT_NOFILE, 1, -1, "/process/rlimits/0"),
            new RlimitSpec(Rlimit.RLIMIT_RTTIME, 0, 0, "/process/rlimits/1")),
        limits);
    assertEquals(7, Rlimit.RLIMIT_NOFILE.number());
    assertEquals(15, Rlimit.RLIMIT_RTTIME.number());
    assertEquals(16, Rlimit.values().length);
  }

  @Test
  void wrongLimitsAreRefusedByIndex() {
    assertEquals(
        List.of(
            "/process/rlimits/0/type: unknown rlimit \"NOFILE\"",
            "/process/rlimits/1/soft: must not be above hard, 9223372036854775808",
            "/process/rlimits/2/type: a second RLIMIT_CPU: each may be set once"),
        Configs.problems(
            "{'process':{'rlimits':[{'type':'NOFILE','soft':0,'hard':0},"
                + "{'type':'RLIMIT_CPU','soft':18446744073709551615,'hard':9223372036854775808},"
                + "{'type':'RLIMIT_CPU','soft':0,'hard':0}]}}"));
  }
}
