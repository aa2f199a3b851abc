// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.IdMappings;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.container.ProcessSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchInput;
import io.jrun.program.FailureText;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * New user and time namespaces: init makes them and waits, the front writes what maps their ids and
 * sets their clocks, init becomes root in them and goes on in a clone, which is born into the rest.
 * Source: user_namespaces(7), time_namespaces(7). The order is the kernel's: what is written must
 * be there before the first id is changed and before the first process enters the time namespace.
 */
public final class UserNamespaceSteps {
  private UserNamespaceSteps() {}

  // What the front does

  /** Writes the maps and the offsets of a child that has just been cloned. */
  public static void write(Recorder recorder, LaunchInput input, Fd channel, Pid init) {
    if (!input.shape().meetsUnmapped()) {
      return;
    }
    Namespaces namespaces = input.spec().namespaces();
    recorder.step("wait until init has made the user or time namespace", "/linux/namespaces");
    recorder.free(recorder.await(channel, SyncCode.UNMAPPED, false));
    // The front's own child, not reaped: the pid is nobody else's.
    Fd proc = recorder.openProc(init);
    Block statfs = Block.room(Linux.STATFS_SIZE);
    recorder.fstatfs(proc, statfs);
    recorder
        .failing("/proc is not a proc file system")
        .check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.ENODEV);
    if (namespaces.isNew(NamespaceType.USER)) {
      map(recorder, proc, namespaces.mappings(), input.options().host(), init);
    }
    if (!namespaces.timeOffsets().isEmpty()) {
      recorder.step("set the clocks of the time namespace", "/linux/timeOffsets");
      write(
          recorder,
          proc,
          "timens_offsets",
          namespaces.timeOffsets().getBytes(StandardCharsets.US_ASCII));
    }
    recorder.step("let init go on");
    recorder.close(proc);
    recorder.sync(channel, SyncCode.MAPPED, Value.of(0));
  }

  private static void map(
      Recorder recorder, Fd proc, IdMappings mappings, HostFacts host, Pid init) {
    if (!host.mappers().isEmpty()) {
      ask(recorder, "user", "uid", host.mappers().get(0), mappings.uids(), init);
      ask(recorder, "group", "gid", host.mappers().get(1), mappings.gids(), init);
      return;
    }
    recorder.step("map the user ids", "/linux/uidMappings");
    write(recorder, proc, "uid_map", mappings.uidMap());
    recorder.step("map the group ids", "/linux/gidMappings");
    if (host.deniesSetgroups()) {
      // Before the map, or a user could drop a group that bars them from a file (CVE-2014-8989).
      write(recorder, proc, "setgroups", "deny".getBytes(StandardCharsets.US_ASCII));
    }
    write(recorder, proc, "gid_map", mappings.gidMap());
  }

  /** Has newuidmap(1) or newgidmap(1) write the map, which judge by /etc/subuid and /etc/subgid. */
  private static void ask(
      Recorder recorder,
      String kind,
      String file,
      String mapper,
      List<IdMappings.Extent> extents,
      Pid init) {
    recorder.step("map the " + kind + " ids with " + mapper, "/linux/" + file + "Mappings");
    List<String> words = new ArrayList<>();
    for (IdMappings.Extent each : extents) {
      words.add(Long.toString(each.inside()));
      words.add(Long.toString(each.outside()));
      words.add(Long.toString(each.size()));
    }
    Block argv = Block.struct((words.size() + 3) * 8, "[" + mapper + ", " + init.show() + ", ...]");
    // Blanks before a number are nothing to the program.
    Block pid = Block.bytes("          \0".getBytes(StandardCharsets.US_ASCII), init.show());
    argv.pointer(0, Block.text(mapper)).pointer(8, pid.patch(0, 10, init));
    for (int i = 0; i < words.size(); i++) {
      argv.pointer((i + 2) * 8, Block.text(words.get(i)));
    }
    argv.pointer((words.size() + 2) * 8, null);
    FailureText failure =
        FailureText.words(
                "map the "
                    + kind
                    + " ids (/linux/"
                    + file
                    + "Mappings): the ranges of this user are in"
                    + " /etc/sub"
                    + file
                    + ": "
                    + mapper
                    + ": ")
            .andHook();
    Value status = recorder.failing(failure).hook(mapper, argv, ReportTag.OUTPUT);
    recorder.report(ReportTag.STATUS, status);
    recorder.failing(failure).test(status, -1L, 0, Errno.EIO);
    recorder.free(status);
  }

  static void write(Recorder recorder, Fd directory, String file, byte[] content) {
    Fd open = recorder.openat(directory, file, Linux.O_WRONLY | Linux.O_CLOEXEC);
    String shown = new String(content, StandardCharsets.US_ASCII).strip().replace("\n", "; ");
    recorder.write(open, Block.bytes(content, "\"" + shown + "\""));
    recorder.close(open);
  }

  // What init does

  /**
   * Makes the namespaces and meets the front.
   *
   * @return whether init is in a new user namespace, and not root in it yet
   */
  static boolean make(Recorder recorder, LaunchInput input) {
    Namespaces namespaces = input.spec().namespaces();
    long flags = 0;
    for (NamespaceType type : List.of(NamespaceType.USER, NamespaceType.TIME)) {
      flags |= namespaces.isNew(type) ? type.cloneFlag() : 0;
    }
    if (flags == 0) {
      return false;
    }
    boolean user = namespaces.isNew(NamespaceType.USER);
    NamespaceType first = user ? NamespaceType.USER : NamespaceType.TIME;
    recorder.step(
        "make the " + first.specName() + " namespace",
        namespaces.get(first).orElseThrow().pointer());
    recorder.unshare(flags);
    if (input.shape().meetsUnmapped()) {
      recorder.sync(null, SyncCode.UNMAPPED, Value.of(0));
      recorder.free(recorder.await(null, SyncCode.MAPPED, false));
    }
    return user;
  }

  /**
   * Becomes root in there, or, where the namespace has none, who the program will be. Rights are
   * lost by neither: the kernel takes them from who ceases to be the namespace's root.
   */
  public static void becomeRoot(
      Recorder recorder, IdMappings mappings, ProcessSpec process, boolean keepsGroups) {
    boolean hasRoot = mappings.uids().isEmpty() || mappings.hostUid(0).isPresent();
    boolean hasGroup = mappings.gids().isEmpty() || mappings.hostGid(0).isPresent();
    long uid = hasRoot ? 0 : process.uid();
    long gid = hasGroup ? 0 : process.gid();
    if (hasRoot && hasGroup) {
      recorder.step("become root in the user namespace", "/linux/uidMappings");
    } else {
      recorder.step("become " + uid + ":" + gid + " in the user namespace", "/process/user");
    }
    if (!keepsGroups) {
      // Where the namespace forbids it, the groups are those of an ordinary user, and none is
      // root's.
      recorder.ignoring(Errno.EPERM).setgroups(List.of());
    }
    recorder.setresgid(gid);
    recorder.setresuid(uid);
    // A change of user sets the flag anew.
    recorder.prctl(Linux.PR_SET_DUMPABLE, 0);
  }
}
