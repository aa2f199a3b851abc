// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What {@code jrun daemon} was told. Both sides find the socket the same way: JRUN_SOCKET, or
 * core.sock in the directory jrund of /run or of the user's runtime directory.
 *
 * @param idleSeconds 0: stay for ever
 */
record DaemonOptions(Path socket, long idleSeconds, boolean help) {
  private static final long IDLE_SECONDS = 300;
  private static final String IDLE_TIMEOUT = "--idle-timeout";

  /**
   * Reads the words after {@code daemon}.
   *
   * @param isRoot whose default place is in /run
   * @throws UsageException for an option there is not
   * @throws ContainerException for a value that will not do
   */
  static DaemonOptions parse(
      List<String> words, boolean isRoot, Function<String, Optional<String>> variable) {
    Arguments arguments = new DaemonVerb().parse(words);
    if (!arguments.words().isEmpty()) {
      throw new ContainerException("takes no arguments: " + arguments.id());
    }
    boolean help = arguments.flag("--help");
    String socket =
        arguments
            .text("--socket")
            .or(() -> WarmSocket.place(isRoot, variable))
            .orElse(help ? "/" : "");
    if (!socket.startsWith("/")) {
      throw new ContainerException(
          socket.isEmpty()
              ? "no place to listen: neither --socket, JRUN_SOCKET nor XDG_RUNTIME_DIR is given"
              : "the socket's path must be absolute: " + socket);
    }
    return new DaemonOptions(
        Path.of(socket),
        arguments.text(IDLE_TIMEOUT).map(DaemonOptions::seconds).orElse(IDLE_SECONDS),
        help);
  }

  private static long seconds(String text) {
    try {
      long seconds = Integer.parseInt(text);
      if (seconds >= 0) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ContainerException("invalid value \"" + text + "\" for flag " + IDLE_TIMEOUT);
  }
}
