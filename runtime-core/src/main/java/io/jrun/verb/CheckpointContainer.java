// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.Bundle;
import io.jrun.checkpoint.CheckpointRequest;
import io.jrun.checkpoint.CriuAnswer;
import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuRequest.Switch;
import io.jrun.checkpoint.CriuRequest.Type;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.checkpoint.Externals;
import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.CriuConversation;
import io.jrun.lifecycle.CriuDirectories;
import io.jrun.lifecycle.CriuStart;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.Session;
import io.jrun.lifecycle.Standstill;
import io.jrun.linux.Fd;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code checkpoint}: CRIU writes what a container's processes are into images, and then ends them,
 * or lets them go on. The container is locked meanwhile. CRIU stops nothing for good before all of
 * it is written, so one that has failed leaves the container running; afterwards the container is
 * removed as {@code delete} does it, unless it goes on.
 */
public final class CheckpointContainer {
  /** As runc calls it, which engines look for. */
  private static final String LOG = "dump.log";

  /** CRIU's notification that its server of pages waits for the other side. */
  private static final String STATUS_READY = "status-ready";

  private final Session session;

  public CheckpointContainer(Session session) {
    this.session = session;
  }

  /**
   * Makes a checkpoint.
   *
   * @throws ContainerException if none was made; then the container runs on
   */
  public void checkpoint(CheckpointRequest request) {
    Session.checkId(request.id());
    CriuConversation.requireRoot(session, "checkpoint");
    if (!session.store().exists(request.id())) {
      throw new ContainerNotFoundException();
    }
    Recorder locking = new Recorder();
    locking.step("lock " + request.id());
    final Fd directory = StateSteps.lock(locking, session.store().directory(request.id()));
    session.run(locking);
    ContainerState state = session.load(request.id());
    ContainerStatus status = session.store().status(state);
    requireStatus(status);
    ContainerSpec spec = Bundle.parse(session.config(state.id()), state.location().bundle());
    CriuConversation.requireRestorable(spec);
    CriuCommand command = CriuConversation.command(session);
    Recorder recorder = locking.next();
    CriuDirectories.Recorded directories = open(recorder, request, spec);
    Descriptors descriptors = descriptors(state);
    if (!request.preDump()) {
      directories.write(recorder, descriptors);
    }
    boolean locks =
        request.options().tcpEstablished() || !Externals.isUnreachable(state.init().pid());
    CriuRequest modern = request(request, state, spec, descriptors, locks);
    CriuConversation criu =
        new CriuStart(session, recorder, how(command, directories))
            .begin(
                standstill(recorder, state, status),
                goesAlong(request) ? Optional.of(modern) : Optional.empty());
    CriuRequest asked =
        locks || criu.version() >= CriuCommand.LOCKS_NOTHING
            ? modern
            : request(request, state, spec, descriptors, true);
    dump(criu, request, asked, directories.opened(criu.started()));
    if (!request.goesOn()) {
      new Removal(session).destroy(criu.between().next(), directory, state, false);
    }
  }

  /** Opens what the command line names, and makes sure that it is there. */
  private CriuDirectories.Recorded open(
      Recorder recorder, CheckpointRequest request, ContainerSpec spec) {
    if (request.statusFd().isPresent()) {
      CriuSteps.requireOpen(recorder, request.statusFd().getAsInt());
    }
    CriuDirectories.Recorded directories =
        CriuDirectories.record(session, recorder, request.options(), OptionalLong.of(mode(spec)));
    if (!request.parentPath().isEmpty()) {
      CriuSteps.requireParent(recorder, directories.images(), request.parentPath());
    }
    return directories;
  }

  private CriuSteps.Start how(CriuCommand command, CriuDirectories.Recorded directories) {
    return new CriuSteps.Start(
        command,
        null,
        directories.images(),
        directories.work(),
        Optional.empty(),
        session.front().caller().umask());
  }

  /** Whether nothing has to be asked or done between CRIU's start and its answer. */
  private static boolean goesAlong(CheckpointRequest request) {
    return !needsFeatures(request) && request.statusFd().isEmpty();
  }

