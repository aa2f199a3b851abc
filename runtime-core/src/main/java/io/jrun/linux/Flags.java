// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * Families of numbers of the kernel's headers, bit sets and enumerations: by them a plan that is
 * printed spells a number ({@link FlagNames}).
 */
public enum Flags {
  OPEN(true, Linux.O_RDONLY, "O_RDONLY"),
  AT(true, 0, "0"),
  ACCESS(true, 0, "0"),
  MODE(false, 0, "0"),
  FSOPEN(true, 0, "0"),
  FSCONFIG(false, 0, "FSCONFIG_SET_FLAG"),
  MOUNT_ATTR(true, 0, "0"),
  OPEN_TREE(true, 0, "0"),
  MOVE_MOUNT(true, 0, "0"),
  MS(true, 0, "0"),
  UMOUNT(true, 0, "0"),
  CLONE(true, 0, "0"),
  RESOLVE(true, 0, "0"),
  PRCTL(false, 0, "0"),
  RLIMIT(false, 0, "RLIMIT_CPU"),
  LOCK(true, 0, "0"),
  BPF(false, 0, "BPF_MAP_CREATE"),
  KEYCTL(false, 0, "0"),
  SECCOMP(false, 0, "SECCOMP_SET_MODE_STRICT"),
  SECCOMP_FILTER(true, 0, "0"),
  ERRNO(false, 0, "0"),
  IOCTL(false, 0, "0"),
  INOTIFY(true, 0, "0"),
  KIND(false, 0, "existing"),
  ENDS(false, 0, "never");

  final boolean bits;
  final long zero;
  final String zeroName;

  Flags(boolean bits, long zero, String zeroName) {
    this.bits = bits;
    this.zero = zero;
    this.zeroName = zeroName;
  }
}
