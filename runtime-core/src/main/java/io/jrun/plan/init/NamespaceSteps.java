// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.Rights;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Joining the namespaces given by path, and making the user, time and cgroup namespaces. The other
 * new ones are made by a clone.
 */
final class NamespaceSteps {
  private NamespaceSteps() {}

  static void record(Recorder recorder, LaunchInput input, SourceSteps sources) {
    Namespaces namespaces = input.spec().namespaces();
    List<Namespaces.Entry> joined = namespaces.joined();
    List<Fd> open = new ArrayList<>();
    for (Namespaces.Entry each : joined) {
      open.add(open(recorder, each));
    }
    // As nsenter(1): who has rights outside uses them up before giving them up, who has none needs
    // those that joining gives.
    boolean userFirst = input.options().host().rights() == Rights.USER;
    if (userFirst) {
      joinUser(recorder, input, open, null);
    }
    for (int i = 0; i < joined.size(); i++) {
      NamespaceType type = joined.get(i).type();
      // The mount namespace comes last: paths are the host's until then.
      if (type != NamespaceType.USER && type != NamespaceType.MOUNT) {
        join(recorder, joined.get(i), open.get(i));
      }
    }
    if (!userFirst) {
      if (namespaces.hasUser()) {
        joinMount(recorder, joined, open);
      }
      joinUser(recorder, input, open, sources);
    }
    if (UserNamespaceSteps.make(recorder, input)) {
      sources.recordInside();
      becomeRoot(recorder, input);
    }
    if (input.shape().goesOnInClone()) {
      // Only children enter joined pid and new time namespaces, and only those who are in a user
      // namespace make others that belong to it. The clone is the front's child, as init always
      // is, and what it is cloned from is the sealed copy already.
      recorder.step(
          namespaces.isJoined(NamespaceType.PID)
              ? "clone init into the pid namespace"
              : "clone init into its namespaces");
      recorder.fork(input.shape().forkFlags(), SyncCode.CLONED);
      // The one it began is led by a process that is nobody in the new pid namespace.
      recorder.setsid();
    }
    if (userFirst || !namespaces.hasUser()) {
      joinMount(recorder, joined, open);
    }
    if (namespaces.isNew(NamespaceType.NETWORK)) {
      // The kernel gives it 127.0.0.1 and ::1 as it comes up.
      recorder.step(
          "bring up the loopback device",
          namespaces.get(NamespaceType.NETWORK).orElseThrow().pointer());
      recorder.linkUp("lo");
    }
    if (namespaces.isNew(NamespaceType.CGROUP)) {
      // Not a flag of the clone: the namespace's root is the cgroup of the task that asks for it,
      // and the container's is the one init was born in.
      recorder.step(
          "make the cgroup namespace",
          namespaces.get(NamespaceType.CGROUP).orElseThrow().pointer());
      recorder.unshare(Linux.CLONE_NEWCGROUP);
    }
  }

  private static void joinMount(Recorder recorder, List<Namespaces.Entry> joined, List<Fd> open) {
    for (int i = 0; i < joined.size(); i++) {
      if (joined.get(i).type() == NamespaceType.MOUNT) {
        join(recorder, joined.get(i), open.get(i));
      }
    }
  }

  /** {@code sources} that are to be taken in there, or null. */
  private static void joinUser(
      Recorder recorder, LaunchInput input, List<Fd> open, SourceSteps sources) {
    List<Namespaces.Entry> joined = input.spec().namespaces().joined();
    for (int i = 0; i < joined.size(); i++) {
      if (joined.get(i).type() == NamespaceType.USER) {
        if (input.options().host().rights() == Rights.ROOT) {
          // A namespace that was made by an ordinary user may forbid that later.
          recorder.step("give up the groups of root", joined.get(i).pointer());
          recorder.setgroups(List.of());
        }
        join(recorder, joined.get(i), open.get(i));
        if (sources != null) {
          sources.recordInside();
        }
        becomeRoot(recorder, input);
      }
    }
  }

  private static void becomeRoot(Recorder recorder, LaunchInput input) {
    ContainerSpec spec = input.spec();
    boolean keepsGroups = input.options().host().keepsGroups(spec.process());
    UserNamespaceSteps.becomeRoot(
        recorder, spec.namespaces().mappings(), spec.process(), keepsGroups);
  }

  private static Fd open(Recorder recorder, Namespaces.Entry entry) {
    recorder.step(
        "open the " + entry.type().specName() + " namespace " + entry.path(),
        entry.pointer() + "/path");
    return recorder.openat(Fd.CWD, entry.path(), Linux.O_RDONLY | Linux.O_CLOEXEC);
  }

  private static void join(Recorder recorder, Namespaces.Entry entry, Fd fd) {
    recorder.step(
        "join the " + entry.type().specName() + " namespace " + entry.path(),
        entry.pointer() + "/path");
    recorder.setns(fd, entry.type().cloneFlag());
    recorder.close(fd);
  }
}
