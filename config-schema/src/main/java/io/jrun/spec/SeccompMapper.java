// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Maps {@code linux.seccomp} of config-linux.md, "Seccomp". */
final class SeccompMapper {
  private SeccompMapper() {}

  static LinuxSeccomp seccomp(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("defaultAction");
    LinuxSeccomp seccomp =
        new LinuxSeccomp(
            f.string("defaultAction"),
            f.number("defaultErrnoRet", Range.UINT32),
            f.strings("architectures"),
            f.strings("flags"),
            f.string("listenerPath"),
            f.string("listenerMetadata"),
            syscalls(f.objects("syscalls")));
    f.end();
    return seccomp;
  }

  private static List<LinuxSyscall> syscalls(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxSyscall> syscalls = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("names", "action");
      syscalls.add(
          new LinuxSyscall(
              f.strings("names"),
              f.string("action"),
              f.number("errnoRet", Range.UINT32),
              args(f.objects("args"))));
      f.end();
    }
    return Collections.unmodifiableList(syscalls);
  }

  private static List<LinuxSeccompArg> args(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxSeccompArg> args = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("index", "value", "op");
      args.add(
          new LinuxSeccompArg(
              f.requiredNumber("index", Range.UINT32),
              f.requiredNumber("value", Range.UINT64),
              f.number("valueTwo", Range.UINT64),
              f.string("op")));
      f.end();
    }
    return Collections.unmodifiableList(args);
  }
}
