// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.CheckedBundle;
import io.jrun.container.ContainerSpec;
import io.jrun.container.SeccompSpec;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.host.HostSurvey;
import io.jrun.host.PreservedFds;
import io.jrun.plan.CgroupManager;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.NotifySocket;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.ProgramTooLongException;
import io.jrun.state.ContainerState;
import io.jrun.state.StateFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A launch prepared: the bundle read, the host looked at; nothing done yet.
 *
 * @param record the state that is written first, of a container in the making
 * @param input what its programs are made of
 * @param unit the unit of systemd's that the cgroup is to be, if it is to be one
 */
public record Launch(
    CheckedBundle bundle,
    LaunchOptions options,
    ContainerState record,
    LaunchInput input,
    Optional<SystemdUnit> unit) {
  /**
   * Prepares the launch of a container that is not there yet.
   *
   * @param waits init is to wait for a start
   * @param detaches the command ends while the container runs
   */
  public static Launch prepareNew(
      Session session, LaunchRequest request, boolean waits, boolean detaches) {
    Session.checkId(request.id());
    if (session.store().exists(request.id())) {
      throw new ContainerException("container with given ID already exists");
    }
    if (request.pidFile().isPresent()) {
      LaunchChecks.checkPidFile(request.pidFile().get());
    }
    Launch launch;
    try {
      launch = prepare(session, request, waits, detaches);
    } catch (ContainerException e) {
      // A create of the same id may be ahead: its cgroup is then what is in the way.
      if (session.store().exists(request.id())) {
        throw new ContainerException("container with given ID already exists", e);
      }
      throw e;
    }
    LaunchChecks.checkTerminal(
        launch.input().shape().handsTerminalOver(), detaches, launch.options().sockets());
    return launch;
  }

  /**
   * Prepares a launch.
   *
   * @param waits init is to wait for a start
   * @param detaches the command ends while the container runs
   */
  public static Launch prepare(
      Session session, LaunchRequest request, boolean waits, boolean detaches) {
    Session.checkId(request.id());
    CheckedBundle bundle = new CallersFiles(session.front()).bundle(request.bundle());
    ContainerSpec spec = bundle.spec();
    Optional<SystemdUnit> unit = unit(session, spec, request);
    Optional<HostSurvey.Unit> place =
        unit.isPresent() ? Optional.of(unit.get().place()) : Optional.empty();
    HostFacts host = session.survey().of(spec, request, session.front(), place);
    String stateDirectory = session.store().directory(request.id());
    Optional<NotifySocket> notify = Readiness.offer(session, spec, stateDirectory, detaches);
    PreservedFds preserved =
        LaunchWarnings.preserved(session, (long) request.listenFds() + request.preserveFds());
    LaunchOptions options =
        new LaunchOptions(
            request.id(),
            bundle.directory(),
            stateDirectory,
            new LaunchOptions.Switches(
                waits,
                request.noPivot(),
                request.noNewKeyring(),
                preserved.count(),
                preserved.holes(),
                request.listenFds()),
            host,
            request.sockets(),
            notify);
    LaunchWarnings.ofLaunch(session, spec, options);
    ContainerState record = RecordedLaunch.of(session.front().caller(), bundle, options, unit);
    Optional<SeccompSpec> profile = spec.restrictions().seccomp();
    byte[] filter = profile.isEmpty() ? new byte[0] : Filters.make(session, profile.get());
    return new Launch(bundle, options, record, input(bundle, options, record, filter), unit);
  }

  private static Optional<SystemdUnit> unit(
      Session session, ContainerSpec spec, LaunchRequest request) {
    return request.cgroupManager() == CgroupManager.SYSTEMD
        ? Optional.of(SystemdUnit.of(spec, request.id(), session.front().caller()))
        : Optional.empty();
  }

  /** The same launch again, from what was recorded of it: its plan has the same instructions. */
  public static Launch recompile(ContainerState state, byte[] config, String stateDirectory) {
    String directory = state.location().bundle();
    CheckedBundle bundle = new CheckedBundle(directory, config, Bundle.parse(config, directory));
    return of(bundle, RecordedLaunch.options(state, stateDirectory), state);
  }

  /** A launch whose filter, if it has one, does not matter: its instructions are the same. */
  static Launch of(CheckedBundle bundle, LaunchOptions options, ContainerState record) {
    return new Launch(
        bundle, options, record, input(bundle, options, record, new byte[0]), Optional.empty());
  }

  private static LaunchInput input(
      CheckedBundle bundle, LaunchOptions options, ContainerState record, byte[] filter) {
    return LaunchInput.of(
        bundle.spec(),
        options,
        new LaunchDocuments() {
          @Override
          public byte[] creating() {
            return StateFile.write(record);
          }

          @Override
          public byte[] config() {
            return bundle.document();
          }

          @Override
          public byte[] hookState(String status) {
            return StateDocument.forHook(record, status, HookSteps.PID_ROOM)
                .getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public byte[] filter() {
            return filter;
          }

          @Override
          public byte[] listenerState() {
            return Filters.listenerState(
                bundle.spec().restrictions().seccomp().orElseThrow(),
                record,
                "creating",
                HookSteps.PID_ROOM,
                HookSteps.PID_ROOM);
          }
        });
  }

  /** Whether one that succeeds needs no core after it. */
  public boolean hasNothingToSay(Session session) {
    return session.hasNothingToSay()
        && bundle.spec().names().sysctls().isEmpty()
        && bundle.spec().process().capabilities().raisableAmbient() == 0;
  }

  /** What is told of a plan that could not be made to its end. */
  public static RuntimeException refused(RuntimeException failure) {
    return failure instanceof ProgramTooLongException
        ? new ContainerException(failure.getMessage(), failure)
        : failure;
  }
}
