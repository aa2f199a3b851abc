// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.cgroup.Enabling;
import io.jrun.container.Configs;
import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.host.HostSurvey;
import io.jrun.lifecycle.RecordingNotices;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Syscall;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.FoundNetDevice;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.RdtClass;
import io.jrun.plan.Rights;
import io.jrun.plan.Sockets;
import io.jrun.program.Op;
import io.jrun.state.LaunchRecord;
import io.jrun.state.StateFile;
import io.jrun.state.StateStore;
import io.jrun.wire.Front;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a create makes of facts, on a host that has none of it: nobody else looks. */
class CreateOnAnyHostTest {
  private static final HostFacts.Cgroup CGROUP = new HostFacts.Cgroup("/nonexistent", "/a/demo");

  @TempDir Path directory;
  private final RecordingNotices notices = new RecordingNotices();
  private final ScriptedFront front = ScriptedFront.calledWith("jrun", "create", "demo");
  private final List<Integer> programsWhenAsked = new ArrayList<>();

  /** A host as it is told. */
  private final class Told extends HostSurvey {
    private final Function<ContainerSpec, HostFacts> facts;

    Told(Function<ContainerSpec, HostFacts> facts) {
      this.facts = facts;
    }

    @Override
    public HostFacts of(
        ContainerSpec spec, LaunchRequest request, Front asked, Optional<Unit> unit) {
      programsWhenAsked.add(front.programs().size());
      return facts.apply(spec);
    }
  }

  private WireProgram create(String fragment, Function<ContainerSpec, HostFacts> facts)
      throws IOException {
    Path bundle = Files.createDirectories(directory.resolve("bundle"));
    Files.write(bundle.resolve("config.json"), Configs.with(fragment));
    Session session =
        new Session(
            front.open(),
            new StateStore(directory.resolve("root").toString()),
            notices,
            new Told(facts));
    new CreateContainer(session)
        .create(
            new LaunchRequest(
                "demo", bundle.toString(), Optional.empty(), Sockets.NONE, false, false, 0, 0));
    assertEquals(List.of(0), programsWhenAsked, "asked once, before anything is done");
    assertEquals(1, front.programs().size());
    return front.programs().get(0);
  }

  private static HostFacts root(HostFacts.Cgroup cgroup, HostFacts.Devices devices) {
    return new HostFacts(Rights.ROOT, -1L, cgroup, List.of(), HostFacts.Mounts.NONE, devices);
  }

  /** What is written of a container in the making. */
  private static LaunchRecord record(WireProgram launch) {
    int at = launch.find(Syscall.OPENAT, "state.json.tmp").index();
    while (launch.instructions().get(at).op() != Op.WRITE) {
      at++;
    }
    String document = launch.text(launch.instructions().get(at), 1);
    return StateFile.read(document.getBytes(StandardCharsets.ISO_8859_1)).launch();
  }

  @Test
  void theCgroupIsMadeWhereItWasFoundToBelong() throws IOException {
    Enabling enabling = new Enabling("/nonexistent/a", List.of("memory"));
    WireProgram launch =
        create(
            "{}",
            spec ->
                root(
                    new HostFacts.Cgroup(
                        "/nonexistent",
                        "/a/demo",
                        CgroupEntry.BORN,
                        List.of(enabling),
                        List.of(),
                        false,
                        OptionalLong.empty()),
                    HostFacts.Devices.NONE));
    assertNotNull(launch.find(Syscall.MKDIRAT, "/nonexistent/a/demo"));
    assertTrue(launch.mentions("+memory"));
    assertEquals(new LaunchRecord.Cgroup("/nonexistent", "/a/demo", ""), record(launch).cgroup());
  }

  /** The kernel's id of a program that is loaded, in place of its instructions. */
  @Test
  void aDeviceProgramThatIsLoadedIsTakenByItsNumber() throws IOException {
    long without = bpfCalls(create("{}", spec -> root(CGROUP, HostFacts.Devices.NONE)));
    front.programs().clear();
    programsWhenAsked.clear();
    HostFacts.Cgroup loaded =
        new HostFacts.Cgroup(
            "/nonexistent",
            "/a/demo",
            CgroupEntry.BORN,
            List.of(),
            List.of(),
            false,
            OptionalLong.of(4711));
    long with = bpfCalls(create("{}", spec -> root(loaded, HostFacts.Devices.NONE)));
    assertEquals(without + 1, with, "it may have gone meanwhile");
  }

  private static long bpfCalls(WireProgram program) {
    return program.instructions().stream().filter(each -> each.is(Syscall.BPF)).count();
  }

  @Test
  void anOrdinaryUserWithoutACgroupMakesNoneAndHasItsIdsMapped() throws IOException {
    WireProgram launch =
        create(
            "{'linux':{'namespaces':[{'type':'user'},{'type':'mount'}],"
                + "'uidMappings':[{'containerID':0,'hostID':1000,'size':10}],"
                + "'gidMappings':[{'containerID':0,'hostID':1000,'size':10}]}}",
            spec ->
                new HostFacts(
                    Rights.USER,
                    -1L,
                    new HostFacts.Cgroup("", ""),
                    List.of("/nonexistent/newuidmap", "/nonexistent/newgidmap"),
                    HostFacts.Mounts.NONE,
                    HostFacts.Devices.NONE));
    assertTrue(launch.contains("/nonexistent/newuidmap"));
    assertEquals(0, bpfCalls(launch));
    assertEquals(Rights.USER, record(launch).rights());
  }

  @Test
  void whatGoesWithTheContainerIsOnRecordBeforeItIsMade() throws IOException {
    WireProgram launch =
        create(
            "{'linux':{'intelRdt':{'schemata':['L3:0=f']}}}",
            spec ->
                root(
                    CGROUP,
                    new HostFacts.Devices(
                        Map.of(),
                        List.of(),
                        spec.names().intelRdt().map(each -> new RdtClass(each, "/r", false)))));
    assertTrue(
        launch.find(Syscall.OPENAT, "state.json.tmp").index()
            < launch.find(Syscall.MKDIRAT, "/r/demo").index());
    assertEquals("/r/demo", record(launch).resctrl());
  }

  @Test
  void networkDevicesAreMovedByTheNumbersThatWereFound() throws IOException {
    WireProgram launch =
        create(
            "{'linux':{'namespaces':[{'type':'network'},{'type':'mount'}],"
                + "'netDevices':{'eth7':{'name':'a%d'}}}}",
            spec ->
                root(
                    CGROUP,
                    new HostFacts.Devices(
                        Map.of(),
                        List.of(
                            new FoundNetDevice(
                                spec.names().netDevices().get(0), 77, true, List.of())),
                        Optional.empty())));
    assertTrue(launch.contains("jrun77"), "its name on the way");
  }

  @Test
  void whatTheHostCannotHaveEndsACreateThatHasDoneNothing() {
    ContainerException refused =
        assertThrows(
            ContainerException.class,
            () ->
                create(
                    "{}",
                    spec -> {
                      throw new ContainerException("/linux: not here");
                    }));
    assertEquals("/linux: not here", refused.getMessage());
    assertEquals(List.of(), front.programs());
  }

  @Test
  void aCapabilityThatCannotBeGivenIsLeftOutWithAWord() throws IOException {
    create(
        "{'process':{'capabilities':{'bounding':['CAP_KILL'],'permitted':['CAP_KILL']}}}",
        spec -> new HostFacts(Rights.ROOT, 0L, CGROUP));
    assertEquals(
        List.of("/process/capabilities: CAP_KILL is not available to the caller: left out"),
        notices.warnings);
  }
}
