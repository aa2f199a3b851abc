// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import io.jrun.linux.Arg;
import io.jrun.linux.Errno;
import io.jrun.plan.front.ResourceSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.FailureText;
import io.jrun.program.Instruction;
import io.jrun.program.Step;
import io.jrun.wire.Outcome;
import java.util.List;

/** What is likely to help, by the call that failed and how. */
public final class Remedies {
  /** What gives an ordinary user a cgroup of their own: systemd.resource-control(5). */
  public static final String DELEGATION =
      "have a cgroup delegated: systemd-run --user --scope -p Delegate=yes jrun ..., or"
          + " Delegate=yes in the unit";

  private static final String NO_LISTENER =
      "nobody listens there: start the listener first, or correct the path";

  private static final String PROCESSES_LEFT =
      "processes are left in it: jrun delete --force kills them";

  private static final String NOT_THERE =
      "the container's root may not make it there: make it, or give the directory to the mapped"
          + " user";

  private static final String COVERED =
      "the kernel makes a new one only where one is whole, and as free to write: here parts of it"
          + " are covered, or it is read-only; have the outer container's unmasked (Docker:"
          + " --security-opt systempaths=unconfined, Podman: --security-opt unmask=ALL), or bind it";

  private static final String READ_ONLY = "the file system is read-only";
  private static final String TOO_MANY = "more than a million files are in it";
  private static final String NOT_MAPPED = "the id is not mapped in this user namespace";
  private static final String FULL =
      "a file system, or a limit of the kernel's, is full: make room";

  private static final String NEEDS_ADMIN =
      "it takes CAP_SYS_ADMIN, and a filter of system calls that permits it: what this runs in, a"
          + " container or a service, may lack either";

  /** Of calls on mounts that are named by descriptors: no permission of a file is asked for. */
  private static final String CONFINED =
      "a security module forbids it: in a container, have its AppArmor profile permit mounts (LXC:"
          + " nesting; Docker, Podman: --security-opt apparmor=unconfined)";

  private Remedies() {}

  /** What helps where a call has failed in one way; the call is empty where it may be any. */
  private record Remedy(String call, Errno errno, String words) {}

  private static Remedy of(String call, Errno errno, String words) {
    return new Remedy(call, errno, words);
  }

  private static Remedy of(Errno errno, String words) {
    return new Remedy("", errno, words);
  }

  private static String first(List<Remedy> among, String call, int errno) {
    for (Remedy each : among) {
      if (each.call.equals(call) && is(errno, each.errno)) {
        return each.words;
      }
    }
    return "";
  }

