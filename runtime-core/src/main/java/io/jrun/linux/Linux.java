// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * Constants of the kernel's user-space headers, by the names they have there. Header names stand
 * above each group; values that differ between x86_64 and aarch64 are chosen here.
 */
public final class Linux {
  private static final boolean X86_64 = "amd64".equals(System.getProperty("os.arch"));

  // asm-generic/fcntl.h; four of them have values of their own on arm (asm/fcntl.h)
  public static final long O_RDONLY = 0;
  public static final long O_WRONLY = 1;
  public static final long O_RDWR = 2;
  public static final long O_CREAT = 0100;
  public static final long O_EXCL = 0200;
  public static final long O_NOCTTY = 0400;
  public static final long O_TRUNC = 01000;
  public static final long O_APPEND = 02000;
  public static final long O_NONBLOCK = 04000;
  public static final long O_DIRECTORY = X86_64 ? 0200000 : 040000;
  public static final long O_NOFOLLOW = X86_64 ? 0400000 : 0100000;
  public static final long O_CLOEXEC = 02000000;
  public static final long O_PATH = 010000000;

  // linux/fcntl.h
  public static final long AT_SYMLINK_NOFOLLOW = 0x100;
  public static final long AT_REMOVEDIR = 0x200;
  public static final long AT_EACCESS = 0x200;
  public static final long AT_EMPTY_PATH = 0x1000;
  public static final long AT_RECURSIVE = 0x8000;

  // sys/stat.h
  public static final long S_IFMT = 0170000;
  public static final long S_IFIFO = 0010000;
  public static final long S_IFCHR = 0020000;
  public static final long S_IFDIR = 0040000;
  public static final long S_IFBLK = 0060000;
  public static final long S_IFREG = 0100000;
  public static final long S_IFLNK = 0120000;

  /** Bytes of a path, with its NUL. */
  public static final int PATH_MAX = 4096;

  // linux/mount.h
  public static final long MS_REC = 0x4000;
  public static final long MS_UNBINDABLE = 1 << 17;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;
  public static final long MS_SHARED = 1 << 20;
  public static final long FSOPEN_CLOEXEC = 1;
  public static final long FSMOUNT_CLOEXEC = 1;
  public static final long FSPICK_CLOEXEC = 1;
  public static final long FSPICK_EMPTY_PATH = 8;
  public static final long FSCONFIG_SET_FLAG = 0;
  public static final long FSCONFIG_SET_STRING = 1;
  public static final long FSCONFIG_SET_FD = 5;
  public static final long FSCONFIG_CMD_CREATE = 6;
  public static final long FSCONFIG_CMD_RECONFIGURE = 7;
  public static final long OPEN_TREE_CLONE = 1;
  public static final long OPEN_TREE_NAMESPACE = 2;
  public static final long OPEN_TREE_CLOEXEC = 02000000;
  public static final long MOVE_MOUNT_F_EMPTY_PATH = 0x4;
  public static final long MOVE_MOUNT_T_EMPTY_PATH = 0x40;
  public static final long MOUNT_ATTR_RDONLY = 0x1;
  public static final long MOUNT_ATTR_NOSUID = 0x2;
  public static final long MOUNT_ATTR_NODEV = 0x4;
  public static final long MOUNT_ATTR_NOEXEC = 0x8;
  public static final long MOUNT_ATTR__ATIME = 0x70;
  public static final long MOUNT_ATTR_RELATIME = 0x0;
  public static final long MOUNT_ATTR_NOATIME = 0x10;
  public static final long MOUNT_ATTR_STRICTATIME = 0x20;
  public static final long MOUNT_ATTR_NODIRATIME = 0x80;
  public static final long MOUNT_ATTR_IDMAP = 0x100000;
  public static final long MOUNT_ATTR_NOSYMFOLLOW = 0x200000;
  public static final long MNT_DETACH = 2;

  /** Events of inotify(7): linux/inotify.h. */
  public static final long IN_MODIFY = 0x2;

  public static final long IN_MOVED_TO = 0x80;
  public static final long IN_CREATE = 0x100;
  public static final long IN_DELETE = 0x200;
  public static final long IN_ONLYDIR = 0x1000000;

  // linux/openat2.h
  public static final long RESOLVE_NO_XDEV = 0x01;
  public static final long RESOLVE_NO_MAGICLINKS = 0x02;
  public static final long RESOLVE_NO_SYMLINKS = 0x04;
  public static final long RESOLVE_BENEATH = 0x08;
  public static final long RESOLVE_IN_ROOT = 0x10;

  // linux/sched.h
  public static final long CLONE_NEWTIME = 0x80;
  public static final long CLONE_NEWNS = 0x20000;
  public static final long CLONE_PARENT = 0x8000;
  public static final long CLONE_NEWCGROUP = 0x2000000;
  public static final long CLONE_NEWUTS = 0x4000000;
  public static final long CLONE_NEWIPC = 0x8000000;
  public static final long CLONE_NEWUSER = 0x10000000;
  public static final long CLONE_NEWPID = 0x20000000;
  public static final long CLONE_NEWNET = 0x40000000;
  public static final long CLONE_INTO_CGROUP = 0x200000000L;

