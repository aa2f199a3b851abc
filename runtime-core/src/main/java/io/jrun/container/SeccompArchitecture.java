// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.Locale;

/**
 * The architectures of config-linux.md, "Seccomp", {@code architectures}. Their numbers are
 * libseccomp's affair, which may be too old to know the latest.
 */
public enum SeccompArchitecture {
  X86,
  X86_64,
  X32,
  ARM,
  AARCH64,
  LOONGARCH64,
  M68K,
  MIPS,
  MIPS64,
  MIPS64N32,
  MIPSEL,
  MIPSEL64,
  MIPSEL64N32,
  PARISC,
  PARISC64,
  PPC,
  PPC64,
  PPC64LE,
  RISCV64,
  S390,
  S390X,
  SH,
  SHEB;

  private static final String PREFIX = "SCMP_ARCH_";

  /** SCMP_ARCH_..., as documents have it. */
  public String specName() {
    return PREFIX + name();
  }

  /** What seccomp_arch_resolve_name(3) takes. */
  public String libraryName() {
    return name().toLowerCase(Locale.ROOT);
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
