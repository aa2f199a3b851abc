// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NetDevice;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.linux.Linux;
import io.jrun.linux.Netlink;
import io.jrun.plan.Rights;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A command's dealings with network devices of the host that a container is to get: asking about
 * them before a launch, and taking them back from one that failed.
 */
public final class HostNetDevices {
  private HostNetDevices() {}

  /**
   * The description with what the host knows of its network devices; nothing is changed.
   *
   * @throws ContainerException naming the field, if one is not there
   */
  static ContainerSpec ask(Session session, ContainerSpec spec, Rights rights) {
    List<NetDevice> devices = spec.names().netDevices();
    if (devices.isEmpty()) {
      return spec;
    }
    if (rights == Rights.USER) {
      throw new ContainerException(
          "/linux/netDevices: only root moves network devices: remove the field, or run as root");
    }
    Recorder recorder = new Recorder();
    NetDeviceSteps.ask(recorder, devices);
    Outcome outcome = session.run(recorder);
    List<NetDevice> out = new ArrayList<>(devices.size());
    for (int i = 0; i < devices.size(); i++) {
      int tag = ReportTag.netDevice(i);
      out.add(
          devices
              .get(i)
              .with(
                  new NetDevice.OnHost(
                      outcome.number(tag).orElseThrow(),
                      (outcome.number(tag + 1).orElseThrow() & Linux.IFF_UP) != 0,
                      Netlink.addresses(outcome.bytes(tag + 2)))));
    }
    return spec.withNetDevices(out);
  }

  /**
   * Moves back what a launch that failed has moved, with names, addresses and state.
   *
   * @return what to add to the failure's sentence: nothing, if all of it is back
   */
  public static String takeBack(
      Session session, ContainerSpec spec, LaunchPlan plan, Outcome outcome) {
    List<NetDevice> devices = spec.names().netDevices();
    StringBuilder lost = new StringBuilder();
    for (int i = 0; i < devices.size(); i++) {
      Optional<Long> index = outcome.number(ReportTag.netDevice(i));
      if (index.isEmpty()) {
        continue;
      }
      Recorder recorder = plan.handles().after().next();
      NetDeviceSteps.moveBack(
          recorder, plan.handles().netDevices().orElseThrow(), devices.get(i), index.get());
      Outcome moved = session.front().run(recorder.program());
      if (!moved.succeeded()) {
        lost.append("; and a network device is not as it was: ").append(Failures.describe(moved));
      }
    }
    return lost.toString();
  }
}