  // linux/prctl.h
  public static final long PR_SET_DUMPABLE = 4;
  public static final long PR_SET_KEEPCAPS = 8;
  public static final long PR_SET_NAME = 15;
  public static final long PR_CAPBSET_DROP = 24;
  public static final long PR_SET_CHILD_SUBREAPER = 36;
  public static final long PR_SET_NO_NEW_PRIVS = 38;
  public static final long PR_CAP_AMBIENT = 47;
  public static final long PR_CAP_AMBIENT_IS_SET = 1;
  public static final long PR_CAP_AMBIENT_RAISE = 2;
  public static final long PR_CAP_AMBIENT_CLEAR_ALL = 4;

  // linux/keyctl.h, linux/key.h
  public static final long KEYCTL_JOIN_SESSION_KEYRING = 1;
  public static final long KEYCTL_SETPERM = 5;

  // asm-generic/fcntl.h, sys/file.h
  public static final long LOCK_EX = 2;
  public static final long LOCK_NB = 4;
  public static final long F_GETFD = 1;
  public static final long F_SETFD = 2;
  public static final long F_GETPIPE_SZ = 1032;
  public static final long FD_CLOEXEC = 1;
  public static final long F_DUPFD_CLOEXEC = 1030;

  // linux/wait.h, linux/signal.h, asm-generic/poll.h
  public static final long P_PID = 1;
  public static final long P_PIDFD = 3;
  public static final long WEXITED = 4;
  public static final long SIG_SETMASK = 2;
  public static final long POLLIN = 1;
  public static final long POLLPRI = 2;

  // linux/stat.h: offsets within struct statx
  public static final long STATX_BASIC_STATS = 0x7ff;
  public static final int STATX_SIZE = 256;
  public static final int STATX_MODE_OFFSET = 28;
  public static final int STATX_UID_OFFSET = 20;
  public static final int STATX_GID_OFFSET = 24;
  public static final int STATX_INO_OFFSET = 32;
  public static final int STATX_SIZE_OFFSET = 40;
  public static final int STATX_RDEV_MAJOR_OFFSET = 128;
  public static final int STATX_RDEV_MINOR_OFFSET = 132;
  public static final int STATX_DEV_MAJOR_OFFSET = 136;
  public static final int STATX_DEV_MINOR_OFFSET = 140;
  public static final int STATX_MNT_ID_OFFSET = 144;

  // linux/magic.h; struct statfs of asm-generic/statfs.h begins with f_type, a long
  public static final long PROC_SUPER_MAGIC = 0x9fa0;
  public static final long CGROUP2_SUPER_MAGIC = 0x63677270;
  public static final long DEVPTS_SUPER_MAGIC = 0x1cd1;
  public static final int STATFS_SIZE = 120;

  // linux/if.h, asm-generic/sockios.h, sys/socket.h
  public static final long AF_UNIX = 1;
  public static final long AF_INET = 2;
  public static final long SOCK_STREAM = 1;
  public static final long SOCK_DGRAM = 2;
  public static final long SOCK_SEQPACKET = 5;
  public static final long SIOCSIFFLAGS = 0x8914;
  public static final long IFF_UP = 1;
  public static final int IFREQ_SIZE = 40;
  public static final int IFREQ_FLAGS_OFFSET = 16;

  // asm-generic/socket.h, linux/socket.h
  public static final long SOL_SOCKET = 1;
  public static final long SCM_RIGHTS = 1;
  public static final long MSG_NOSIGNAL = 0x4000;
  public static final long MSG_CMSG_CLOEXEC = 0x40000000;

  // linux/memfd.h
  public static final long MFD_CLOEXEC = 1;

  // linux/seccomp.h
  public static final long SECCOMP_SET_MODE_FILTER = 1;
  public static final long SECCOMP_GET_ACTION_AVAIL = 2;
  public static final long SECCOMP_FILTER_FLAG_LOG = 2;
  public static final long SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
  public static final long SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
  public static final long SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;

  // linux/bpf.h
  public static final long BPF_PROG_LOAD = 5;
  public static final long BPF_PROG_ATTACH = 8;
  public static final long BPF_PROG_GET_FD_BY_ID = 13;
  public static final long BPF_OBJ_GET_INFO_BY_FD = 15;
  public static final long BPF_PROG_QUERY = 16;
  public static final int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
  public static final int BPF_CGROUP_DEVICE = 6;
  public static final int BPF_F_ALLOW_MULTI = 2;
  public static final int BPF_F_REPLACE = 4;

  // asm-generic/ioctls.h, of terminals
  public static final long TCGETS = 0x5401;
  public static final long TCSETS = 0x5402;
  public static final long TIOCSCTTY = 0x540e;
  public static final long TIOCGWINSZ = 0x5413;
  public static final long TIOCSWINSZ = 0x5414;
  public static final long TIOCGPTPEER = 0x5441;
  public static final long TIOCSPTLCK = 0x40045431L;

  private Linux() {}
}
