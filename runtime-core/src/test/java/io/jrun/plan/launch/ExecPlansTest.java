// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.container.ExecOverrides;
import io.jrun.container.ExecSpec;
import io.jrun.linux.Linux;
import io.jrun.linux.Syscall;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.Rights;
import io.jrun.plan.Sockets;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Mark;
import io.jrun.program.Op;
import io.jrun.program.Recorder;
import io.jrun.spec.SpecReader;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.wire.ProgramSoundnessTest;
import io.jrun.wire.ProgramWriter;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What an exec does, as text that was reviewed: src/test/resources/exec. With {@code
 * -Djrun.golden.rewrite=true} the files are written anew.
 */
class ExecPlansTest {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "exec");
  private static final ExecTarget TARGET = new ExecTarget(4711, 99, "/sys/fs/cgroup/demo", "");
  private static final ExecInput.Manner FOREGROUND =
      new ExecInput.Manner(false, Optional.empty(), Sockets.NONE, 022);
  private static final ExecInput.Manner DETACHED =
      new ExecInput.Manner(true, Optional.of("/run/demo.pid"), Sockets.NONE, 022);
  private static final String OWN_PID =
      "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]}}";

  private static final Sockets SOCKETS = new Sockets("/run/console.sock", "/run/pidfd.sock");

  /** "Permit everything". */
  private static final byte[] FILTER = {6, 0, 0, 0, 0, 0, -1, 0x7f};

  private static final byte[] TOLD =
      ("{\"pid\":" + HookSteps.PID_ROOM + ",\"state\":{\"pid\":4711}}")
          .getBytes(StandardCharsets.US_ASCII);

  private static ExecSpec spec(byte[] config) {
    return spec(config, false);
  }

  private static ExecSpec spec(byte[] config, boolean terminal) {
    return ExecSpec.parse(
        SpecReader.read(config, "config.json"),
        new ExecOverrides(
            List.of("/bin/true"),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            terminal));
  }

  private static ExecInput terminal(String fragment, ExecInput.Manner manner) {
    return new ExecInput(spec(Configs.with(fragment), true), options(0), TARGET, manner);
  }

  private static ExecInput plan(String fragment, ExecTarget target, ExecInput.Manner manner) {
    return new ExecInput(spec(Configs.with(fragment)), options(0), target, manner);
  }

  private static LaunchOptions options(int preserved) {
    return new LaunchOptions(
        "demo",
        "/bundle",
        "/run/jrun/demo",
        new LaunchOptions.Switches(true, false, false, preserved),
        facts(Rights.ROOT, "/demo"));
  }

  private static ExecPlan plan(String name) {
    return ExecPlan.compile(input(name));
  }

  private static ExecInput input(String name) {
    return switch (name) {
      case "default" ->
          new ExecInput(
              spec(SpecWriter.write(SpecTemplate.defaultSpec())), options(0), TARGET, DETACHED);
      case "foreground" -> plan(OWN_PID, TARGET, FOREGROUND);
      case "host-namespaces" -> plan("{}", TARGET, FOREGROUND);
      case "joined-mount" ->
          plan("{'linux':{'namespaces':[{'type':'mount','path':'/m'}]}}", TARGET, DETACHED);
      case "below" ->
          plan("{}", new ExecTarget(4711, 99, "/sys/fs/cgroup/demo", "/a/b"), FOREGROUND);
      case "user" ->
          plan(
              "{'process':{'user':{'uid':5,'gid':6,'additionalGids':[7]},'oomScoreAdj':9,"
                  + "'noNewPrivileges':true,'capabilities':{'bounding':['CAP_KILL']}}}",
              TARGET,
              DETACHED);
      case "keeps-groups" ->
          new ExecInput(
              spec(
                  Configs.with(
                      "{'annotations':{'run.oci.keep_original_groups':'1'},'linux':{'namespaces':["
                          + "{'type':'mount'},{'type':'user','path':'/u'}]}}")),
              rootless(),
              new ExecTarget(4711, 99, "", ""),
              DETACHED);
      case "terminal" -> terminal(OWN_PID, FOREGROUND);
      case "terminal-sockets" ->
          terminal(
              "{'process':{'user':{'uid':5,'gid':6},'consoleSize':{'height':24,'width':80}}}",
              new ExecInput.Manner(true, Optional.empty(), SOCKETS, 022));
      case "rootless" ->
          new ExecInput(
              spec(
                  Configs.with(
                      "{'process':{'oomScoreAdj':9},'linux':{'namespaces':[{'type':'mount'},"
                          + "{'type':'pid'},{'type':'user'}],"
                          + "'uidMappings':[{'containerID':0,'hostID':1000,'size':1}],"
                          + "'gidMappings':[{'containerID':0,'hostID':1000,'size':1}]}}")),
              rootless(),
              new ExecTarget(4711, 99, "", ""),
              FOREGROUND);
      case "labels" ->
          plan(
              "{'process':{'apparmorProfile':'p','selinuxLabel':'u:r:t:s0'},"
                  + "'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]}}",
              TARGET,
              DETACHED);
      case "affinity" ->
          plan("{'process':{'execCPUAffinity':{'initial':'0-1','final':'65'}}}", TARGET, DETACHED);
      case "scheduler" ->
          plan(
              "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]},'process':{'scheduler':"
                  + "{'policy':'SCHED_DEADLINE','runtime':5000,'deadline':6000}}}",
              TARGET,
              FOREGROUND);
      case "listener" ->
          plan(
              "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}],'seccomp':{"
                  + "'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/run/agent.sock','syscalls':"
                  + "[{'names':['mount'],'action':'SCMP_ACT_NOTIFY'}]}}}",
              TARGET,
              new ExecInput.Manner(
                  true,
                  Optional.empty(),
                  Sockets.NONE,
                  022,
                  new ExecInput.Seccomp(FILTER, TOLD),
                  true));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static LaunchOptions rootless() {
    return new LaunchOptions(
        "demo",
        "/bundle",
        "/run/user/1000/jrun/demo",
        new LaunchOptions.Switches(true, false, false, 0),
        facts(Rights.USER, ""));
  }

  private static HostFacts facts(Rights rights, String cgroup) {
    return new HostFacts(
        rights, PlanCases.ALL_CAPABILITIES, new HostFacts.Cgroup("/sys/fs/cgroup", cgroup));
  }

  @TestFactory
  Stream<DynamicTest> everyExecGivesWhatWasReviewed() {
    return Stream.of(
            "default",
            "foreground",
            "host-namespaces",
            "joined-mount",
            "below",
            "user",
            "keeps-groups",
            "terminal",
            "terminal-sockets",
            "rootless",
            "labels",
            "affinity",
            "scheduler",
            "listener")
        .map(name -> DynamicTest.dynamicTest(name, () -> givesWhatWasReviewed(name)));
  }

  private static void givesWhatWasReviewed(String name) throws IOException {
    String actual = PlanPrinter.print(plan(name), true);
    GoldenFile.compare(ROOT.resolve(name + ".txt"), actual);
    ExecPlan plan = plan(name);
    WireProgram front = WireProgram.decode(ProgramWriter.write(plan.front(), false));
    WireInstruction spawn = front.instructions().get(plan.front().marks().get(Mark.SPAWNED) - 1);
    assertEquals(Op.SPAWN, spawn.op());
    assertEquals(plan.process().instructions().size(), front.child().instructions().size());
    List<LaunchShape.Meeting> ofFront = HandshakeTest.ofFront(plan.front());
    // The last is the execve, which ends the channel.
    assertEquals(HandshakeTest.ofInit(plan.process()), ofFront.subList(0, ofFront.size() - 1));
    ProgramSoundnessTest.assertPieces(
        recorder -> ExecSteps.finish(ExecSteps.begin(recorder, input(name)), input(name)),
        plan.front());
  }

  private static List<WireInstruction> process(ExecPlan plan) {
    return WireProgram.decode(ProgramWriter.write(plan.process(), false)).instructions();
  }

  private static int first(List<WireInstruction> all, Op op) {
    return all.stream().filter(i -> i.op() == op).findFirst().orElseThrow().index();
  }

  private static int last(List<WireInstruction> all, Syscall call) {
    return all.stream().filter(i -> i.is(call)).reduce((a, b) -> b).orElseThrow().index();
  }

  /** CVE-2016-9962: it is seen by the container once there is nothing to be had from it. */
  @Test
  void privilegesAndDescriptorsGoBeforeItIsSeenByTheContainer() {
    List<WireInstruction> all = process(plan("foreground"));
    int seen = first(all, Op.FORK);
    assertTrue(last(all, Syscall.SETNS) < seen);
    assertTrue(last(all, Syscall.CAPSET) < seen);
    assertTrue(last(all, Syscall.SETRESUID) < seen);
    assertTrue(last(all, Syscall.CLOSE) < seen);
    assertTrue(seen < last(all, Syscall.SETSID));
  }

  /** So is the master of a terminal: only the slave is there to be seen. */
  @Test
  void theMasterOfATerminalIsGoneBeforeItIsSeen() {
    List<WireInstruction> all = process(plan("terminal"));
    int seen = first(all, Op.FORK);
    int handed = first(all, Op.HAND);
    assertTrue(handed < seen);
    assertTrue(all.get(handed + 1).is(Syscall.CLOSE));
    assertEquals(all.get(handed).args()[1], all.get(handed + 1).args()[0]);
  }

  /** A cgroup that takes no process is told by the clone: whoever waits is connected once. */
  @Test
  void whoWaitsIsFoundOnce() {
    ExecInput input = input("terminal-sockets");
    Recorder recorder = new Recorder();
    ExecSteps.Begun begun = ExecSteps.begin(recorder, input);
    Recorder next = recorder.next();
    ExecSteps.finish(ExecSteps.begin(next, input, begun.receivers()), input);
    WireProgram front = WireProgram.decode(ProgramWriter.write(next.program(), false));
    assertTrue(front.instructions().stream().noneMatch(i -> i.is(Syscall.CONNECT)));
    assertEquals(2, front.instructions().stream().filter(i -> i.op() == Op.HAND).count());
  }

  /**
   * The process's identity is proved by what was opened before, and nothing is joined until then.
   */
  @Test
  void nothingIsJoinedThatIsNotProvedToBeTheContainers() {
    List<WireInstruction> all = process(plan("foreground"));
    assertTrue(last(all, Syscall.PIDFD_OPEN) < first(all, Op.STARTTIME));
    int proof = first(all, Op.TEST);
    assertTrue(first(all, Op.STARTTIME) < proof);
    assertTrue(all.stream().filter(i -> i.is(Syscall.SETNS)).allMatch(i -> i.index() > proof));
  }

  @Test
  void withoutAPidNamespaceOfItsOwnNobodyIsClonedTwice() {
    assertFalse(process(plan("host-namespaces")).stream().anyMatch(i -> i.op() == Op.FORK));
    assertTrue(process(plan("foreground")).stream().anyMatch(i -> i.op() == Op.FORK));
  }

  @Test
  void aDetachedExecNeitherBlocksSignalsNorWaits() {
    WireProgram front = WireProgram.decode(ProgramWriter.write(plan("default").front(), false));
    assertFalse(front.has(Op.RELAY));
    assertFalse(front.instructions().stream().anyMatch(i -> i.is(Syscall.RT_SIGPROCMASK)));
    assertTrue(
        front.find(Syscall.RENAMEAT2, "/run/demo.pid").index()
            > first(front.instructions(), Op.AWAIT));
  }

  /** And init's time namespace always: what CRIU has restored has one whatever was asked for. */
  @Test
  void aUserNamespaceIsJoinedOnlyWhereTheContainerHasOne() {
    long flags =
        process(plan("host-namespaces")).stream()
            .filter(i -> i.is(Syscall.SETNS))
            .mapToLong(i -> i.args()[1])
            .reduce(0, (a, b) -> a | b);
    assertEquals(
        Linux.CLONE_NEWNS
            | Linux.CLONE_NEWNET
            | Linux.CLONE_NEWIPC
            | Linux.CLONE_NEWUTS
            | Linux.CLONE_NEWTIME
            | Linux.CLONE_NEWCGROUP,
        flags);
  }
}