  /** Calls whose errors mean the same wherever they come from. */
  private static final List<Remedy> OF_CALLS =
      List.of(
          of(
              "fsopen",
              Errno.ENODEV,
              "the kernel has no such file system: check the mount's type, or load its module"),
          of(
              "mount_setattr",
              Errno.EINVAL,
              "the file system, or the kernel, cannot do that: mappings of ids most of all"),
          of("connect", Errno.ENOENT, NO_LISTENER),
          of("connect", Errno.ECONNREFUSED, NO_LISTENER),
          of("chdir", Errno.ENOENT, "make it, or choose another"),
          of("chdir", Errno.EACCES, "the container's user may not enter it"),
          of("open_tree", Errno.ENOENT, "the source is not there: make it, or correct the path"),
          of(
              "prlimit64",
              Errno.EPERM,
              "the hard limit is above the caller's own: lower it, or grant CAP_SYS_RESOURCE"),
          of("unlinkat", Errno.EBUSY, PROCESSES_LEFT),
          of("clear", Errno.EBUSY, PROCESSES_LEFT),
          of("clear", Errno.EFBIG, TOO_MANY),
          of("copy", Errno.EFBIG, TOO_MANY),
          of("copy", Errno.ELOOP, "its directories are more than 32 deep"),
          of("setns", Errno.EINVAL, "the path is not a namespace of that type"),
          of(
              "setns",
              Errno.EPERM,
              "it is another user's, or an ordinary user's container that has not been started"),
          of("seccomp", Errno.EACCES, "it takes process.noNewPrivileges, or CAP_SYS_ADMIN"),
          of("seccomp", Errno.EINVAL, "the kernel does not know a flag, or has no filters"),
          of("seccomp", Errno.EBUSY, "the process has a listener already"),
          of("pidfd_getfd", Errno.EPERM, "a listener takes CAP_SYS_PTRACE on the host"),
          of("bpf", Errno.EPERM, "device rules need CAP_BPF or CAP_SYS_ADMIN on the host"),
          of("spawn", Errno.EBUSY, "the cgroup cannot take processes: it has controllers enabled"),
          of(
              "spawn",
              Errno.EACCES,
              "the cgroup was delegated to another part of the tree: run it from there"),
          of(
              "spawn",
              Errno.ENOENT,
              "the caller's cgroup is outside of its cgroup namespace, and nothing moves across"
                  + " that border: enter a cgroup below /sys/fs/cgroup first"),
          of(
              "spawn",
              Errno.EOPNOTSUPP,
              "the cgroup is below a threaded one and takes no processes: choose another"
                  + " /linux/cgroupsPath"),
          of(
              "unshare",
              Errno.ENOSPC,
              "there are too many: raise /proc/sys/user/max_user_namespaces and its kin"),
          of(
              "unshare",
              Errno.EPERM,
              "the host, or a filter of system calls, forbids new user namespaces: see"
                  + " user_namespaces(7)"),
          of("fsopen", Errno.EPERM, NEEDS_ADMIN),
          of("open_tree", Errno.EPERM, NEEDS_ADMIN),
          of("fsmount", Errno.EPERM, NEEDS_ADMIN),
          of("move_mount", Errno.EPERM, NEEDS_ADMIN),
          of("pivot_root", Errno.EPERM, NEEDS_ADMIN),
          of("spawn", Errno.EPERM, NEEDS_ADMIN),
          of(
              "unshare",
              Errno.EACCES,
              "a security module forbids new user namespaces: AppArmor's profiles permit them by"
                  + " \"userns,\""),
          of("mount", Errno.EPERM, NEEDS_ADMIN),
          of("mount", Errno.EACCES, CONFINED),
          of("move_mount", Errno.EACCES, CONFINED),
          of("fsmount", Errno.EACCES, CONFINED),
          of("pivot_root", Errno.EACCES, CONFINED),
          of(
              "mount_setattr",
              Errno.EPERM,
              "a flag that has to change is locked in this user namespace, or a filter of system"
                  + " calls forbids the call"),
          of(
              "resolve",
              Errno.EPERM,
              "a filter of system calls may forbid openat2: in a container or a service, have it"
                  + " permitted"),
          of(
              "keyctl",
              Errno.EPERM,
              "a filter of system calls forbids it, as those of engines do: --no-new-keyring, or"
                  + " have it permitted"),
          of("resolve", Errno.EACCES, NOT_THERE),
          of("resolve", Errno.EOVERFLOW, NOT_THERE),
          of("resolve", Errno.ENOTDIR, "a file is where a directory has to be"),
          of("resolve", Errno.EISDIR, "a directory is where a file has to be"),
          of("move_mount", Errno.EINVAL, "what is there may be a file, and not a directory"),
          of("resolve", Errno.EROFS, READ_ONLY),
          of("setgroups", Errno.EINVAL, NOT_MAPPED),
          of("setresuid", Errno.EINVAL, NOT_MAPPED),
          of("setresgid", Errno.EINVAL, NOT_MAPPED),
          of("sched_setattr", Errno.EPERM, "it takes CAP_SYS_NICE"),
          of(
              "sched_setattr",
              Errno.EINVAL,
              "the kernel does not take these values: see sched_setattr(2)"),
          of("sched_setattr", Errno.EBUSY, "the processors are promised to others"));

