// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.CheckedBundle;
import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ExecOverrides;
import io.jrun.container.ExecSpec;
import io.jrun.container.Resources;
import io.jrun.host.Controllers;
import io.jrun.host.Inheritance;
import io.jrun.host.MemoryInUse;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.plan.Sockets;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.ExecInput;
import io.jrun.plan.launch.ExecPlan;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.program.Recorder;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.wire.ProgramWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a create computes, without a host: a built-in document is read, checked, compiled, written,
 * and so are the verbs that follow. A resident core does it until its code is compiled.
 */
public final class Rehearsal {
  private static final String DIRECTORY = "/nonexistent";
  private static final String LIMITS =
      "\"memory\":{\"limit\":67108864,\"swap\":67108864,\"checkBeforeUpdate\":true},\"cpu\":"
          + "{\"shares\":512,\"quota\":50000,\"period\":100000,\"cpus\":\"0-1\"},\"pids\":"
          + "{\"limit\":99},\"blockIO\":{\"weight\":0},\"unified\":{\"memory.oom.group\":\"1\"},";

  private Rehearsal() {}

  /** One launch; gives the size of what was compiled, so that nothing of it is for nothing. */
  public static int launch() {
    return launch(SpecWriter.write(SpecTemplate.withoutTerminal()));
  }

  /** One with limits: an engine's containers have some. */
  public static int limited() {
    String text =
        new String(SpecWriter.write(SpecTemplate.withoutTerminal()), StandardCharsets.UTF_8)
            .replaceFirst("\"resources\": \\{", "\"resources\": {" + LIMITS);
    byte[] document = text.getBytes(StandardCharsets.UTF_8);
    Resources limits = Bundle.parse(document, DIRECTORY).cgroup().resources().orElseThrow();
    List<Setting> settings = ResourceSettings.of(limits);
    MemoryInUse.check(DIRECTORY, limits.memory());
    return launch(document)
        + Controllers.missing(DIRECTORY, settings).size()
        + Inheritance.of(DIRECTORY, "/rehearsal", settings).size();
  }

  private static int launch(byte[] document) {
    CheckedBundle bundle =
        new CheckedBundle(DIRECTORY, document, Bundle.parse(document, DIRECTORY));
    LaunchOptions options = options();
    ContainerState state =
        new ContainerState(
            "rehearsal",
            Phase.CREATED,
            ProcessIdentity.NONE,
            new ProcessIdentity(1, 1),
            "00000000-0000-0000-0000-000000000000",
            new ContainerState.Location(DIRECTORY, DIRECTORY, DIRECTORY),
            "2026-01-01T00:00:00.000000000Z",
            Map.of(),
            LaunchRecord.NONE);
    LaunchInput input = Launch.of(bundle, options, state).input();
    Recorder recorder = new Recorder();
    LaunchSteps.StartedInit init = LaunchSteps.finish(LaunchSteps.begin(recorder, input), input);
    StateSteps.write(
        recorder,
        init.directory(),
        StoredVerbs.FILE,
        StoredVerbs.compile(
            state, DIRECTORY, bundle.spec().hooks(), "0", init.pid(), init.started()));
    byte[] program = ProgramWriter.write(recorder.program(), false);
    return program.length + StateFile.read(StateFile.write(state)).id().length();
  }

  /** One exec; gives the size of its program. */
  public static int exec() {
    Spec kept =
        SpecReader.read(SpecWriter.write(SpecTemplate.withoutTerminal()), StateSteps.CONFIG);
    ExecSpec spec =
        ExecSpec.parse(
            kept,
            new ExecOverrides(
                List.of("true"),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false));
    ExecPlan plan =
        ExecPlan.compile(
            new ExecInput(
                spec,
                options(),
                new ExecTarget(1, 1, DIRECTORY, ""),
                new ExecInput.Manner(true, Optional.of(DIRECTORY + "/pid"), Sockets.NONE, 0)));
    return ProgramWriter.write(plan.front(), false).length;
  }

  private static LaunchOptions options() {
    return new LaunchOptions(
        "rehearsal",
        DIRECTORY,
        DIRECTORY,
        new LaunchOptions.Switches(true, false, false, 0),
        new HostFacts(Rights.ROOT, -1L, new HostFacts.Cgroup(DIRECTORY, "/rehearsal")));
  }
}
