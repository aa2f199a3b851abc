// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * conmon(8), the monitor that Podman and CRI-O put between themselves and a container: started as
 * they start it, with the descriptors they hand to it. What it tells them is in a file.
 *
 * @param directory of this monitor's own
 */
record Conmon(Workbench bench, Path directory) {

  private static final Path PROGRAM = Path.of("/usr/bin/conmon");
  private static final ObjectMapper JSON = new ObjectMapper();

  static Conmon of(Workbench bench) {
    try {
      Path directory = Files.createTempDirectory(bench.directory(), "conmon");
      for (String each : List.of("exits", "persist", "sockets")) {
        Files.createDirectory(directory.resolve(each));
      }
      // It waits for a byte, by which time podman has put it into its cgroup.
      Files.writeString(directory.resolve("go"), "x");
      return new Conmon(bench, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Starts it with these arguments; it goes on in the background. */
  Outcome start(String... args) {
    return command(Arrays.asList(args), "").run().succeeds();
  }

  /** As {@link #start}, with a third descriptor, which it uses when podman attaches. */
  Outcome startAttached(String... args) {
    return command(Arrays.asList(args), " 5>" + file("attached"))
        .env("_OCI_ATTACHPIPE", "5")
        .run()
        .succeeds();
  }

  private Jrun command(List<String> args, String more) {
    return bench
        .bareCommand(args.toArray(String[]::new))
        .by(PROGRAM)
        .env("_OCI_SYNCPIPE", "3")
        .env("_OCI_STARTPIPE", "4")
        .env("HOME", "/root")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("XDG_RUNTIME_DIR", "")
        .through("exec \"$@\" 3>" + file("told") + " 4<" + file("go") + more);
  }

  /** Where the state is, as runtime arguments of conmon's. */
  List<String> root() {
    return List.of("--runtime-arg=--root=" + bench.root());
  }

  /** {@code conmon args}, the container's files being in this monitor's directory. */
  static String[] words(List<String> args, List<String> more) {
    List<String> all = new ArrayList<>(args);
    all.addAll(more);
    return all.toArray(String[]::new);
  }

  /** The documents it has told so far. */
  List<JsonNode> told() {
    try {
      List<JsonNode> documents = new ArrayList<>();
      JSON.readerFor(JsonNode.class)
          .<JsonNode>readValues(Files.readString(file("told")))
          .forEachRemaining(documents::add);
      return documents;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has told so much, and gives the last of it. */
  JsonNode awaitTold(int count) {
    Workbench.await(count + " words of conmon", () -> told().size() >= count);
    return told().get(count - 1);
  }

  String read(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The monitor's own pid. */
  int pid() {
    return Integer.parseInt(read("conmon.pid").strip());
  }

  /** Waits until no monitor of this directory is left: it has read to the end what it reads. */
  void awaitEnd() {
    String own = directory.toString();
    Workbench.await(
        "the end of conmon",
        () ->
            HostProcess.all().stream()
                .flatMap(pid -> HostProcess.find(pid).stream())
                .noneMatch(
                    process ->
                        process.commandLine().startsWith("(conmon)")
                            && process.commandLine().contains(own)));
  }
}