  /** Who is paused stands still, and does so afterwards. */
  private static Optional<Standstill> standstill(
      Recorder recorder, ContainerState state, ContainerStatus status) {
    String cgroup = state.location().cgroup();
    return status == ContainerStatus.PAUSED || cgroup.isEmpty()
        ? Optional.empty()
        : Optional.of(Standstill.prepare(recorder, cgroup));
  }

  /** As runc does; but root of a user namespace looks for images too, when CRIU restores it. */
  private static long mode(ContainerSpec spec) {
    return spec.namespaces().hasUser() ? 0711 : 0700;
  }

  private static Descriptors descriptors(ContainerState state) {
    String cgroup = state.location().cgroup();
    return Descriptors.of(
        state.init().pid(), cgroup.isEmpty() ? List.of() : CgroupTree.processes(cgroup));
  }

  private static void requireStatus(ContainerStatus status) {
    if (status != ContainerStatus.RUNNING && status != ContainerStatus.PAUSED) {
      throw new ContainerException(
          "Container cannot be checkpointed in " + status.word() + " state");
    }
  }

  private void dump(
      CriuConversation criu,
      CheckpointRequest request,
      CriuRequest asked,
      CriuDirectories directories) {
    try {
      requireFeatures(criu, request);
      criu.ask(
          asked,
          directories.log(LOG),
          Optional.empty(),
          request.statusFd().isEmpty()
              ? null
              : (nothing, notification, descriptor) -> {
                if (notification.script().equals(STATUS_READY)) {
                  CriuSteps.tellReady(criu.between(), request.statusFd().getAsInt());
                }
                return nothing;
              });
    } finally {
      criu.end();
    }
  }

  private static boolean tracksMemory(CheckpointRequest request) {
    return request.preDump() || !request.parentPath().isEmpty();
  }

  private static boolean needsFeatures(CheckpointRequest request) {
    return tracksMemory(request) || request.options().lazyPages();
  }

  /** Only asked where a plain dump would not do. */
  private static void requireFeatures(CriuConversation criu, CheckpointRequest request) {
    if (!needsFeatures(request)) {
      return;
    }
    boolean tracks = tracksMemory(request);
    CriuAnswer.Features features = criu.features();
    if (tracks && !features.memoryTracking()) {
      throw new ContainerException(
          (request.preDump() ? "--pre-dump" : "--parent-path")
              + ": CRIU cannot track memory here: the kernel has to have CONFIG_MEM_SOFT_DIRTY");
    }
    if (request.options().lazyPages() && !features.lazyPages()) {
      throw new ContainerException(
          "--lazy-pages: CRIU cannot leave pages for later here: the kernel has to have"
              + " userfaultfd(2) with its events of processes (CONFIG_USERFAULTFD)");
    }
  }

  private static CriuRequest request(
      CheckpointRequest request,
      ContainerState state,
      ContainerSpec spec,
      Descriptors descriptors,
      boolean locks) {
    CriuRequest out = new CriuRequest(request.preDump() ? Type.PRE_DUMP : Type.DUMP);
    request
        .options()
        .into(out)
        .log(LOG)
        .pid(state.init().pid())
        .root(state.location().rootfs())
        .with(Switch.LEAVE_RUNNING, request.leaveRunning())
        .with(Switch.LINK_REMAP, request.linkRemap())
        .with(Switch.TCP_SKIP_IN_FLIGHT, request.tcpSkipInFlight())
        .with(Switch.TRACK_MEM, tracksMemory(request));
    if (!request.parentPath().isEmpty()) {
      out.parent(request.parentPath());
    }
    request.pageServer().ifPresent(out::pageServer);
    if (!locks) {
      out.withoutNetworkLock();
    }
    CriuCommand.configuration(spec).ifPresent(out::configuredBy);
    if (!state.location().cgroup().isEmpty()) {
      out.freezeBy(state.location().cgroup());
    }
    Externals.dump(out, spec, state.init().pid());
    for (String outside : descriptors.outside()) {
      out.external(outside);
    }
    return out;
  }
}
