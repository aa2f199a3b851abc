// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.util.ArrayList;
import java.util.List;
import org.freedesktop.dbus.types.UInt64;

/** Values as dbus-java wants them: it takes 64 bits without a sign in a class of its own only. */
final class WireValues {
  private WireValues() {}

  /** Replaces what the type of a variant says is such a number, however deep it is. */
  static Object[] of(String signature, Object... values) {
    Object[] out = values.clone();
    if (signature.contains("(sv)")) {
      for (int i = 0; i < out.length; i++) {
        out[i] = out[i] instanceof List<?> list ? pairs(list) : out[i];
      }
    }
    return out;
  }

  private static List<Object> pairs(List<?> list) {
    List<Object> out = new ArrayList<>(list.size());
    for (Object each : list) {
      Object[] pair = (Object[]) each;
      Object[] variant = (Object[]) pair[1];
      out.add(
          new Object[] {
            pair[0], new Object[] {variant[0], value((String) variant[0], variant[1])}
          });
    }
    return out;
  }

  private static Object value(String signature, Object value) {
    if (signature.equals("t")) {
      long number = (Long) value;
      return new UInt64(number >>> 32, number & 0xffffffffL);
    }
    if (signature.startsWith("a") && value instanceof List<?> list) {
      String element = signature.substring(1);
      return list.stream().map(each -> value(element, each)).toList();
    }
    return value;
  }
}
