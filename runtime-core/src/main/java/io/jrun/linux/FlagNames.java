// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** How numbers are spelled in a plan: loaded when one is printed, and never when one is run. */
public final class FlagNames {
  private FlagNames() {}

  /** Spells a value: "O_PATH|O_CLOEXEC". Bits without a name are added in hexadecimal. */
  public static String spell(Flags flags, long value) {
    if (flags == Flags.MODE) {
      return "0" + Long.toOctalString(value);
    }
    if (value == flags.zero) {
      return flags.zeroName;
    }
    Object[] names = of(flags);
    return flags.bits ? spellBits(value, names) : spellOne(value, names);
  }

  private static String spellOne(long value, Object[] names) {
    for (int i = 0; i < names.length; i += 2) {
      if ((Long) names[i + 1] == value) {
        return (String) names[i];
      }
    }
    return Long.toString(value);
  }

  private static String spellBits(long value, Object[] names) {
    StringBuilder out = new StringBuilder();
    long rest = value;
    for (int i = 0; i < names.length; i += 2) {
      long bit = (Long) names[i + 1];
      if ((rest & bit) == bit && bit != 0) {
        rest &= ~bit;
        out.append(out.isEmpty() ? "" : "|").append(names[i]);
      }
    }
    if (rest != 0) {
      out.append(out.isEmpty() ? "" : "|").append("0x").append(Long.toHexString(rest));
    }
    return out.toString();
  }

