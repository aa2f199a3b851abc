// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NetDevice;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.linux.Linux;
import io.jrun.linux.Netlink;
import io.jrun.plan.FoundNetDevice;
import io.jrun.plan.Rights;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Front;
import io.jrun.wire.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Network devices of the host that a container is to get. The front is asked: a resident core may
 * be in another network namespace.
 */
final class NetDevices {
  private NetDevices() {}

  /**
   * The network devices that a description asks for, as they are on the host; nothing is changed.
   *
   * @throws ContainerException naming the field, if one is not there
   */
  static List<FoundNetDevice> find(Front front, ContainerSpec spec, Rights rights) {
    List<NetDevice> devices = spec.names().netDevices();
    if (devices.isEmpty()) {
      return List.of();
    }
    if (rights == Rights.USER) {
      throw new ContainerException(
          "/linux/netDevices: only root moves network devices: remove the field, or run as root");
    }
    Recorder recorder = new Recorder();
    NetDeviceSteps.ask(recorder, devices);
    Outcome outcome = front.run(recorder.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(Failures.describe(outcome));
    }
    List<FoundNetDevice> out = new ArrayList<>(devices.size());
    for (int i = 0; i < devices.size(); i++) {
      int tag = ReportTag.netDevice(i);
      out.add(
          new FoundNetDevice(
              devices.get(i),
              outcome.number(tag).orElseThrow(),
              (outcome.number(tag + 1).orElseThrow() & Linux.IFF_UP) != 0,
              Netlink.addresses(outcome.bytes(tag + 2))));
    }
    return List.copyOf(out);
  }
}
