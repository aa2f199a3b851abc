// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.util.List;

/** Writes {@code linux.seccomp} of config-linux.md, "Seccomp". */
final class SeccompWriter {
  private SeccompWriter() {}

  static void seccomp(FieldWriter f, LinuxSeccomp seccomp) throws IOException {
    if (!f.startObject("seccomp", seccomp)) {
      return;
    }
    f.string("defaultAction", seccomp.defaultAction());
    f.number("defaultErrnoRet", seccomp.defaultErrnoRet());
    f.strings("architectures", seccomp.architectures());
    f.strings("flags", seccomp.flags());
    f.string("listenerPath", seccomp.listenerPath());
    f.string("listenerMetadata", seccomp.listenerMetadata());
    if (f.startArray("syscalls", seccomp.syscalls())) {
      for (LinuxSyscall syscall : seccomp.syscalls()) {
        f.startElement();
        syscall(f, syscall);
        f.endObject();
      }
      f.endArray();
    }
    f.endObject();
  }

  private static void syscall(FieldWriter f, LinuxSyscall syscall) throws IOException {
    f.strings("names", syscall.names());
    f.string("action", syscall.action());
    f.number("errnoRet", syscall.errnoRet());
    args(f, syscall.args());
  }

  private static void args(FieldWriter f, List<LinuxSeccompArg> args) throws IOException {
    if (!f.startArray("args", args)) {
      return;
    }
    for (LinuxSeccompArg arg : args) {
      f.startElement();
      f.number("index", arg.index());
      f.unsigned("value", arg.value());
      f.unsigned("valueTwo", arg.valueTwo());
      f.string("op", arg.op());
      f.endObject();
    }
    f.endArray();
  }
}