  private static Object[] of(Flags flags) {
    return switch (flags) {
      case OPEN ->
          names(
              "O_WRONLY", Linux.O_WRONLY,
              "O_RDWR", Linux.O_RDWR,
              "O_CREAT", Linux.O_CREAT,
              "O_EXCL", Linux.O_EXCL,
              "O_NOCTTY", Linux.O_NOCTTY,
              "O_TRUNC", Linux.O_TRUNC,
              "O_APPEND", Linux.O_APPEND,
              "O_NONBLOCK", Linux.O_NONBLOCK,
              "O_DIRECTORY", Linux.O_DIRECTORY,
              "O_NOFOLLOW", Linux.O_NOFOLLOW,
              "O_PATH", Linux.O_PATH,
              "O_CLOEXEC", Linux.O_CLOEXEC);
      case AT ->
          names(
              "AT_SYMLINK_NOFOLLOW", Linux.AT_SYMLINK_NOFOLLOW,
              "AT_REMOVEDIR", Linux.AT_REMOVEDIR,
              "AT_EMPTY_PATH", Linux.AT_EMPTY_PATH,
              "AT_RECURSIVE", Linux.AT_RECURSIVE);
      case ACCESS -> names("AT_EACCESS", Linux.AT_EACCESS);
      case INOTIFY ->
          names(
              "IN_MODIFY", Linux.IN_MODIFY,
              "IN_MOVED_TO", Linux.IN_MOVED_TO,
              "IN_CREATE", Linux.IN_CREATE,
              "IN_DELETE", Linux.IN_DELETE,
              "IN_ONLYDIR", Linux.IN_ONLYDIR);
      case FSOPEN -> names("CLOEXEC", 1L, "EMPTY_PATH", Linux.FSPICK_EMPTY_PATH);
      case FSCONFIG ->
          names(
              "FSCONFIG_SET_STRING", Linux.FSCONFIG_SET_STRING,
              "FSCONFIG_SET_FD", Linux.FSCONFIG_SET_FD,
              "FSCONFIG_CMD_CREATE", Linux.FSCONFIG_CMD_CREATE,
              "FSCONFIG_CMD_RECONFIGURE", Linux.FSCONFIG_CMD_RECONFIGURE);
      case MOUNT_ATTR ->
          names(
              "RDONLY", Linux.MOUNT_ATTR_RDONLY,
              "NOSUID", Linux.MOUNT_ATTR_NOSUID,
              "NODEV", Linux.MOUNT_ATTR_NODEV,
              "NOEXEC", Linux.MOUNT_ATTR_NOEXEC,
              "_ATIME", Linux.MOUNT_ATTR__ATIME,
              "NOATIME", Linux.MOUNT_ATTR_NOATIME,
              "STRICTATIME", Linux.MOUNT_ATTR_STRICTATIME,
              "NODIRATIME", Linux.MOUNT_ATTR_NODIRATIME,
              "IDMAP", Linux.MOUNT_ATTR_IDMAP,
              "NOSYMFOLLOW", Linux.MOUNT_ATTR_NOSYMFOLLOW);
      case OPEN_TREE ->
          names(
              "OPEN_TREE_CLONE", Linux.OPEN_TREE_CLONE,
              "OPEN_TREE_NAMESPACE", Linux.OPEN_TREE_NAMESPACE,
              "OPEN_TREE_CLOEXEC", Linux.OPEN_TREE_CLOEXEC,
              "AT_EMPTY_PATH", Linux.AT_EMPTY_PATH,
              "AT_RECURSIVE", Linux.AT_RECURSIVE,
              "AT_SYMLINK_NOFOLLOW", Linux.AT_SYMLINK_NOFOLLOW);
      case MOVE_MOUNT ->
          names(
              "F_EMPTY_PATH", Linux.MOVE_MOUNT_F_EMPTY_PATH,
              "T_EMPTY_PATH", Linux.MOVE_MOUNT_T_EMPTY_PATH);
      case MS ->
          names(
              "MS_REC", Linux.MS_REC,
              "MS_UNBINDABLE", Linux.MS_UNBINDABLE,
              "MS_PRIVATE", Linux.MS_PRIVATE,
              "MS_SLAVE", Linux.MS_SLAVE,
              "MS_SHARED", Linux.MS_SHARED);
      case UMOUNT -> names("MNT_DETACH", Linux.MNT_DETACH);
      case CLONE ->
          names(
              "CLONE_PARENT", Linux.CLONE_PARENT,
              "CLONE_NEWTIME", Linux.CLONE_NEWTIME,
              "CLONE_NEWNS", Linux.CLONE_NEWNS,
              "CLONE_NEWCGROUP", Linux.CLONE_NEWCGROUP,
              "CLONE_NEWUTS", Linux.CLONE_NEWUTS,
              "CLONE_NEWIPC", Linux.CLONE_NEWIPC,
              "CLONE_NEWUSER", Linux.CLONE_NEWUSER,
              "CLONE_NEWPID", Linux.CLONE_NEWPID,
              "CLONE_NEWNET", Linux.CLONE_NEWNET,
              "CLONE_INTO_CGROUP", Linux.CLONE_INTO_CGROUP);
      case RESOLVE ->
          names(
              "RESOLVE_NO_XDEV", Linux.RESOLVE_NO_XDEV,
              "RESOLVE_NO_MAGICLINKS", Linux.RESOLVE_NO_MAGICLINKS,
              "RESOLVE_NO_SYMLINKS", Linux.RESOLVE_NO_SYMLINKS,
              "RESOLVE_BENEATH", Linux.RESOLVE_BENEATH,
              "RESOLVE_IN_ROOT", Linux.RESOLVE_IN_ROOT);
      case PRCTL ->
          names(
              "PR_SET_DUMPABLE", Linux.PR_SET_DUMPABLE,
              "PR_SET_KEEPCAPS", Linux.PR_SET_KEEPCAPS,
              "PR_SET_NAME", Linux.PR_SET_NAME,
              "PR_CAPBSET_DROP", Linux.PR_CAPBSET_DROP,
              "PR_SET_CHILD_SUBREAPER", Linux.PR_SET_CHILD_SUBREAPER,
              "PR_SET_NO_NEW_PRIVS", Linux.PR_SET_NO_NEW_PRIVS,
              "PR_CAP_AMBIENT", Linux.PR_CAP_AMBIENT);
      case RLIMIT -> rlimits();
      case LOCK -> names("LOCK_EX", Linux.LOCK_EX);
      case BPF ->
          names(
              "BPF_PROG_LOAD",
              Linux.BPF_PROG_LOAD,
              "BPF_PROG_ATTACH",
              Linux.BPF_PROG_ATTACH,
              "BPF_PROG_GET_FD_BY_ID",
              Linux.BPF_PROG_GET_FD_BY_ID,
              "BPF_OBJ_GET_INFO_BY_FD",
              Linux.BPF_OBJ_GET_INFO_BY_FD,
              "BPF_PROG_QUERY",
              Linux.BPF_PROG_QUERY);
      case KEYCTL ->
          names(
              "KEYCTL_JOIN_SESSION_KEYRING", Linux.KEYCTL_JOIN_SESSION_KEYRING,
              "KEYCTL_SETPERM", Linux.KEYCTL_SETPERM);
      case IOCTL ->
          names(
              "TCGETS", Linux.TCGETS,
              "TCSETS", Linux.TCSETS,
              "TIOCSCTTY", Linux.TIOCSCTTY,
              "TIOCGWINSZ", Linux.TIOCGWINSZ,
              "TIOCSWINSZ", Linux.TIOCSWINSZ,
              "TIOCGPTPEER", Linux.TIOCGPTPEER,
              "TIOCSPTLCK", Linux.TIOCSPTLCK);
      case SECCOMP ->
          names(
              "SECCOMP_SET_MODE_FILTER", Linux.SECCOMP_SET_MODE_FILTER,
              "SECCOMP_GET_ACTION_AVAIL", Linux.SECCOMP_GET_ACTION_AVAIL);
      case SECCOMP_FILTER ->
          names(
              "LOG", Linux.SECCOMP_FILTER_FLAG_LOG,
              "SPEC_ALLOW", Linux.SECCOMP_FILTER_FLAG_SPEC_ALLOW,
              "NEW_LISTENER", Linux.SECCOMP_FILTER_FLAG_NEW_LISTENER,
              "WAIT_KILLABLE_RECV", Linux.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
      case ERRNO -> errnos();
      case KIND -> names("directory", 1L, "file", 2L, "same-as", 3L);
      case ENDS -> names("later", 1L, "at-once", 2L);
      case MODE -> names();
    };
  }

  private static Object[] names(Object... pairs) {
    return pairs;
  }

  private static Object[] rlimits() {
    Rlimit[] all = Rlimit.values();
    Object[] out = new Object[all.length * 2];
    for (int i = 0; i < all.length; i++) {
      out[2 * i] = all[i].name();
      out[2 * i + 1] = (long) all[i].number();
    }
    return out;
  }

  private static Object[] errnos() {
    Errno[] all = Errno.values();
    Object[] out = new Object[all.length * 2];
    for (int i = 0; i < all.length; i++) {
      out[2 * i] = all[i].name();
      out[2 * i + 1] = (long) all[i].number();
    }
    return out;
  }
}
