// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * All that a filter is made of, as bytes: equal keys have equal filters. The name under which a
 * filter is kept is a checksum and may be another's as well; the bytes are compared.
 */
record FilterKey(byte[] bytes, String name) {
  /** What ends a text: no name of a system call has it, and no number. */
  private static final char END = '\n';

  static FilterKey of(SeccompSpec profile, String version) {
    StringBuilder out = new StringBuilder(16 * 1024);
    out.append(version).append(END).append(System.getProperty("os.arch")).append(END);
    out.append(profile.defaultValue()).append(END);
    for (SeccompArchitecture each : profile.architectures()) {
      out.append(each.name()).append(' ');
    }
    for (SeccompRule rule : profile.rules()) {
      out.append(END).append(rule.value()).append(' ').append(rule.names().size());
      for (String name : rule.names()) {
        out.append(' ').append(name.length()).append(' ').append(name);
      }
      for (SeccompRule.Condition each : rule.conditions()) {
        out.append(' ').append(each.index()).append(' ').append(each.operator().name());
        out.append(' ').append(each.value()).append(' ').append(each.valueTwo());
      }
    }
    byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return new FilterKey(bytes, Long.toHexString(sum.getValue()) + "-" + bytes.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FilterKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
