// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;

/** Kinds of namespaces: config-linux.md "Namespaces", in the order in which they are joined. */
public enum NamespaceType {
  USER("user", Linux.CLONE_NEWUSER),
  CGROUP("cgroup", Linux.CLONE_NEWCGROUP),
  IPC("ipc", Linux.CLONE_NEWIPC),
  UTS("uts", Linux.CLONE_NEWUTS),
  NETWORK("network", Linux.CLONE_NEWNET),
  PID("pid", Linux.CLONE_NEWPID),
  MOUNT("mount", Linux.CLONE_NEWNS),
  TIME("time", Linux.CLONE_NEWTIME);

  private final String specName;
  private final long cloneFlag;

  NamespaceType(String specName, long cloneFlag) {
    this.specName = specName;
    this.cloneFlag = cloneFlag;
  }

  /** The word config.json uses. */
  public String specName() {
    return specName;
  }

  /** What its file below /proc/PID/ns is called. */
  public String procName() {
    return switch (this) {
      case NETWORK -> "net";
      case MOUNT -> "mnt";
      default -> specName;
    };
  }

  public long cloneFlag() {
    return cloneFlag;
  }

  /** The type of that name, or null. */
  static NamespaceType named(String name) {
    for (NamespaceType type : values()) {
      if (type.specName.equals(name)) {
        return type;
      }
    }
    return null;
  }
}
