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

  /**
   * A program that counts, and has its count where the test can see it. Its children are made by
   * fork: who waits for one of vfork cannot be stopped (docs/checkpoint.md).
   */
  static final String COUNTING =
      "i=0; while :; do i=$((i+1)); echo $i >/log/new;"
          + " (mv /log/new /log/count); (usleep 20000); done";

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
    return start(words).waitFor();
  }

  /** A CRIU that takes pages of memory at a port of this host's, once, and then ends. */
  static Process pageServer(Path images, String port) throws IOException {
    Process process = alone("page-server", images, port);
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
    Process process = alone("lazy-pages", images, port, "--page-server");
    Path socket = images.resolve("lazy-pages.socket");
    Workbench.await("a socket for pages", () -> Files.exists(socket) || !process.isAlive());
    return process;
  }

  /** A CRIU that no jrun has started; its log lies beside the images and is called as its verb. */
  private static Process alone(String verb, Path images, String port, String... more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of(program().toString(), verb));
    words.addAll(List.of("--images-dir", images.toString()));
    words.addAll(List.of("--address", "127.0.0.1", "--port", port));
    words.addAll(List.of("--log-file", images.resolveSibling(verb).toString()));
    words.addAll(List.of(more));
    return start(words);
  }

  private static Process start(List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("PATH", path());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
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
