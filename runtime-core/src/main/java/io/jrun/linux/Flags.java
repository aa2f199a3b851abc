// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * How numbers are spelled in a plan: bit sets and enumerations of the kernel's headers. Used when a
 * plan is printed and never when one is run.
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
  KIND(false, 0, "existing");

  private final boolean bits;
  private final long zero;
  private final String zeroName;

  Flags(boolean bits, long zero, String zeroName) {
    this.bits = bits;
    this.zero = zero;
    this.zeroName = zeroName;
  }

  /** Spells a value: "O_PATH|O_CLOEXEC". Bits without a name are added in hexadecimal. */
  public String spell(long value) {
    if (this == MODE) {
      return "0" + Long.toOctalString(value);
    }
    if (value == zero) {
      return zeroName;
    }
    Object[] names = FlagNames.of(this);
    return bits ? spellBits(value, names) : spellOne(value, names);
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
}
