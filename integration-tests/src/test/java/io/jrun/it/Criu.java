// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The criu that the tests use: that of scripts/criu where it is named ({@code jrun.criu}, the
 * directory with the program), else the host's own, as in the lab.
 */
final class Criu {
  private static final String PLACES =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** A program that counts, and has its count where the test can see it. */
  static final String COUNTING =
      "i=0; while :; do i=$((i+1)); echo $i >/log/new; mv /log/new /log/count; usleep 20000; done";

  private Criu() {}

  /** A container that does that. */
  static Bundle counting(Workbench bench) throws IOException {
    Path log = Files.createDirectories(bench.directory().resolve("log"));
    return bench.bundle().mount("/log", "bind", log.toString(), "bind").script(COUNTING);
  }

  static long count(Workbench bench) {
    try {
      return Long.parseLong(Files.readString(bench.directory().resolve("log/count")).strip());
    } catch (IOException e) {
      return 0;
    }
  }

  static void awaitCountAbove(Workbench bench, long least) {
    Workbench.await("a count above " + least, () -> count(bench) > least);
  }

  /** A PATH in which it is found, with the programs it runs. */
  static String path() {
    String own = System.getProperty("jrun.criu", "");
    return own.isEmpty() ? PLACES : own + ":" + PLACES;
  }

  private static Path program() {
    String own = System.getProperty("jrun.criu", "");
    return Path.of(own.isEmpty() ? "/usr/sbin" : own, "criu");
  }

  /** It keeps what it has found out about the kernel in /run: done before residue is looked for. */
  static void prepare() throws IOException, InterruptedException {
    if (!Files.isExecutable(program())) {
      throw new IllegalStateException("no " + program() + ": see scripts/criu");
    }
    assertEquals(0, check(), "criu check");
  }

  /** The same for a class of which not all tests need it. */
  static void prepareWhereItIs() throws IOException, InterruptedException {
    if (Files.isExecutable(program())) {
      prepare();
    }
  }

  /** Whether this kernel knows what memory has changed since. */
  static boolean tracksMemory() throws IOException, InterruptedException {
    return check("--feature", "mem_dirty_track") == 0;
  }

  private static int check(String... options) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(program().toString(), "check"));
    words.addAll(List.of(options));
    ProcessBuilder check = new ProcessBuilder(words);
    check.environment().put("PATH", path());
    check.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return check.start().waitFor();
  }

  /** A CRIU that takes pages of memory at a port of this host's, once, and then ends. */
  static Process pageServer(Path images, String port) throws IOException {
    Path ready = images.resolveSibling("page-server");
    ProcessBuilder server =
        new ProcessBuilder(
            program().toString(),
            "page-server",
            "--images-dir",
            images.toString(),
            "--address",
            "127.0.0.1",
            "--port",
            port,
            "--log-file",
            ready.toString());
    server.environment().put("PATH", path());
    server.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = server.start();
    String listening = String.format(":%04X ", Integer.parseInt(port));
    Workbench.await(
        "a server of pages",
        () -> {
          try {
            return Files.readString(Path.of("/proc/net/tcp"))
                .lines()
                .anyMatch(line -> line.contains(listening) && line.contains(" 0A "));
          } catch (IOException e) {
            return false;
          }
        });
    return process;
  }

  /** A CRIU that gets pages of memory from that port when a restored process asks for them. */
  static Process lazyPages(Path images, String port) throws IOException {
    ProcessBuilder daemon =
        new ProcessBuilder(
            program().toString(),
            "lazy-pages",
            "--page-server",
            "--images-dir",
            images.toString(),
            "--address",
            "127.0.0.1",
            "--port",
            port,
            "--log-file",
            images.resolveSibling("lazy-pages").toString());
    daemon.environment().put("PATH", path());
    daemon.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = daemon.start();
    Path socket = images.resolve("lazy-pages.socket");
    Workbench.await("a socket for pages", () -> Files.exists(socket) || !process.isAlive());
    return process;
  }

  /** {@code checkpoint} with images in a directory of the test's. */
  static Jrun checkpoint(Workbench bench, String id, String... options) {
    return command(bench, "checkpoint", id, options);
  }

  /** {@code restore} from there. */
  static Jrun restore(Workbench bench, Bundle bundle, String id, String... options) {
    bundle.write();
    String[] all = new String[options.length + 2];
    all[0] = "--bundle";
    all[1] = bundle.directory().toString();
    System.arraycopy(options, 0, all, 2, options.length);
    return command(bench, "restore", id, all);
  }

  private static Jrun command(Workbench bench, String verb, String id, String... options) {
    String[] words = new String[options.length + 6];
    words[0] = verb;
    words[1] = "--image-path";
    words[2] = images(bench).toString();
    words[3] = "--work-path";
    words[4] = bench.directory().resolve("work").toString();
    System.arraycopy(options, 0, words, 5, options.length);
    words[words.length - 1] = id;
    return bench
        .command(words)
        .env("PATH", path())
        .limit(Workbench.patiently(java.time.Duration.ofSeconds(60)));
  }

  static Path images(Workbench bench) {
    return bench.directory().resolve("images");
  }
}
