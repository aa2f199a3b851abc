// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

/**
 * The architectures of config-linux.md, "Seccomp", {@code architectures}, with what a filter knows
 * them by: the AUDIT_ARCH_* numbers of linux/audit.h.
 */
public enum SeccompArchitecture {
  X86(0x40000003),
  X86_64(0xc000003e),
  /** For the kernel it is x86_64; its calls have a bit of their own in their numbers. */
  X32(0xc000003e),
  ARM(0x40000028),
  AARCH64(0xc00000b7),
  LOONGARCH64(0xc0000102),
  M68K(0x00000004),
  MIPS(0x00000008),
  MIPS64(0x80000008),
  MIPS64N32(0xa0000008),
  MIPSEL(0x40000008),
  MIPSEL64(0xc0000008),
  MIPSEL64N32(0xe0000008),
  PARISC(0x0000000f),
  PARISC64(0x8000000f),
  PPC(0x00000014),
  PPC64(0x80000015),
  PPC64LE(0xc0000015),
  RISCV64(0xc00000f3),
  S390(0x00000016),
  S390X(0x80000016),
  SH(0x4000002a),
  SHEB(0x0000002a);

  private static final String PREFIX = "SCMP_ARCH_";

  // Of linux/audit.h: __AUDIT_ARCH_64BIT, __AUDIT_ARCH_LE, __AUDIT_ARCH_CONVENTION_MIPS64_N32.
  private static final int IS_64_BIT = 0x80000000;
  private static final int IS_LITTLE_ENDIAN = 0x40000000;
  private static final int IS_N32 = 0x20000000;

  private final int audit;

  SeccompArchitecture(int audit) {
    this.audit = audit;
  }

  /** SCMP_ARCH_..., as documents have it. */
  public String specName() {
    return PREFIX + name();
  }

  /** AUDIT_ARCH_* of linux/audit.h: what struct seccomp_data says of a call. */
  public int audit() {
    return audit;
  }

  /** Whether a filter for it can be made on x86_64 and aarch64, which are both of this kind. */
  public boolean isLittleEndian() {
    return (audit & IS_LITTLE_ENDIAN) != 0;
  }

  /**
   * Whether arguments have upper halves: registers of 64 bits, and programs that use them whole.
   */
  public boolean hasWideArguments() {
    return this != X32 && (audit & IS_64_BIT) != 0 && (audit & IS_N32) == 0;
  }

  /** Null if there is none of that name. */
  static SeccompArchitecture named(String specName) {
    for (SeccompArchitecture each : values()) {
      if (each.specName().equals(specName)) {
        return each;
      }
    }
    return null;
  }
}
