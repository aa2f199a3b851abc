// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.nio.file.Path;

/**
 * What {@code jrun daemon} was told. Both sides find the socket the same way: JRUN_SOCKET, or
 * core.sock in the directory jrund of /run or of the user's runtime directory.
 *
 * @param idleSeconds 0: stay for ever
 */
record DaemonOptions(Path socket, long idleSeconds) {
  static DaemonOptions parse(String[] args) {
    String socket = System.getenv("JRUN_SOCKET");
    if (socket == null) {
      String directory =
          System.getProperty("user.name").equals("root")
              ? "/run"
              : System.getenv("XDG_RUNTIME_DIR");
      socket = directory + "/jrund/core.sock";
    }
    long idle = 0;
    for (int i = 0; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      String name = equals < 0 ? args[i] : args[i].substring(0, equals);
      String value =
          equals >= 0 ? args[i].substring(equals + 1) : i + 1 < args.length ? args[++i] : "";
      switch (name) {
        case "--socket" -> socket = value;
        case "--idle-timeout" -> idle = Long.parseLong(value);
        default -> throw new IllegalArgumentException("flag provided but not defined: " + name);
      }
    }
    if (!socket.startsWith("/")) {
      throw new IllegalArgumentException("the socket's path must be absolute: " + socket);
    }
    return new DaemonOptions(Path.of(socket), idle);
  }
}
