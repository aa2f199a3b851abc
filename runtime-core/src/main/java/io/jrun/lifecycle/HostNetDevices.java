// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.Failures;
import io.jrun.plan.FoundNetDevice;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Optional;

/** Network devices of the host that a launch has moved to its container, if it fails. */
public final class HostNetDevices {
  private HostNetDevices() {}

  /**
   * Moves back what a launch that failed has moved, with names, addresses and state.
   *
   * @return what to add to the failure's sentence: nothing, if all of it is back
   */
  static String takeBack(
      Session session, Launch launch, LaunchSteps.StartedInit init, Outcome outcome) {
    List<FoundNetDevice> devices = launch.options().host().devices().net();
    StringBuilder lost = new StringBuilder();
    for (int i = 0; i < devices.size(); i++) {
      Optional<Long> index = outcome.number(ReportTag.netDevice(i));
      if (index.isEmpty()) {
        continue;
      }
      Recorder recorder = init.front().next();
      NetDeviceSteps.moveBack(
          recorder, init.netDevices().orElseThrow(), devices.get(i), index.get());
      Outcome moved = session.front().run(recorder.program());
      if (!moved.succeeded()) {
        lost.append("; and a network device is not as it was: ").append(Failures.describe(moved));
      }
    }
    return lost.toString();
  }
}
