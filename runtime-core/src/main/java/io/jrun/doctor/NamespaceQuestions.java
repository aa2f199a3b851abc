// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.linux.Errno;
import io.jrun.linux.Handle;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import io.jrun.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Namespaces, and what an ordinary user's need: each is made, by a process of its own. */
final class NamespaceQuestions implements Questions {
  private static final String LIMITS = "/proc/sys/user/max_";

  /** Debian's and Ubuntu's own switches; other kernels do not have the files. */
  private static final String CLONE_SWITCH = "/proc/sys/kernel/unprivileged_userns_clone";

  private static final String APPARMOR_SWITCH =
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

  private static final long PATIENCE_MS = 10_000;

  /** By the names of their limits, in /proc/sys/user. */
  private static final Map<String, Long> TYPES = new LinkedHashMap<>();

  static {
    TYPES.put("mnt", Linux.CLONE_NEWNS);
    TYPES.put("pid", Linux.CLONE_NEWPID);
    TYPES.put("net", Linux.CLONE_NEWNET);
    TYPES.put("ipc", Linux.CLONE_NEWIPC);
    TYPES.put("uts", Linux.CLONE_NEWUTS);
    TYPES.put("cgroup", Linux.CLONE_NEWCGROUP);
  }

  @Override
  public String title() {
    return "namespaces";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    Outcome user = host.attemptApart(recorder -> recorder.unshare(Linux.CLONE_NEWUSER));
    out.add(
        user.succeeded()
            ? Finding.ok("user", "can be made")
            : Finding.lacking(
                host.isOrdinaryUser(), "user", Examination.failure(user), remedy(user, "user")));
    if (!host.isOrdinaryUser() || user.succeeded()) {
      TYPES.forEach((name, flag) -> out.add(type(host, name, flag, true)));
      out.add(type(host, "time", Linux.CLONE_NEWTIME, false));
    }
    if (host.isOrdinaryUser() && user.succeeded()) {
      out.addAll(ranges(host));
    }
    return out;
  }

  private static Finding type(Examination host, String name, long flag, boolean needed) {
    Outcome outcome = host.attemptApart(recorder -> host.enter(recorder, flag));
    return outcome.succeeded()
        ? Finding.ok(name, "can be made")
        : Finding.lacking(needed, name, Examination.failure(outcome), remedy(outcome, name));
  }

  private static String remedy(Outcome outcome, String name) {
    if (Examination.failedWith(outcome, Errno.ENOSPC)) {
      String limit = LIMITS + name + "_namespaces";
      return "the limit is reached, "
          + Examination.line(limit).orElse("unknown")
          + ": sysctl user.max_"
          + name
          + "_namespaces=15000 (of this user namespace and those above it), and user.max_user_namespaces";
    }
    if (Examination.failedWith(outcome, Errno.EUSERS)) {
      return "namespaces are nested as deep as can be (32): begin further out";
    }
    if (Examination.failedWith(outcome, Errno.EINVAL)) {
      return "the kernel has no such namespaces: one with CONFIG_"
          + (name.equals("cgroup") ? "CGROUPS" : name.toUpperCase(java.util.Locale.ROOT) + "_NS")
          + " does";
    }
    if (Examination.number(CLONE_SWITCH).equals(Optional.of(0L))) {
      return "the host forbids it to ordinary users: sysctl kernel.unprivileged_userns_clone=1";
    }
    if (Examination.number(APPARMOR_SWITCH).equals(Optional.of(1L))) {
      return "AppArmor forbids it to ordinary users: sysctl"
          + " kernel.apparmor_restrict_unprivileged_userns=0, or a profile for jrun with the rule"
          + " userns";
    }
    return name.equals("user")
        ? "the caller may not: it is in a chroot, or a security module or the filter of system calls"
            + " of a container around this forbids it"
        : "CAP_SYS_ADMIN is needed and not there, or a filter of system calls forbids it: begin with"
            + " more rights (docker run --privileged), or as an ordinary user";
  }

  // Ids of an ordinary user's

  private static List<Finding> ranges(Examination host) {
    List<Finding> out = new ArrayList<>();
    List<String> mappers = new ArrayList<>();
    for (String program : List.of("newuidmap", "newgidmap")) {
      Optional<String> found = Examination.program(program);
      if (found.isEmpty()) {
        out.add(
            Finding.limited(
                program,
                "not installed: containers have the user's own id alone",
                "install it (Debian: uidmap, Fedora: shadow-utils)"));
      } else {
        mappers.add(found.get());
      }
    }
    List<Optional<SubordinateIds>> ranges = new ArrayList<>();
    for (String file : List.of("/etc/subuid", "/etc/subgid")) {
      Optional<SubordinateIds> range = SubordinateIds.of(file, host.caller().uid());
      ranges.add(range);
      out.add(
          range.isPresent()
              ? Finding.ok(file, range.get().count() + " from " + range.get().first() + " on")
              : Finding.limited(
                  file,
                  "no range for this user: containers have the user's own id alone",
                  "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
                      + SubordinateIds.name(host.caller().uid())));
    }
    if (mappers.size() == 2 && ranges.get(0).isPresent() && ranges.get(1).isPresent()) {
      out.add(mapping(host, mappers, ranges.get(0).get(), ranges.get(1).get()));
    }
    return out;
  }

  /** Has both programs map the ranges for a process that waits for it. */
  private static Finding mapping(
      Examination host, List<String> mappers, SubordinateIds uids, SubordinateIds gids) {
    Examination.Apart apart =
        host.begin(
            recorder -> {
              recorder.unshare(Linux.CLONE_NEWUSER);
              recorder.sync(null, SyncCode.UNMAPPED, Value.of(0));
              recorder.await(null, SyncCode.MAPPED, false);
            },
            (front, process) -> {
              front.await(process.channel(), SyncCode.UNMAPPED, false);
              front.report(ReportTag.PID, (Handle) process.pid());
            });
    String pid = Long.toString(apart.outcome().number(ReportTag.PID).orElse(0L));
    Examination.Ran ran =
        host.run(
            apart,
            mappers.get(0),
            map(mappers.get(0), pid, host.caller().euid(), uids),
            PATIENCE_MS);
    if (ran.code() == 0) {
      ran =
          host.run(
              apart,
              mappers.get(1),
              map(mappers.get(1), pid, host.caller().egid(), gids),
              PATIENCE_MS);
    }
    host.end(
        apart, (front, process) -> front.sync(process.channel(), SyncCode.MAPPED, Value.of(0)));
    return ran.code() == 0
        ? Finding.ok("mapping", "newuidmap and newgidmap map these ranges")
        : Finding.limited(
            "mapping",
            ran.err().isEmpty() ? "exit code " + ran.code() : ran.err(),
            "the programs need the rights their package gives them (setuid root, or file"
                + " capabilities: reinstall it), a file system without nosuid, and the ranges of"
                + " this very user in /etc/subuid and /etc/subgid");
  }

  private static List<String> map(String mapper, String pid, long own, SubordinateIds range) {
    return List.of(
        mapper,
        pid,
        "0",
        Long.toString(own),
        "1",
        "1",
        Long.toString(range.first()),
        Long.toString(range.count()));
  }
}
