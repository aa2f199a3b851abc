// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * What mount_setattr(2) changes: struct mount_attr of linux/mount.h. A change of the access-time
 * mode needs the whole family in {@code clear}; the constructor sees to it.
 *
 * @param set attributes to set, MOUNT_ATTR_*
 * @param clear attributes to clear
 * @param propagation MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE or 0 for no change
 */
public record MountAttr(long set, long clear, long propagation) {
  /** The struct's size in bytes (MOUNT_ATTR_SIZE_VER0). */
  public static final int SIZE = 32;

  public MountAttr {
    if (((set | clear) & Linux.MOUNT_ATTR__ATIME) != 0) {
      clear |= Linux.MOUNT_ATTR__ATIME;
    }
  }

  public static MountAttr ofPropagation(long propagation) {
    return new MountAttr(0, 0, propagation);
  }

  public boolean isEmpty() {
    return set == 0 && clear == 0 && propagation == 0;
  }

  Block block() {
    return Block.struct(SIZE, this).u64(0, set).u64(8, clear).u64(16, propagation);
  }

  /** As a plan shows it. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("{");
    add(out, "set=", set, Flags.MOUNT_ATTR);
    add(out, "clear=", clear, Flags.MOUNT_ATTR);
    add(out, "propagation=", propagation, Flags.MS);
    return out.append('}').toString();
  }

  private static void add(StringBuilder out, String key, long value, Flags flags) {
    if (value != 0) {
      out.append(out.length() > 1 ? ", " : "").append(key).append(FlagNames.spell(flags, value));
    }
  }
}
