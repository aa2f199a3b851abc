// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import java.util.ArrayList;
import java.util.List;

/** A caller in /work, and the payload of a CONTEXT frame that tells of one. */
public final class ContextBytes {
  private String version = "0.2.0";
  private long pid = ProcessHandle.current().pid();
  private long euid;
  private String cwd = "/work";
  private List<String> arguments = List.of("jrun");
  private List<String> environment = List.of("PATH=/usr/bin:/bin", "EMPTY=");

  public ContextBytes version(String newVersion) {
    this.version = newVersion;
    return this;
  }

  public ContextBytes pid(long newPid) {
    this.pid = newPid;
    return this;
  }

  public ContextBytes euid(long newEuid) {
    this.euid = newEuid;
    return this;
  }

  public ContextBytes cwd(String newCwd) {
    this.cwd = newCwd;
    return this;
  }

  public ContextBytes arguments(String... newArguments) {
    this.arguments = List.of(newArguments);
    return this;
  }

  public ContextBytes environment(String... newEnvironment) {
    this.environment = List.of(newEnvironment);
    return this;
  }

  public byte[] bytes() {
    List<Long> rlimits = new ArrayList<>();
    for (int i = 0; i < CallerContext.RLIMITS; i += 2) {
      rlimits.addAll(List.of(1024L, -1L));
    }
    return new CallerContext(
            version,
            List.of(pid, 1L, euid, euid, euid, euid, 022L),
            CallerContext.TREE_NAMESPACES,
            List.of(4026531840L, 4026531841L, 4026531842L, 4026531843L),
            rlimits,
            cwd,
            "0::/user.slice/own.scope\n",
            arguments,
            environment,
            CallerContext.NOT_STORED)
        .encode();
  }
}
