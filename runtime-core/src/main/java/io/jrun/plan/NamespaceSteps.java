// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import java.util.List;

/**
 * Joining the namespaces given by path, and making the cgroup namespace. The other new ones are
 * made by the clone itself.
 */
final class NamespaceSteps {
  private NamespaceSteps() {}

  static void record(Recorder k, Namespaces namespaces) {
    List<Namespaces.Entry> joined = namespaces.joined();
    List<Fd> open = joined.stream().map(each -> open(k, each)).toList();
    boolean forks = namespaces.isJoined(NamespaceType.PID);
    for (int i = 0; i < joined.size(); i++) {
      // The mount namespace comes last: paths are the host's until then.
      if (joined.get(i).type() != NamespaceType.MOUNT) {
        join(k, joined.get(i), open.get(i));
      }
    }
    if (forks) {
      // Only children enter a joined pid namespace. The clone is the front's child, as init always
      // is, and what it is cloned from is the sealed copy already.
      k.step("clone init into the pid namespace");
      k.fork(Linux.CLONE_PARENT | namespaces.cloneFlags(), SyncCode.CLONED);
    }
    for (int i = 0; i < joined.size(); i++) {
      if (joined.get(i).type() == NamespaceType.MOUNT) {
        join(k, joined.get(i), open.get(i));
      }
    }
    if (namespaces.isNew(NamespaceType.NETWORK)) {
      // The kernel gives it 127.0.0.1 and ::1 as it comes up.
      k.step(
          "bring up the loopback device",
          namespaces.get(NamespaceType.NETWORK).orElseThrow().pointer());
      k.linkUp("lo");
    }
    if (namespaces.isNew(NamespaceType.CGROUP)) {
      // Not a flag of the clone: the namespace's root is the cgroup of the task that asks for it,
      // and the container's is the one init was born in.
      k.step(
          "make the cgroup namespace",
          namespaces.get(NamespaceType.CGROUP).orElseThrow().pointer());
      k.unshare(Linux.CLONE_NEWCGROUP);
    }
  }

  private static Fd open(Recorder k, Namespaces.Entry entry) {
    k.step(
        "open the " + entry.type().specName() + " namespace " + entry.path(),
        entry.pointer() + "/path");
    return k.openat(Fd.CWD, entry.path(), Linux.O_RDONLY | Linux.O_CLOEXEC);
  }

  private static void join(Recorder k, Namespaces.Entry entry, Fd fd) {
    k.step(
        "join the " + entry.type().specName() + " namespace " + entry.path(),
        entry.pointer() + "/path");
    k.setns(fd, entry.type().cloneFlag());
    k.close(fd);
  }
}
