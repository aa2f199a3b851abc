// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of checkpoint and restore, as far as this kernel and this CRIU can do what they ask. */
@ExtendWith(ResidueExtension.class)
class CheckpointFeaturesIT {
  @BeforeAll
  static void prepare() throws IOException, InterruptedException {
    Criu.prepare();
  }

  private static void goesOn(Workbench bench, Bundle bundle, String id, String... options) {
    long before = Criu.count(bench);
    String[] all = new String[options.length + 1];
    all[0] = "--detach";
    System.arraycopy(options, 0, all, 1, options.length);
    Criu.restore(bench, bundle, id, all).run().succeedsSilently();
    Criu.awaitCountAbove(bench, before);
  }

  private static void isRefused(Workbench bench, String id, String because) {
    Outcome refused = Criu.checkpoint(bench, id, "--leave-running").run().exits(1);
    assertTrue(refused.message().contains(because), refused::toString);
    assertEquals("running", bench.status(id));
  }

  /** The file has another name still, so that it is no ghost that CRIU would keep whole. */
  @Test
  void aFileWithoutItsNameIsLinkedAgain(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench).set("/root/readonly", false);
    bundle.script("echo kept >/one; busybox ln /one /two; exec 9</one; rm /one; " + Criu.COUNTING);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    isRefused(bench, id, "Use link-remap option");
    Criu.checkpoint(bench, id, "--link-remap").run().succeedsSilently();
    goesOn(bench, bundle, id);
    assertEquals("kept\n", bench.exec(id, "cat", "/proc/1/fd/9").succeedsSilently().out());
  }

  @Test
  void aFileIsLockedAgain(Workbench bench) throws IOException {
    Bundle bundle = CProgram.built("holds").into(Criu.counting(bench), "/bin/holds");
    bundle.args("holds", "/log/lock", "sh", "-c", Criu.COUNTING);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    bench.exec(id, "holds", "/log/lock", "true").exits(1);
    isRefused(bench, id, "file locks");
    Criu.checkpoint(bench, id, "--file-locks").run().succeedsSilently();
    goesOn(bench, bundle, id, "--file-locks");
    bench.exec(id, "holds", "/log/lock", "true").exits(1);
    bench.exec(id, "holds", "/log/other", "true").exits(0);
  }

  /** The socket of another container's system log, which CRIU finds in the network namespace. */
  @Test
  void aSocketOfOthersIsFoundAgain(Workbench bench) throws IOException {
    Path shared = Files.createDirectories(bench.directory().resolve("shared"));
    Bundle logs =
        bench
            .bundle()
            .mount("/shared", "bind", shared.toString(), "bind")
            .script("ln -sf /shared/log /dev/log; exec busybox syslogd -n -O /shared/messages");
    String holder = bench.running(logs);
    Path messages = shared.resolve("messages");
    Workbench.await("a system log", () -> text(messages).contains("syslogd started"));
    Bundle bundle =
        CProgram.built("speaks")
            .into(Criu.counting(bench), "/bin/speaks")
            .mount("/shared", "bind", shared.toString(), "bind")
            .join("network", "/proc/" + bench.pid(holder) + "/ns/net");
    bundle.args(
        "speaks",
        "/shared/log",
        "sh",
        "-c",
        "trap 'echo \"<13>once more\" >&9' USR1; " + Criu.COUNTING);
    String id = bench.running(bundle);
    Workbench.await("a first message", () -> text(messages).contains("spoken"));
    Criu.awaitCountAbove(bench, 3);
    isRefused(bench, id, "External socket is used");
    Criu.checkpoint(bench, id, "--ext-unix-sk").run().succeedsSilently();
    goesOn(bench, bundle, id, "--ext-unix-sk");
    bench.kill(id, "USR1").succeedsSilently();
    Workbench.await("another message", () -> text(messages).contains("once more"));
  }

  /** What it would be restored as has its files belong to others. */
  @Test
  void anIdmappedMountIsRefused(Workbench bench) throws IOException {
    Path source = Files.createDirectories(bench.directory().resolve("source"));
    Bundle bundle = Criu.counting(bench);
    String plain = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, plain).run().succeedsSilently();
    bundle.mount("/m", "bind", source.toString(), "bind");
    int number = bundle.config().get("mounts").size() - 1;
    List<Object> ids = List.of(UserNamespaceIT.mapping(0, 3000, 2000));
    bundle.set("/mounts/" + number + "/uidMappings", ids);
    bundle.set("/mounts/" + number + "/gidMappings", ids);
    String said = "/mounts/" + number + ": CRIU restores an idmapped mount without its mappings";
    Criu.restore(bench, bundle, plain, "-d").run().failsNaming(said);
    bench.assertNothingOf(plain);
    String id = bench.running(bundle);
    isRefused(bench, id, said);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /** Its memory goes to another CRIU, which writes it where it is restored from. */
  @Test
  void memoryGoesToAServerOfPages(Workbench bench) throws Exception {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Path images = Files.createDirectories(Criu.images(bench));
    Process server = Criu.pageServer(images, "4567");
    try {
      Criu.checkpoint(bench, id, "--page-server", "127.0.0.1:4567").run().succeedsSilently();
      assertEquals(0, server.waitFor());
    } finally {
      server.destroyForcibly();
    }
    bench.assertNothingOf(id);
    goesOn(bench, bundle, id);
  }

  /** What has been restored is no longer in the images. */
  @Test
  void pagesAreTakenOutOfTheImages(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Path pages = Criu.images(bench).resolve("pages-1.img");
    long before = blocks(pages);
    assertTrue(before > 0, "no pages");
    goesOn(bench, bundle, id, "--auto-dedup");
    assertEquals(0, blocks(pages));
  }

  private static long blocks(Path file) throws IOException {
    try {
      Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
      String out = new String(stat.getInputStream().readAllBytes());
      assertEquals(0, stat.waitFor());
      return Long.parseLong(out.strip());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Whatever is asked of cgroups, the container is where its configuration says, and v1 as it was.
   */
  @ParameterizedTest
  @ValueSource(strings = {"soft", "full", "ignore"})
  void eachModeOfCgroupsEndsInItsCgroup(String mode, Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id, "--manage-cgroups-mode", mode).run().succeedsSilently();
    String other = bench.keep(Workbench.id());
    goesOn(bench, bundle, other, "--manage-cgroups-mode", mode);
    String cgroup = Files.readString(Path.of("/proc/" + bench.pid(other) + "/cgroup"));
    assertTrue(cgroup.contains("0::/" + other), cgroup);
  }

  /** Of the two kinds of track one is the front's, with what is said to CRIU and what it says. */
  @Test
  void aRestoreCanBeTraced(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Path file = bench.directory().resolve("trace.json");
    goesOn(bench, bundle, id, "--trace=" + file);
    StringBuilder titles = new StringBuilder();
    double last = 0;
    for (JsonNode event : new ObjectMapper().readTree(file.toFile()).get("traceEvents")) {
      if (event.get("ph").asText().equals("X")) {
        titles.append(event.get("name").asText()).append('\n');
        last = Math.max(last, event.get("dur").asDouble());
      }
    }
    for (String step :
        new String[] {
          "claim the id",
          "make mount points",
          "tell CRIU to restore",
          "hear from CRIU",
          "put the container on record",
          "let CRIU end"
        }) {
      assertTrue(titles.toString().contains(step), step + " is not in\n" + titles);
    }
    assertTrue(last > 0, "nothing takes time");
  }
}
