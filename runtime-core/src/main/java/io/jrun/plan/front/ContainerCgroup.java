// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.cgroup.Setting;
import io.jrun.cgroup.UnifiedCgroup;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.BpfAttr;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.List;
import java.util.OptionalLong;

/** The cgroup of a new container. */
public final class ContainerCgroup {
  private ContainerCgroup() {}

  /**
   * Makes it, or takes one that is there, with what the container is limited to.
   *
   * @param settings the limits to write now
   * @return its directory, open
   */
  public static Fd make(
      Recorder front, ContainerSpec spec, LaunchOptions options, List<Setting> settings) {
    ResourceSteps.enable(front, options.host().cgroup().enabling());
    UnifiedCgroup group = new UnifiedCgroup(options.cgroupMount(), options.cgroup());
    front.step(
        "make cgroup " + options.cgroup(),
        spec.cgroup().path().isEmpty() ? "" : "/linux/cgroupsPath");
    Fd cgroup = group.create(front);
    OptionalLong owner = CgroupSteps.owner(spec);
    if (owner.isPresent() && options.host().rights() != Rights.USER) {
      CgroupSteps.delegate(
          front, cgroup, owner.getAsLong(), options.host().cgroup().delegatedFiles());
    }
    ResourceSteps.write(front, cgroup, settings);
    if (options.host().rights() == Rights.ROOT) {
      // Below the first user namespace nobody may load one, and nobody may make a device either:
      // the devices there are, are those that were bound.
      front.step("allow devices", "/linux/resources/devices");
      DeviceProgram devices = DeviceProgram.of(spec.cgroup().devices());
      Fd program = loaded(front, devices, options.host().cgroup().loadedDevices());
      if (options.host().cgroup().reused()) {
        DeviceProgramSteps.replace(front, cgroup, program);
      } else {
        DeviceProgram.attach(front, cgroup, program);
      }
    }
    return cgroup;
  }

  /** A program that is known by an id may have gone meanwhile: then it is loaded. */
  private static Fd loaded(Recorder front, DeviceProgram devices, OptionalLong id) {
    if (id.isEmpty()) {
      return devices.load(front);
    }
    Label gone = new Label();
    Label found = new Label();
    Fd program =
        front.on(Errno.ENOENT, gone).on(Errno.EPERM, gone).bpfById(BpfAttr.byId(id.getAsLong()));
    front.jump(found);
    front.place(gone);
    devices.load(front.into(program));
    front.place(found);
    return program;
  }
}
