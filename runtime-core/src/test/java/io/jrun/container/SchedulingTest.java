// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jrun.linux.ExecutionDomain;
import io.jrun.linux.IoPriorityClass;
import io.jrun.linux.MemoryPolicyFlag;
import io.jrun.linux.MemoryPolicyMode;
import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.linux.SchedulingPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedulers, priorities, CPU lists, memory policies, personalities: what goes with what. */
class SchedulingTest {
  private static Scheduling parse(String fragment) {
    return Configs.parse(fragment).process().scheduling().orElseThrow();
  }

  private static String scheduler(String content) {
    return "{'process':{'scheduler':{" + content + "}}}";
  }

  private static String memory(String content) {
    return "{'linux':{'memoryPolicy':{" + content + "}}}";
  }

  private static String names(Object[] constants) {
    return Arrays.stream(constants)
        .map(Object::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  static Stream<Arguments> refused() {
    String at = "/process/scheduler";
    String deadline =
        at + ": scheduler runtime/deadline/period can only be specified for SchedDeadline policy";
    String needs = at + ": SCHED_DEADLINE needs a runtime and a deadline, both below 2^63 ns";
    String order = at + ": must be runtime <= deadline <= period";
    return Stream.of(
        arguments(scheduler("'policy':''"), at + "/policy: scheduler policy is required"),
        arguments(
            scheduler("'policy':'SCHED_NONE'"),
            at
                + "/policy: unknown scheduler policy \"SCHED_NONE\": known are "
                + names(SchedulingPolicy.values())),
        arguments(
            scheduler("'policy':'SCHED_OTHER','nice':20"),
            at + "/nice: invalid scheduler.nice: 20: must be between -20 and 19"),
        arguments(
            scheduler("'policy':'SCHED_BATCH','nice':-21"),
            at + "/nice: invalid scheduler.nice: -21: must be between -20 and 19"),
        arguments(
            scheduler("'policy':'SCHED_OTHER','priority':1"),
            at
                + "/priority: scheduler.priority can only be specified for SchedFIFO or SchedRR"
                + " policy"),
        arguments(
            scheduler("'policy':'SCHED_FIFO'"),
            at + "/priority: must be between 1 and 99 for SCHED_FIFO"),
        arguments(
            scheduler("'policy':'SCHED_RR','priority':100"),
            at + "/priority: must be between 1 and 99 for SCHED_RR"),
        arguments(
            scheduler("'policy':'SCHED_RR','priority':-1"),
            at + "/priority: must be between 1 and 99 for SCHED_RR"),
        arguments(scheduler("'policy':'SCHED_OTHER','runtime':1,'deadline':1"), deadline),
        arguments(scheduler("'policy':'SCHED_IDLE','runtime':1"), deadline),
        arguments(scheduler("'policy':'SCHED_FIFO','priority':1,'deadline':1"), deadline),
        arguments(scheduler("'policy':'SCHED_IDLE','period':1"), deadline),
        arguments(scheduler("'policy':'SCHED_DEADLINE'"), needs),
        arguments(scheduler("'policy':'SCHED_DEADLINE','runtime':5000"), needs + "; " + order),
        arguments(
            scheduler("'policy':'SCHED_DEADLINE','runtime':1,'deadline':18446744073709551615"),
            needs + "; " + order),
        arguments(scheduler("'policy':'SCHED_DEADLINE','runtime':9000,'deadline':8000"), order),
        arguments(
            scheduler("'policy':'SCHED_DEADLINE','runtime':1,'deadline':8000,'period':7000"),
            order),
        arguments(
            "{'process':{'ioPriority':{'class':'IOPRIO_CLASS_NONE','priority':0}}}",
            "/process/ioPriority/class: unknown I/O priority class \"IOPRIO_CLASS_NONE\": known are"
                + " "
                + names(IoPriorityClass.values())),
        arguments(
            "{'process':{'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':8}}}",
            "/process/ioPriority/priority: invalid ioPriority.Priority: 8: must be between 0 and"
                + " 7"),
        arguments(
            "{'process':{'ioPriority':{'class':'IOPRIO_CLASS_RT','priority':-1}}}",
            "/process/ioPriority/priority: invalid ioPriority.Priority: -1: must be between 0 and"
                + " 7"),
        arguments(
            "{'process':{'execCPUAffinity':{'initial':'x','final':'1-0'}}}",
            "/process/execCPUAffinity/initial: \"x\" is not a list of numbers like \"0-3,7\";"
                + " /process/execCPUAffinity/final: \"1-0\" is not a list of numbers like"
                + " \"0-3,7\""),
        arguments(
            "{'linux':{'personality':{'domain':'BSD'}}}",
            "/linux/personality/domain: unknown execution domain \"BSD\": known are [LINUX,"
                + " LINUX32]"),
        arguments(
            memory("'mode':'MPOL_X'"),
            "/linux/memoryPolicy/mode: invalid memory policy mode \"MPOL_X\": known are "
                + names(MemoryPolicyMode.values())),
        arguments(
            memory("'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_X']"),
            "/linux/memoryPolicy/flags/0: invalid memory policy flag \"MPOL_F_X\": known are "
                + names(MemoryPolicyFlag.values())),
        arguments(
            memory("'mode':'MPOL_BIND','nodes':'a'"),
            "/linux/memoryPolicy/nodes: invalid memory policy node: \"a\" is not a list of numbers"
                + " like \"0-3,7\""),
        arguments(
            memory("'mode':'MPOL_BIND','nodes':'0-9876543210'"),
            "/linux/memoryPolicy/nodes: invalid memory policy node: \"0-9876543210\" is not a list"
                + " of numbers like \"0-3,7\""),
        arguments(
            memory("'nodes':'0-7'"),
            "/linux/memoryPolicy/mode: invalid memory policy mode \"\": known are "
                + names(MemoryPolicyMode.values())),
        arguments(
            memory("'mode':'MPOL_DEFAULT','nodes':'0-3'"),
            "/linux/memoryPolicy/nodes: MPOL_DEFAULT mode requires 0 nodes but got 4"),
        arguments(
            memory("'mode':'MPOL_LOCAL','nodes':'0'"),
            "/linux/memoryPolicy/nodes: MPOL_LOCAL mode requires 0 nodes but got 1"),
        arguments(
            memory("'mode':'MPOL_INTERLEAVE','nodes':''"),
            "/linux/memoryPolicy/nodes: MPOL_INTERLEAVE mode requires at least one node"),
        arguments(
            memory("'mode':'MPOL_WEIGHTED_INTERLEAVE'"),
            "/linux/memoryPolicy/nodes: MPOL_WEIGHTED_INTERLEAVE mode requires at least one node"),
        arguments(
            memory("'mode':'MPOL_PREFERRED_MANY'"),
            "/linux/memoryPolicy/nodes: MPOL_PREFERRED_MANY mode requires at least one node"),
        arguments(
            memory(
                "'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC_NODES','MPOL_F_RELATIVE_NODES']"),
            "/linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each"
                + " other"),
        arguments(
            memory("'mode':'MPOL_INTERLEAVE','nodes':'0','flags':['MPOL_F_NUMA_BALANCING']"),
            "/linux/memoryPolicy/flags: MPOL_F_NUMA_BALANCING goes with MPOL_BIND and"
                + " MPOL_PREFERRED_MANY only"),
        arguments(
            memory("'mode':'MPOL_LOCAL','flags':['MPOL_F_STATIC_NODES']"),
            "/linux/memoryPolicy/flags: MPOL_LOCAL takes neither MPOL_F_STATIC_NODES nor"
                + " MPOL_F_RELATIVE_NODES"),
        arguments(
            memory("'mode':'MPOL_PREFERRED','flags':['MPOL_F_RELATIVE_NODES']"),
            "/linux/memoryPolicy/nodes: needed beside MPOL_F_STATIC_NODES and"
                + " MPOL_F_RELATIVE_NODES"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatDoesNotGoTogetherIsRefused(String fragment, String problems) {
    assertEquals(problems, String.join("; ", Configs.problems(fragment)));
  }

  static Stream<Arguments> leftOut() {
    String nice =
        "/process/scheduler/nice: ignored by the kernel: it is for SCHED_OTHER and SCHED_BATCH";
    return Stream.of(
        arguments(
            scheduler("'policy':'SCHED_OTHER','flags':['SCHED_FLAG_RESET_ON_FORK','SCHED_FLAG_X']"),
            "/process/scheduler/flags/1: ignoring unknown scheduler flag \"SCHED_FLAG_X\""),
        arguments(scheduler("'policy':'SCHED_FIFO','nice':1,'priority':1"), nice),
        arguments(
            scheduler("'policy':'SCHED_DEADLINE','nice':99,'runtime':5000,'deadline':5000"), nice),
        arguments(
            "{'linux':{'personality':{'domain':'LINUX','flags':['X']}}}",
            "/linux/personality/flags: ignored: no flags are defined"));
  }

  /** What a later kernel may know, and nobody is the less safe for. */
  @ParameterizedTest
  @MethodSource("leftOut")
  void whatDoesNoHarmIsLeftOutWithAWarning(String fragment, String warning) {
    assertEquals(List.of(warning), Configs.warnings(fragment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'policy':'SCHED_OTHER'",
        "'policy':'SCHED_OTHER','nice':5,'runtime':3000000",
        "'policy':'SCHED_BATCH','runtime':3000000",
        "'policy':'SCHED_OTHER','nice':-20,'priority':0,'runtime':0,'deadline':0,'period':0",
        "'policy':'SCHED_BATCH','nice':19,'flags':[]",
        "'policy':'SCHED_ISO'",
        "'policy':'SCHED_IDLE','nice':0",
        "'policy':'SCHED_FIFO','priority':99",
        "'policy':'SCHED_RR','priority':1,'flags':['SCHED_FLAG_RESET_ON_FORK','SCHED_FLAG_UTIL_CLAMP_MIN']",
        "'policy':'SCHED_DEADLINE','runtime':5000,'deadline':5000",
        "'policy':'SCHED_DEADLINE','runtime':5000,'deadline':6000,'period':6000,'flags':['SCHED_FLAG_RECLAIM']"
      })
  void whatGoesTogetherIsTaken(String content) {
    assertEquals(List.of(), Configs.problems(scheduler(content)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "'mode':'MPOL_DEFAULT'",
        "'mode':'MPOL_LOCAL','nodes':''",
        "'mode':'MPOL_PREFERRED'",
        "'mode':'MPOL_PREFERRED','nodes':'0','flags':['MPOL_F_STATIC_NODES']",
        "'mode':'MPOL_PREFERRED_MANY','nodes':'0,2','flags':['MPOL_F_NUMA_BALANCING']",
        "'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_NUMA_BALANCING','MPOL_F_RELATIVE_NODES']",
        "'mode':'MPOL_INTERLEAVE','nodes':'0-1023'",
        "'mode':'MPOL_WEIGHTED_INTERLEAVE','nodes':'0'"
      })
  void memoryPoliciesThatTheKernelKnowsAreTaken(String content) {
    assertEquals(List.of(), Configs.problems(memory(content)));
  }

  @Test
  void whatIsAskedForIsCarriedOver() {
    Scheduling all =
        parse(
            "{'process':{'scheduler':{'policy':'SCHED_DEADLINE','runtime':1000000,'deadline':2000000,"
                + "'period':3000000,'flags':['SCHED_FLAG_RECLAIM','SCHED_FLAG_DL_OVERRUN']},"
                + "'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':3},"
                + "'execCPUAffinity':{'initial':'0','final':'0-1'}},"
                + "'linux':{'personality':{'domain':'LINUX32'},"
                + "'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC_NODES']}}}");
    assertEquals(
        Optional.of(
            new Attributes(
                SchedulingPolicy.SCHED_DEADLINE, 6, 0, 0, 1_000_000, 2_000_000, 3_000_000)),
        all.scheduler());
    assertEquals(
        Optional.of(new Scheduling.IoPriority(IoPriorityClass.IOPRIO_CLASS_BE, 3)),
        all.ioPriority());
    assertEquals("0", all.affinity().orElseThrow().initial().text());
    assertEquals("0-1", all.affinity().orElseThrow().last().text());
    assertEquals(Optional.of(ExecutionDomain.LINUX32), all.domain());
    assertEquals(1 << 15, all.memory().orElseThrow().flags());
    assertEquals(1, all.memory().orElseThrow().nodes().count());
  }

  @Test
  void labelsAreCarriedOver() {
    assertEquals(
        Optional.of(new SecurityLabels("p", "l")),
        Configs.parse("{'process':{'apparmorProfile':'p','selinuxLabel':'l'}}").process().labels());
    assertEquals(
        Optional.empty(),
        Configs.parse("{'process':{'apparmorProfile':'','selinuxLabel':''}}").process().labels());
  }
}
