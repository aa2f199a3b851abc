// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A network namespace of a test's own, which callers of the runtime can be in. */
final class Network implements AutoCloseable {
  private final Process holder;

  Network() {
    String own;
    try {
      own = HostProcess.ownNamespace("net");
      holder = new ProcessBuilder("unshare", "--net", "sleep", "infinity").start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int pid = Math.toIntExact(holder.pid());
    Workbench.await("a network namespace", () -> !namespace(pid).equals(own));
  }

  private static String namespace(int pid) {
    try {
      return HostProcess.namespace(pid, "net");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return Path.of("/proc/" + holder.pid() + "/ns/net");
  }

  /** Has a command of the runtime run in it. */
  Jrun within(Jrun command) {
    return command.through("exec nsenter --net=" + path() + " \"$@\"");
  }

  /** What ip(8) says in it; it must succeed. */
  String ip(String... words) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + path(), "ip"));
    command.addAll(Arrays.asList(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), () -> command + ": " + out);
      return out;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The names of its devices but lo. */
  List<String> devices() {
    return ip("-brief", "link")
        .lines()
        .map(line -> line.split("[ @]")[0])
        .filter(name -> !name.equals("lo"))
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    holder.destroyForcibly();
    try {
      holder.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
