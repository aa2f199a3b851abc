// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Locale;

/**
 * System call numbers, per architecture: arch/x86/entry/syscalls/syscall_64.tbl and
 * include/uapi/asm-generic/unistd.h (aarch64). From 424 on both are the same.
 */
public enum Syscall {
  READ(0, 63),
  CLOSE(3, 57),
  RT_SIGPROCMASK(14, 135),
  IOCTL(16, 29),
  PREAD64(17, 67),
  SOCKET(41, 198),
  CONNECT(42, 203),
  BIND(49, 200),
  SENDMSG(46, 211),
  RECVMSG(47, 212),
  SOCKETPAIR(53, 199),
  SETSOCKOPT(54, 208),
  FCNTL(72, 25),
  FLOCK(73, 32),
  FSYNC(74, 82),
  GETCWD(79, 17),
  CHDIR(80, 49),
  FCHDIR(81, 50),
  FCHMOD(91, 52),
  UMASK(95, 166),
  SETSID(112, 157),
  SETGROUPS(116, 159),
  SETRESUID(117, 147),
  SETRESGID(119, 149),
  CAPGET(125, 90),
  CAPSET(126, 91),
  FSTATFS(138, 44),
  PERSONALITY(135, 92),
  PIVOT_ROOT(155, 41),
  FSETXATTR(190, 7),
  INOTIFY_ADD_WATCH(254, 27),
  INOTIFY_INIT1(294, 26),
  PRCTL(157, 167),
  CHROOT(161, 51),
  MOUNT(165, 40),
  UMOUNT2(166, 39),
  SETHOSTNAME(170, 161),
  SETDOMAINNAME(171, 162),
  SCHED_SETAFFINITY(203, 122),
  SET_MEMPOLICY(238, 237),
  KEYCTL(250, 219),
  IOPRIO_SET(251, 30),
  WAITID(247, 95),
  DUP3(292, 24),
  OPENAT(257, 56),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  FCHOWNAT(260, 54),
  UNLINKAT(263, 35),
  RENAMEAT2(316, 276),
  SYMLINKAT(266, 36),
  PPOLL(271, 73),
  UNSHARE(272, 97),
  PRLIMIT64(302, 261),
  SETNS(308, 268),
  SCHED_SETATTR(314, 274),
  SECCOMP(317, 277),
  MEMFD_CREATE(319, 279),
  BPF(321, 280),
  EXECVE(59, 221),
  STATX(332, 291),
  EXIT_GROUP(231, 94),
  PIPE2(293, 59),
  PIDFD_SEND_SIGNAL(424, 424),
  OPEN_TREE(428, 428),
  MOVE_MOUNT(429, 429),
  FSOPEN(430, 430),
  FSCONFIG(431, 431),
  FSMOUNT(432, 432),
  FSPICK(433, 433),
  PIDFD_OPEN(434, 434),
  CLONE3(435, 435),
  CLOSE_RANGE(436, 436),
  OPENAT2(437, 437),
  PIDFD_GETFD(438, 438),
  FACCESSAT2(439, 439),
  MOUNT_SETATTR(442, 442);

  private static final boolean X86_64 = "amd64".equals(System.getProperty("os.arch"));

  private final int x86;
  private final int aarch64;
  private final String callName = name().toLowerCase(Locale.ROOT);

  Syscall(int x86, int aarch64) {
    this.x86 = x86;
    this.aarch64 = aarch64;
  }

  /** The number on the machine this runs on. */
  public int number() {
    return X86_64 ? x86 : aarch64;
  }

  /** The name as the manual pages have it. */
  public String callName() {
    return callName;
  }
}
