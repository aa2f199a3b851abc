// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.lifecycle.Commit;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Launching;
import io.jrun.lifecycle.Session;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.plan.launch.LaunchSteps.StartedInit;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;

/** {@code create}: everything up to an init that waits for a start. */
public final class CreateContainer {
  private final Session session;

  public CreateContainer(Session session) {
    this.session = session;
  }

  /**
   * Creates a container.
   *
   * @throws ContainerException if it could not be; then nothing of it is left
   */
  public void create(LaunchRequest request) {
    Launch launch = Launch.prepareNew(session, request, true, true);
    ContainerState created = launch.record().with(Phase.CREATED, launch.record().init());
    Launching launching = Launching.begin(session, launch, request);
    StartedInit init;
    try {
      init = LaunchSteps.finish(launching.begun(), launch.input());
      Commit.record(session, launch, init, created, request);
      if (init.netDevices().isPresent()) {
        NetDeviceSteps.close(init.front(), init.netDevices().get());
      }
      if (launch.hasNothingToSay(session)) {
        init.front().exit(0);
      }
    } catch (RuntimeException e) {
      throw launching.cutShort(e);
    }
    launching.carryOut(init);
  }
}
