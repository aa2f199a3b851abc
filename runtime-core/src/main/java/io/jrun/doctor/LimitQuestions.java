// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.host.CgroupMount;
import io.jrun.linux.Procfs;
import io.jrun.linux.Rlimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What there may be of things, and how much of it is left. */
final class LimitQuestions implements Questions {
  /** Fewer than this and a command or a container of some size fails in the middle. */
  private static final long FILES = 64;

  private static final long FEW = 32;
  private static final long MEMORY_LOCKED = 64 << 10;
  private static final List<String> NAMESPACES =
      List.of("user", "mnt", "pid", "net", "ipc", "uts", "cgroup");

  @Override
  public String title() {
    return "limits";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    out.add(
        limit(
            host,
            Rlimit.RLIMIT_NOFILE,
            "open files",
            FILES,
            "raise it: ulimit -n 1024, LimitNOFILE="));
    out.add(
        limit(
            host,
            Rlimit.RLIMIT_NPROC,
            "processes",
            FEW,
            "raise it: ulimit -u, LimitNPROC=; it counts all processes of the user's"));
    out.add(
        limit(
            host,
            Rlimit.RLIMIT_MEMLOCK,
            "locked memory",
            MEMORY_LOCKED,
            "raise it: ulimit -l 64, LimitMEMLOCK="));
    out.add(pids(host));
    out.add(count("pid_max", "/proc/sys/kernel/pid_max", "sysctl kernel.pid_max=4194304"));
    out.add(
        count("threads-max", "/proc/sys/kernel/threads-max", "sysctl kernel.threads-max=100000"));
    for (String each : NAMESPACES) {
      namespaces(each).ifPresent(out::add);
    }
    out.add(keys(host));
    out.add(mounts());
    return out;
  }

  private static Finding limit(
      Examination host, Rlimit which, String subject, long least, String remedy) {
    long soft = host.caller().rlimits().get(2 * which.number());
    String found = soft == -1L ? "unlimited" : Long.toUnsignedString(soft);
    return soft != -1L && Long.compareUnsigned(soft, least) < 0
        ? Finding.limited(subject, "no more than " + found, remedy)
        : Finding.ok(subject, found);
  }

  /** The closest limit of the caller's cgroup and those above it. */
  private static Finding pids(Examination host) {
    String subject = "processes of cgroup";
    Optional<String> mount = CgroupMount.find();
    String path = CgroupMount.own(host.caller().cgroup());
    long left = Long.MAX_VALUE;
    String where = "";
    while (mount.isPresent() && !path.isEmpty()) {
      String directory = mount.get() + path;
      Optional<Long> most = Examination.number(directory + "/pids.max");
      Optional<Long> now = Examination.number(directory + "/pids.current");
      if (most.isPresent() && now.isPresent() && most.get() - now.get() < left) {
        left = most.get() - now.get();
        where = directory + "/pids.max";
      }
      path = path.substring(0, path.lastIndexOf('/'));
    }
    if (left == Long.MAX_VALUE) {
      return Finding.ok(subject, "unlimited");
    }
    return left < FEW
        ? Finding.limited(subject, left + " more, by " + where, "raise it (TasksMax= of the unit)")
        : Finding.ok(subject, left + " more, by " + where);
  }

  private static Finding count(String subject, String file, String remedy) {
    Optional<Long> number = Examination.number(file);
    if (number.isEmpty()) {
      return Finding.note(subject, file + " cannot be read", "mount /proc as a whole");
    }
    return number.get() < 1000
        ? Finding.limited(subject, number.get().toString(), "raise it: " + remedy)
        : Finding.ok(subject, number.get().toString());
  }

  private static Optional<Finding> namespaces(String type) {
    String name = "max_" + type + "_namespaces";
    Optional<Long> most = Examination.number("/proc/sys/user/" + name);
    return most.filter(number -> number < FEW)
        .map(
            number ->
                Finding.limited(
                    name, number.toString(), "raise it: sysctl user." + name + "=15000"));
  }

  /** Each container has a keyring of its own: keyrings(7), /proc/key-users. */
  private static Finding keys(Examination host) {
    String subject = "keys";
    String prefix = host.caller().uid() + ":";
    for (String line : Procfs.read("/proc/key-users").orElse("").split("\n")) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length == 5 && fields[0].equals(prefix)) {
        String[] keys = fields[3].split("/");
        long left = Long.parseLong(keys[1]) - Long.parseLong(keys[0]);
        return left < FEW
            ? Finding.limited(
                subject,
                left + " more: " + fields[3] + " in use",
                "each container has a keyring: sysctl kernel.keys."
                    + (host.caller().uid() == 0 ? "root_maxkeys" : "maxkeys")
                    + "=2000, or --no-new-keyring")
            : Finding.ok(subject, left + " more");
      }
    }
    return Finding.ok(subject, "none of this user's yet");
  }

  private static Finding mounts() {
    Optional<Long> most = Examination.number("/proc/sys/fs/mount-max");
    long now = Procfs.mounts().size();
    return most.isPresent() && most.get() < 2 * now + FEW
        ? Finding.limited(
            "mounts", now + " of " + most.get(), "raise it: sysctl fs.mount-max=100000")
        : Finding.ok(
            "mounts", now + " of " + most.map(String::valueOf).orElse("an unknown number"));
  }
}
