// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuRequest.Switch;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.checkpoint.Externals;
import io.jrun.checkpoint.RestoreRequest;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Procfs;
import io.jrun.plan.LaunchOptions;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/** What the front does for a restore before CRIU is there, and what CRIU is asked then. */
public final class RestoreSteps {
  /** In /proc/PID/cgroup, of cgroup v2: cgroups(7). */
  private static final String UNIFIED = "0::";

  private RestoreSteps() {}

  /** Opens what CRIU is executed with: /dev/null, and namespaces of others. */
  public static List<Fd> pass(
      Recorder recorder, ContainerSpec spec, CriuRequest restoring, Descriptors descriptors) {
    List<Fd> passed = new ArrayList<>();
    recorder.step("open what CRIU is to have");
    passed.add(recorder.openat(Fd.CWD, "/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC));
    descriptors.replacements(CriuSteps.FIRST_PASSED).forEach(restoring::inherit);
    for (NamespaceType type : NamespaceType.values()) {
      String key = Externals.key(type);
      if (key != null && spec.namespaces().isJoined(type)) {
        restoring.inherit(key, CriuSteps.FIRST_PASSED + passed.size());
        String path = spec.namespaces().get(type).orElseThrow().path();
        recorder.step("open the namespace " + path, spec.namespaces().get(type).get().pointer());
        passed.add(recorder.openat(Fd.CWD, path, Linux.O_RDONLY | Linux.O_CLOEXEC));
      }
    }
    return passed;
  }

  /**
   * What a restore asks of CRIU, beside its log and what {@link #pass} has put into it.
   *
   * @param criu its pid, as the front sees it
   */
  public static void fill(
      CriuRequest restoring,
      ContainerSpec spec,
      LaunchOptions options,
      RestoreRequest request,
      long criu) {
    request
        .options()
        .into(restoring)
        .root(spec.rootfs().path())
        .with(Switch.EVASIVE_DEVICES, true)
        .with(Switch.RST_SIBLING, true)
        .lsm(request.lsmProfile(), request.lsmMountContext());
    CriuCommand.configuration(spec).ifPresent(restoring::configuredBy);
    Externals.restoreMounts(restoring, spec, options.mounts(spec), options.cgroupDirectory());
    Externals.restoreNamespaces(restoring, spec.namespaces());
    if (!options.cgroup().isEmpty()) {
      cgroupRoot(restoring, criu);
    }
  }

  /**
   * Where CRIU is, is where the container is to be, whatever its cgroup was called before. The
   * hierarchies of cgroup v1 are not the container's, and nothing of them is restored.
   */
  private static void cgroupRoot(CriuRequest restoring, long criu) {
    for (String line : Procfs.read("/proc/" + criu + "/cgroup").orElse("").split("\n")) {
      if (line.startsWith(UNIFIED)) {
        restoring.cgroupRoot("", line.substring(UNIFIED.length()));
      }
    }
  }
}
