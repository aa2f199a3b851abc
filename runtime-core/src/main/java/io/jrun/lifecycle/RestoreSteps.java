// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.checkpoint.Externals;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/** What the front does for a restore before CRIU is there. */
public final class RestoreSteps {
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
}
