// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.container.ContainerSpec;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.CgroupEntry;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.Step;
import io.jrun.program.SyncCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A cgroup's owner; its processes stopped and let go on; and its end: everything in it killed at
 * once, waited for by event, and removed.
 */
public final class CgroupSteps {
  private static final long PATIENCE_MS = 10_000;

  /**
   * How long one that has ended may still be counted: from Linux 6.19 on it leaves its cgroup when
   * the processor has left it for the last time, which may be after its parent was told.
   */
  private static final long LEAVING_MS = 1_000;

  /**
   * How long a kill for want of memory can be read of: the kernel tells watchers of one such change
   * in 10 ms (CGROUP_FILE_NOTIFY_MIN_INTV), and never once the cgroup is gone; then they have to
   * come to it.
   */
  private static final long KILL_SHOWN_MS = 100;

  /** What the title of the step that removes a cgroup begins with. */
  private static final String REMOVING = "remove cgroup ";

  private CgroupSteps() {}

  /**
   * The host's user id that is to own the cgroup: that of the container's process, if the container
   * sees its cgroup as the root of a hierarchy it may write to. Empty to leave it. Source:
   * config-linux.md "Cgroup ownership".
   */
  public static OptionalLong owner(ContainerSpec spec) {
    long uid = spec.process().uid();
    if (!spec.namespaces().isNew(NamespaceType.CGROUP) || !mayWrite(spec)) {
      return OptionalLong.empty();
    }
    OptionalLong owner =
        spec.namespaces().hasUser()
            ? spec.namespaces().mappings().hostUid(uid)
            : OptionalLong.of(uid);
    return owner.orElse(0) == 0 ? OptionalLong.empty() : owner;
  }

