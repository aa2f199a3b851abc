// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.CheckedBundle;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Launching;
import io.jrun.lifecycle.Session;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Recorder;
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
    Launching launching = new Launching(session);
    launching.launch(
        request,
        true,
        true,
        // No lambda on the way of a launch: a cold core would link a class for it.
        new Launch.Ending() {
          @Override
          public void record(
              Recorder front,
              LaunchPlan.Ready ready,
              CheckedBundle bundle,
              LaunchOptions options,
              ContainerState record) {
            ContainerState created = record.with(Phase.CREATED, record.init());
            launching.putOnRecord(front, ready, bundle, options, created, request);
            if (ready.netDevices().isPresent()) {
              NetDeviceSteps.close(front, ready.netDevices().get());
            }
            if (launching.hasNothingToSay(bundle)) {
              front.exit(0);
            }
          }
        });
  }
}