  /** What such an error means whatever was called. */
  private static final List<Remedy> OF_ANY_CALL =
      List.of(
          of(Errno.ENAMETOOLONG, "a name has 255 bytes at most, and a path 4095"),
          of(Errno.ELOOP, "there are links in a loop, or one where none may be"),
          of(Errno.ENOSPC, FULL),
          of(Errno.EDQUOT, FULL),
          of(Errno.EMFILE, "the limit of open files is too low: raise the caller's RLIMIT_NOFILE"),
          of(Errno.EFBIG, "files may not grow that large (ulimit -f)"),
          of(Errno.ENFILE, "the host has too many open files: raise fs.file-max"),
          of(Errno.ENOMEM, "the host, or the container's limit, has no memory left"),
          of(Errno.EROFS, READ_ONLY),
          of(
              Errno.ENOSYS,
              "a filter of system calls hides it, for the kernel is new enough: have whoever made"
                  + " this container, or service, permit it (seccomp profile, SystemCallFilter=)"));

  /** A clause, or an empty text where nothing is likely. */
  static String forFailure(Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null) {
      return "";
    }
    String known = forCall(outcome, failed);
    return known.isEmpty() && failed.failure(outcome.errno()) == null
        ? first(OF_ANY_CALL, "", outcome.errno())
        : known;
  }

  private static String forCall(Outcome outcome, Instruction failed) {
    int errno = outcome.errno();
    FailureText own = failed.failure(errno);
    if (own != null) {
      return own.has(FailureText.Fact.ANSWER)
          ? forNetDevice(outcome.answered())
          : ofTheProgram(failed, own, errno);
    }
    String field = outcome.step() == null ? "" : outcome.step().pointer();
    if (field.endsWith("idMappings") && (is(errno, Errno.EPERM) || is(errno, Errno.EINVAL))) {
      return "the caller may not map these ids";
    }
    if (ResourceSteps.enables(outcome.step()) || ResourceSteps.writes(outcome.step())) {
      return forLimit(failed.name(), errno, ResourceSteps.enables(outcome.step()));
    }
    return switch (failed.name()) {
      case "fsconfig" ->
          is(errno, Errno.EPERM)
              ? "a filter of system calls forbids it, or the file system is not for the root of a"
                  + " user namespace"
              // Where the kernel has said what is wrong nobody has to guess.
              : !is(errno, Errno.EINVAL) || !FailureWords.kernels(outcome).isEmpty()
                  ? ""
                  : failed.args().get(2) instanceof Arg.Text
                      ? "the file system does not know the option, or not with this value"
                      : "the file system does not take its options together: the kernel's log may say"
                          + " why";
      case "openat" ->
          is(errno, Errno.ENOENT) && field.startsWith("/linux/sysctl/")
              ? "the kernel has no such setting in this namespace"
              : is(errno, Errno.ENOENT) && field.startsWith("/linux/namespaces/")
                  ? "nothing is there: its process may have ended"
                  : is(errno, Errno.ENOTDIR) && field.equals("/linux/cgroupsPath")
                      ? "a file of the kernel's has that name: choose another"
                      : is(errno, Errno.EROFS) ? READ_ONLY : "";
      case "write" ->
          is(errno, Errno.EINVAL) && field.startsWith("/linux/sysctl/")
              ? "the kernel does not take this value"
              : is(errno, Errno.EACCES) && field.equals("/process/oomScoreAdj")
                  ? "to be spared takes CAP_SYS_RESOURCE: name a higher score"
                  : "";
      case "fsmount" ->
          is(errno, Errno.EPERM) && showsKernel(outcome.step())
              ? COVERED
              : first(OF_CALLS, failed.name(), errno);
      case "openat2" ->
          is(errno, Errno.EACCES) && field.startsWith("/linux/sysctl/")
              ? "the kernel, or a security module, denies it to the container's root"
              : first(OF_CALLS, "resolve", errno);
      case "mkdirat" ->
          outcome.step() != null && outcome.step().title().startsWith(StateSteps.CLAIMING)
              ? forStateRoot(failed, errno)
              : is(errno, Errno.EACCES)
                  ? forDirectory(outcome.step())
                  : is(errno, Errno.EROFS) ? forReadOnly(outcome.step()) : "";
      case "ioctl" ->
          is(errno, Errno.EPERM) && field.startsWith("/linux/namespaces/")
              ? "it takes CAP_NET_ADMIN"
              : "";
      default -> first(OF_CALLS, failed.name(), errno);
    };
  }

  private static String forNetDevice(int errno) {
    return is(errno, Errno.EPERM)
        ? "it takes CAP_NET_ADMIN in the user namespaces of both network namespaces"
        : is(errno, Errno.EINVAL) || is(errno, Errno.EOPNOTSUPP)
            ? "devices of its kind stay in the network namespace they were made in"
            : "";
  }

  /** {@code enables}: it is a controller that was to be enabled, no value of a limit. */
  private static String forLimit(String call, int errno, boolean enables) {
    if (is(errno, Errno.EACCES) || is(errno, Errno.EPERM) || is(errno, Errno.EROFS)) {
      return "the cgroup is not the caller's to change: have it delegated (systemd: Delegate=yes)";
    }
    if (!enables) {
      return call.equals("openat") && is(errno, Errno.ENOENT)
          ? "the kernel has no such file in a cgroup: remove the field"
          : call.equals("write") && is(errno, Errno.ENODEV)
              ? "there is no such device"
              : call.equals("write") ? "the kernel does not take this value" : "";
    }
    return is(errno, Errno.EBUSY)
        ? "the cgroup has processes of its own, and only one without hands such controllers on:"
            + " choose another /linux/cgroupsPath"
        : is(errno, Errno.EOPNOTSUPP) ? "the cgroup is threaded" : "";
  }

  /** Of a directory that is to have, or is on the way to, the state of a container. */
  private static String forStateRoot(Instruction failed, int errno) {
    String path = failed.args().get(1) instanceof Arg.Text text ? text.text() : "";
    String root = path.substring(0, Math.max(path.lastIndexOf('/'), 1));
    String wrong =
        is(errno, Errno.EROFS)
            ? "the file system of " + root + " is read-only: "
            : is(errno, Errno.ENOTDIR)
                ? "a file is where a directory has to be, at or above " + root + ": "
                : is(errno, Errno.ELOOP)
                    ? "there is a loop of links at or above " + root + ": "
                    : is(errno, Errno.ENOENT)
                        ? root + " is a link to nothing, or was removed: "
                        : is(errno, Errno.ENAMETOOLONG)
                            ? "the path is too long: "
                            : is(errno, Errno.ENOSPC) || is(errno, Errno.EDQUOT)
                                ? "the file system of " + root + " is full: make room, or "
                                : "";
    return wrong + "name a directory of the caller's by --root or XDG_RUNTIME_DIR";
  }

  /** Of directories that only root may make. */
  private static String forDirectory(Step step) {
    return step != null && isCgroup(step)
        ? DELEGATION
        : "name a directory of the caller's by --root or XDG_RUNTIME_DIR";
  }

  private static String forReadOnly(Step step) {
    return step != null && isCgroup(step)
        ? "the cgroups are read-only here: in a container, have its own mounted without ro, or do"
            + " without limits and pause: --cgroup-manager=disabled"
        : READ_ONLY;
  }

  /** Source: mount_namespaces(7), and mnt_already_visible of the kernel's fs/namespace.c. */
  private static boolean showsKernel(Step step) {
    return step != null
        && (step.title().startsWith("mount proc at ")
            || step.title().startsWith("mount sysfs at "));
  }

  private static boolean isCgroup(Step step) {
    return step.title().startsWith("make cgroup ");
  }

  /** The words of these are those of runc, which stop before what helps. */
  private static String ofTheProgram(Instruction failed, FailureText own, int errno) {
    if (failed.name().equals("execve")) {
      return is(errno, Errno.ENOENT)
          ? "its interpreter or loader is not there: see its first line, which may end in a"
              + " carriage return, or readelf -l"
          : is(errno, Errno.ENOEXEC)
              ? "it is for another architecture, or a script without #!"
              : is(errno, Errno.E2BIG)
                  ? "each of process.args and process.env has 128 KiB at most, and all of them a"
                      + " quarter of RLIMIT_STACK"
                  : "";
    }
    boolean looked = own.startsWith("exec: ");
    return looked && is(errno, Errno.EACCES)
        ? "it has to be an executable file, on a mount that is not noexec"
        : "";
  }

  private static boolean is(int errno, Errno wanted) {
    return errno == wanted.number();
  }
}