  private static boolean mayWrite(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.isCgroup() && mount.destination().equals("/sys/fs/cgroup")) {
        return (mount.options().set() & Linux.MOUNT_ATTR_RDONLY) == 0;
      }
    }
    return false;
  }

  /** Lets init begin, which is in the cgroup already or is put there now. */
  public static void admit(Recorder recorder, Fd cgroup, Recorder.Spawned init, CgroupEntry entry) {
    if (entry == CgroupEntry.PUT) {
      put(recorder, cgroup, init.pid());
    }
    recorder.step("let init begin in its cgroup");
    recorder.sync(init.channel(), SyncCode.PLACED, Value.of(0));
  }

  /** Puts a process into a cgroup. */
  public static void put(Recorder recorder, Fd cgroup, Pid process) {
    recorder.step("put init into its cgroup", "/linux/cgroupsPath");
    Fd processes = recorder.openat(cgroup, "cgroup.procs", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(processes, process);
    recorder.close(processes);
  }

  /** Gives a cgroup away: the directory, and the files that go with it where they are there. */
  static void delegate(Recorder recorder, Fd cgroup, long uid, List<String> files) {
    recorder.step("give the cgroup to user " + uid);
    recorder.fchown(cgroup, uid, -1);
    for (String file : files) {
      recorder.ignoring(Errno.ENOENT).fchownat(cgroup, file, uid, -1);
    }
  }

  /**
   * Kills every process of the cgroup; no such cgroup is fine. The kernel does not do that to a
   * threaded one: who is in it has to be killed by whoever asks for this.
   */
  public static void kill(Recorder recorder, String cgroup) {
    if (cgroup.isEmpty()) {
      return;
    }
    recorder.step("kill all in cgroup " + cgroup);
    Label gone = new Label();
    Fd kill = open(recorder, cgroup, "/cgroup.kill", Linux.O_WRONLY, gone);
    recorder.on(Errno.ENODEV, gone).on(Errno.EOPNOTSUPP, gone);
    recorder.write(kill, Block.bytes("1".getBytes(StandardCharsets.US_ASCII), "1"));
    recorder.close(kill);
    recorder.place(gone);
  }

  /**
   * Opens a file of the cgroup. What cannot be the path of a cgroup is none, and none is left of
   * it; and of one that goes at this moment, by systemd's hand, files are there and cannot be
   * opened (ENODEV).
   */
  private static Fd open(Recorder recorder, String cgroup, String file, long flags, Label gone) {
    recorder.on(Errno.ENOENT, gone).on(Errno.ENODEV, gone).on(Errno.ENOTDIR, gone);
    recorder.on(Errno.ENAMETOOLONG, gone).on(Errno.ELOOP, gone);
    return recorder.openat(Fd.CWD, cgroup + file, flags | Linux.O_CLOEXEC);
  }

  /** Waits until no process is left in it; ETIMEDOUT after ten seconds. */
  public static void awaitEmpty(Recorder recorder, String cgroup) {
    awaitEmpty(recorder, cgroup, PATIENCE_MS);
  }

  /** The same; ETIMEDOUT after so long. */
  public static void awaitEmpty(Recorder recorder, String cgroup, long patienceMs) {
    if (!cgroup.isEmpty()) {
      recorder.step("wait until cgroup " + cgroup + " is empty");
      await(recorder, cgroup, patienceMs, false);
    }
  }

  /**
   * Leaves those that have ended a second to get out of it. If there are others it is their being
   * in it that its removal fails by.
   */
  public static void awaitLeaving(Recorder recorder, String cgroup) {
    if (!cgroup.isEmpty()) {
      recorder.step("let those that have ended leave cgroup " + cgroup);
      await(recorder, cgroup, LEAVING_MS, true);
    }
  }

  private static void await(Recorder recorder, String cgroup, long patienceMs, boolean mayStay) {
    Label end = new Label();
    Fd events = open(recorder, cgroup, "/cgroup.events", Linux.O_RDONLY, end);
    recorder.on(Errno.ENODEV, end);
    if (mayStay) {
      recorder.on(Errno.ETIMEDOUT, end);
    }
    recorder.until(events, "populated 0", patienceMs);
    recorder.close(events);
    recorder.place(end);
  }

  /**
   * Leaves whoever watches memory.events, as containerd's shim does, the time to see that something
   * was killed for want of memory. If nothing was, and where there is no such file, nothing is
   * waited for.
   */
  public static void showKills(Recorder recorder, String cgroup) {
    if (cgroup.isEmpty()) {
      return;
    }
    recorder.step("let a kill for want of memory be seen");
    Label shown = new Label();
    Fd events = open(recorder, cgroup, "/memory.events", Linux.O_RDONLY, shown);
    recorder.on(Errno.ETIMEDOUT, shown).on(Errno.ENODEV, shown);
    recorder.until(events, "\noom_kill 0\n", KILL_SHOWN_MS);
    recorder.place(shown);
  }

  /**
   * Removes the cgroup, and those below it if there are any.
   *
   * @param ours whether one in use is an error; else it is another's by now and stays
   */
  public static void remove(Recorder recorder, String cgroup, boolean ours) {
    if (cgroup.isEmpty()) {
      return;
    }
    recorder.step(REMOVING + cgroup);
    Label holds = new Label();
    Label gone = new Label();
    recorder.on(Errno.ENOENT, gone).on(Errno.ENOTDIR, gone);
    recorder.on(Errno.EBUSY, holds).on(Errno.ENOTEMPTY, holds);
    recorder.unlinkat(Fd.CWD, cgroup, Linux.AT_REMOVEDIR);
    recorder.jump(gone);
    recorder.place(holds);
    clear(recorder, cgroup, ours, gone);
    recorder.ignoring(Errno.ENOENT);
    if (!ours) {
      recorder.ignoring(Errno.EBUSY);
    }
    recorder.unlinkat(Fd.CWD, cgroup, Linux.AT_REMOVEDIR);
    recorder.place(gone);
  }

  /** What is no cgroup, or all of a hierarchy, is never a container's, whatever a record says. */
  private static void clear(Recorder recorder, String cgroup, boolean ours, Label gone) {
    Fd directory =
        recorder
            .on(Errno.ENOENT, gone)
            .openat(
                Fd.CWD,
                cgroup,
                Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    Block statfs = Block.room(Linux.STATFS_SIZE);
    recorder.fstatfs(directory, statfs);
    recorder
        .on(Errno.EALREADY, gone)
        .check(statfs, 0, 8, -1L, Linux.CGROUP2_SUPER_MAGIC, Errno.EALREADY);
    recorder.on(Errno.ENOENT, gone).faccessat(directory, "cgroup.events", 0);
    recorder.ignoring(Errno.ENOENT);
    if (!ours) {
      recorder.ignoring(Errno.EBUSY);
    }
    recorder.clear(directory, false);
    recorder.close(directory);
  }

  /** Whether it is a cgroup's removal that has failed, because somebody is in it again. */
  public static boolean isBusy(Step step, int errno) {
    return step != null && step.title().startsWith(REMOVING) && errno == Errno.EBUSY.number();
  }
}
