// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.ResourcesFile;
import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.Problems;
import io.jrun.container.Resources;
import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.failure.Remedies;
import io.jrun.host.CgroupFiles;
import io.jrun.host.CgroupTree;
import io.jrun.host.Controllers;
import io.jrun.host.MemoryInUse;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.Session;
import io.jrun.lifecycle.SystemdUnit;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.front.ResourceSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;
import io.jrun.spec.LinuxResources;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import io.jrun.wire.Outcome;
import java.util.List;

/**
 * {@code update}: changes limits of a container's cgroup. What is not named stays as it is, and if
 * one value is not taken all are what they were. The cgroup itself is the record of it.
 */
public final class UpdateContainer {
  /** For a file: what the caller's standard input holds. */
  public static final String STANDARD_INPUT = "-";

  private static final int MOST = 16; // MiB of a document

  private final Session session;

  public UpdateContainer(Session session) {
    this.session = session;
  }

  /**
   * Changes limits to those of a document.
   *
   * @param file as {@link io.jrun.container.Paths#join} makes it, or {@link #STANDARD_INPUT}
   */
  public void update(String id, String file) {
    checkExists(id);
    CallersFiles files = new CallersFiles(session.front());
    change(
        id,
        file.equals(STANDARD_INPUT)
            ? ResourcesFile.parse(files.readStandardInput(), "standard input")
            : ResourcesFile.parse(files.read(file, MOST), file));
  }

  /** Changes limits to those of a command line. */
  public void update(String id, LinuxResources options) {
    checkExists(id);
    Problems problems = new Problems();
    Resources resources = Resources.parse(options, "", problems);
    if (!problems.isEmpty()) {
      throw new ContainerException(problems.line());
    }
    change(id, resources);
  }

  private void checkExists(String id) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      throw new ContainerNotFoundException();
    }
  }

  private void change(String id, Resources resources) {
    Recorder recorder = new Recorder();
    recorder.step("lock " + id);
    StateSteps.lock(recorder, session.store().directory(id));
    session.run(recorder);
    ContainerState state = session.load(id);
    ContainerStatus status = session.store().status(state);
    if (status == ContainerStatus.STOPPED || status == ContainerStatus.CREATING) {
      throw new ContainerException(IdentityGuard.NOT_RUNNING);
    }
    String cgroup = state.location().cgroup();
    if (cgroup.isEmpty()) {
      throw new ContainerException(
          "the container has no cgroup of its own, so it has no limits: before it is made, "
              + Remedies.DELEGATION);
    }
    String cpuMax = new CgroupFiles(cgroup).text("cpu.max");
    List<Setting> settings = ResourceSettings.changing(resources, cpuMax);
    LaunchRecord.Cgroup place = state.launch().cgroup();
    List<String> missing = Controllers.missing(place.mount(), settings);
    if (!missing.isEmpty()) {
      throw new ContainerException(String.join("; ", missing));
    }
    MemoryInUse.check(cgroup, resources.memory());
    List<Setting> before = CgroupTree.current(cgroup, settings);
    List<Enabling> enabling = Controllers.enabling(place.mount(), place.path(), settings);
    // systemd writes files too, as far as it has properties for them: before, not after.
    tellSystemd(state, settings, cpuMax);
    Recorder changing = recorder.next();
    ResourceSteps.enable(changing, enabling);
    Fd directory = open(changing, cgroup);
    ResourceSteps.write(changing, directory, settings);
    Outcome outcome = session.front().run(changing.program());
    if (!outcome.succeeded()) {
      tellSystemd(state, before, cpuMax);
      restore(changing.next(), cgroup, before);
      throw new ContainerException(Failures.describe(outcome));
    }
  }

  private void tellSystemd(ContainerState state, List<Setting> settings, String cpuMax) {
    if (state.launch().isUnit()) {
      SystemdUnit.change(session, state.launch().cgroup().unit(), settings, cpuMax);
    }
  }

  private static Fd open(Recorder recorder, String cgroup) {
    recorder.step("open cgroup " + cgroup);
    return recorder.openat(Fd.CWD, cgroup, Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
  }

  /** Twice: which of two values that depend on each other comes first depends on both. */
  private void restore(Recorder recorder, String cgroup, List<Setting> before) {
    Fd directory = open(recorder, cgroup);
    ResourceSteps.write(recorder, directory, before);
    ResourceSteps.write(recorder, directory, before);
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session.notices().warn("not all limits are what they were: " + FailureWords.of(outcome));
    }
  }
}
