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

/** What is likely to help, by the call that failed and how. */
public final class Remedies {
  /** What gives an ordinary user a cgroup of their own: systemd.resource-control(5). */
  public static final String DELEGATION =
      "have a cgroup delegated: systemd-run --user --scope -p Delegate=yes jrun ..., or Delegate=yes"
          + " in the unit";

  private Remedies() {}

  /** A clause, or an empty text where nothing is likely. */
  static String forFailure(Outcome outcome) {
    String byCall = byCall(outcome);
    return byCall.isEmpty() && outcome.failed() != null && outcome.failed().failure() == null
        ? forShortage(outcome.errno())
        : byCall;
  }

  /** What the caller may have no more of. */
  private static String forShortage(int errno) {
    return is(errno, Errno.EMFILE)
        ? "raise the limit of open files (ulimit -n)"
        : is(errno, Errno.EFBIG) ? "files may not grow that large (ulimit -f)" : "";
  }

  private static String byCall(Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null) {
      return "";
    }
    String known = forCall(outcome, failed);
    return known.isEmpty() && failed.failure(outcome.errno()) == null
        ? forAnyCall(outcome.errno())
        : known;
  }

  /** What such an error means whatever was called. */
  private static String forAnyCall(int errno) {
    if (is(errno, Errno.ENAMETOOLONG)) {
      return "a name has 255 bytes at most, and a path 4095";
    } else if (is(errno, Errno.ELOOP)) {
      return "there are links in a loop, or one where none may be";
    } else if (is(errno, Errno.ENOSPC) || is(errno, Errno.EDQUOT)) {
      return "a file system, or a limit of the kernel's, is full: make room";
    } else if (is(errno, Errno.EMFILE)) {
      return "the limit of open files is too low: raise the caller's RLIMIT_NOFILE";
    } else if (is(errno, Errno.ENFILE)) {
      return "the host has too many open files: raise fs.file-max";
    } else if (is(errno, Errno.ENOMEM)) {
      return "the host, or the container's limit, has no memory left";
    } else if (is(errno, Errno.EROFS)) {
      return "the file system is read-only";
    } else if (is(errno, Errno.ENOSYS)) {
      return "the kernel is too old: jrun needs Linux 5.14";
    }
    return "";
  }

  private static String forCall(Outcome outcome, Instruction failed) {
    int errno = outcome.errno();
    if (failed.failure(errno) != null) {
      return failed.failure().has(FailureText.Fact.ANSWER)
          ? forNetDevice(outcome.answered())
          : ofTheProgram(failed, errno);
    }
    String field = outcome.step() == null ? "" : outcome.step().pointer();
    if (field.endsWith("idMappings") && (is(errno, Errno.EPERM) || is(errno, Errno.EINVAL))) {
      return "the caller may not map these ids";
    }
    if (ResourceSteps.enables(outcome.step()) || ResourceSteps.writes(outcome.step())) {
      return forLimit(failed.name(), errno, ResourceSteps.enables(outcome.step()));
    }
    return switch (failed.name()) {
      case "fsopen" ->
          is(errno, Errno.ENODEV)
              ? "the kernel has no such file system: check the mount's type, or load its module"
              : "";
      case "fsconfig" ->
          // Where the kernel has said what is wrong nobody has to guess.
          !is(errno, Errno.EINVAL) || !FailureWords.kernels(outcome).isEmpty()
              ? ""
              : failed.args().get(2) instanceof Arg.Text
                  ? "the file system does not know the option, or not with this value"
                  : "the file system does not take its options together: the kernel's log may say"
                      + " why";
      case "mount_setattr" ->
          is(errno, Errno.EINVAL)
              ? "the file system, or the kernel, cannot do that: mappings of ids most of all"
              : "";
      case "connect" ->
          is(errno, Errno.ENOENT) || is(errno, Errno.ECONNREFUSED)
              ? "nobody listens there: start the listener first, or correct the path"
              : "";
      case "openat" ->
          is(errno, Errno.ENOENT) && field.startsWith("/linux/sysctl/")
              ? "the kernel has no such setting in this namespace"
              : is(errno, Errno.ENOENT) && field.startsWith("/linux/namespaces/")
                  ? "nothing is there: its process may have ended"
                  : is(errno, Errno.ENOTDIR) && field.equals("/linux/cgroupsPath")
                      ? "a file of the kernel's has that name: choose another"
                      : is(errno, Errno.EROFS) ? "the file system is read-only" : "";
      case "write" ->
          is(errno, Errno.EINVAL) && field.startsWith("/linux/sysctl/")
              ? "the kernel does not take this value"
              : is(errno, Errno.EACCES) && field.equals("/process/oomScoreAdj")
                  ? "to be spared takes CAP_SYS_RESOURCE: name a higher score"
                  : "";
      case "chdir" ->
          is(errno, Errno.ENOENT)
              ? "make it, or choose another"
              : is(errno, Errno.EACCES) ? "the container's user may not enter it" : "";
      case "open_tree" ->
          is(errno, Errno.ENOENT) ? "the source is not there: make it, or correct the path" : "";
      case "prlimit64" ->
          is(errno, Errno.EPERM)
              ? "the hard limit is above the caller's own: lower it, or grant CAP_SYS_RESOURCE"
              : "";
      case "unlinkat", "clear" ->
          is(errno, Errno.EBUSY) ? "processes are left in it: jrun delete --force kills them" : "";
      case "setns" ->
          is(errno, Errno.EINVAL)
              ? "the path is not a namespace of that type"
              : is(errno, Errno.EPERM)
                  ? "it is another user's, or an ordinary user's container that has not been"
                      + " started"
                  : "";
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
      case "seccomp" ->
          is(errno, Errno.EACCES)
              ? "it takes process.noNewPrivileges, or CAP_SYS_ADMIN"
              : is(errno, Errno.EINVAL)
                  ? "the kernel does not know a flag, or has no filters"
                  : is(errno, Errno.EBUSY) ? "the process has a listener already" : "";
      case "pidfd_getfd" ->
          is(errno, Errno.EPERM) ? "a listener takes CAP_SYS_PTRACE on the host" : "";
      case "bpf" ->
          is(errno, Errno.EPERM) ? "device rules need CAP_BPF or CAP_SYS_ADMIN on the host" : "";
      case "spawn" ->
          is(errno, Errno.EBUSY)
              ? "the cgroup cannot take processes: it has controllers enabled"
              : is(errno, Errno.EACCES)
                  ? "the cgroup was delegated to another part of the tree: run it from there"
                  : "";
      case "unshare" ->
          is(errno, Errno.ENOSPC)
              ? "there are too many: raise /proc/sys/user/max_user_namespaces and its kin"
              : is(errno, Errno.EPERM)
                  ? "the host forbids new user namespaces: see user_namespaces(7)"
                  : "";
      case "resolve" ->
          is(errno, Errno.EACCES) || is(errno, Errno.EOVERFLOW)
              ? "the container's root may not make it there: make it, or give the directory to the"
                  + " mapped user"
              : is(errno, Errno.ENOTDIR)
                  ? "a file is where a directory has to be"
                  : is(errno, Errno.EISDIR)
                      ? "a directory is where a file has to be"
                      : is(errno, Errno.EROFS) ? "the file system is read-only" : "";
      case "setgroups", "setresuid", "setresgid" ->
          is(errno, Errno.EINVAL) ? "the id is not mapped in this user namespace" : "";
      case "sched_setattr" ->
          is(errno, Errno.EPERM)
              ? "it takes CAP_SYS_NICE"
              : is(errno, Errno.EINVAL)
                  ? "the kernel does not take these values: see sched_setattr(2)"
                  : is(errno, Errno.EBUSY) ? "the processors are promised to others" : "";
      default -> "";
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
        ? "the cgroups are read-only here: in a container, have its own mounted without ro"
        : "the file system is read-only";
  }

  private static boolean isCgroup(Step step) {
    return step.title().startsWith("make cgroup ");
  }

  /** The words of these are those of runc, which stop before what helps. */
  private static String ofTheProgram(Instruction failed, int errno) {
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
    boolean looked = failed.failure().startsWith("exec: ");
    return looked && is(errno, Errno.EACCES)
        ? "it has to be an executable file, on a mount that is not noexec"
        : "";
  }

  private static boolean is(int errno, Errno wanted) {
    return errno == wanted.number();
  }
}
