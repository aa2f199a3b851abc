// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What ctr and the shim have learned since those that {@link ContainerdIT} runs everywhere. Each
 * flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class ContainerdFlowsIT {
  private static Containerd containerd;

  @BeforeAll
  static void startDaemon() {
    containerd = Containerd.start();
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    containerd.close();
  }

  private static Outcome run(String runtime, List<String> options, String id, String... command) {
    List<String> words =
        new ArrayList<>(List.of("run", "--runc-binary", runtime, "--cpu-shares", "0"));
    words.addAll(options);
    words.addAll(List.of(Containerd.IMAGE, id));
    words.addAll(List.of(command));
    return containerd.ctr(words.toArray(String[]::new));
  }

  private static void flow(TestReporter reporter, EngineFlow.Step step) throws IOException {
    EngineFlow.with(Containerd.RUNC.toString(), Jrun.binary().toString(), reporter, step);
  }

  /** As containerd 2 looks for what it may ask of a runtime. */
  @Test
  void theRuntimesFeaturesAreWhatItSaysOfItself(Workbench bench, TestReporter reporter)
      throws IOException {
    flow(
        reporter,
        runtime -> {
          Outcome told = containerd.ctr("plugins", "inspect-runtime", "--runc-binary", runtime);
          if (containerd.version() < 2) {
            assertFalse(told.out().contains("ociVersion"), told::toString);
            return;
          }
          JsonNode features = told.succeeds().json().get("Features");
          JsonNode own = bench.bareCommand("features").by(Path.of(runtime)).run().json();
          assertTrue(features.size() >= 6, features::toString);
          assertSame("", own, features);
        });
  }

  /** What containerd has of it is as it was told; fields that it does not know yet it drops. */
  private static void assertSame(String pointer, JsonNode told, JsonNode kept) {
    if (!kept.isObject()) {
      assertEquals(told, kept, pointer);
      return;
    }
    for (Map.Entry<String, JsonNode> field : kept.properties()) {
      String name = field.getKey();
      assertSame(pointer + "/" + name, told.path(name), field.getValue());
    }
  }

  @Test
  void execsThatEndAtOnceAreAllToldOf(TestReporter reporter) throws IOException {
    flow(
        reporter,
        runtime -> {
          String id = Workbench.id();
          run(runtime, List.of("--detach"), id, "sleep", "1000").succeeds();
          try {
            List<Jrun.Running> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              all.add(containerd.execCommand(List.of(), id, "sh", "-c", "exit " + i).start());
            }
            for (int i = 0; i < all.size(); i++) {
              all.get(i).await().exits(i);
            }
          } finally {
            containerd.remove(id);
          }
        });
  }

  @Test
  void aDetachedExecIsListedUntilItEnds(TestReporter reporter) throws IOException {
    flow(
        reporter,
        runtime -> {
          String id = Workbench.id();
          run(runtime, List.of("--detach"), id, "sleep", "1000").succeeds();
          try {
            containerd
                .ctr("task", "exec", "--detach", "--exec-id", "one", id, "sleep", "1001")
                .succeeds();
            assertEquals(1, execs(id));
            containerd.ctr("task", "kill", "--exec-id", "one", "--signal", "9", id).succeeds();
            Workbench.await("its end", () -> execs(id) == 0);
          } finally {
            containerd.remove(id);
          }
        });
  }

  private static long execs(String id) {
    return containerd.ctr("task", "ps", id).succeeds().lines().stream()
        .filter(line -> line.contains("one"))
        .count();
  }

  @Test
  void optionsOfTheShimAreHandedOn(Workbench bench, TestReporter reporter) throws IOException {
    flow(
        reporter,
        runtime -> {
          String id = Workbench.id();
          Path root = bench.directory().resolve("root-" + Path.of(runtime).getFileName());
          run(runtime, List.of("--detach", "--runc-root", root.toString()), id, "sleep", "1000")
              .succeeds();
          try {
            assertTrue(Files.isDirectory(root.resolve("default").resolve(id)), root::toString);
          } finally {
            containerd.remove(id);
          }
        });
  }

  /** ctr 1.7 forgets which runtime it was to be, and has runc do it: runc's record tells. */
  @Test
  void idsAreMapped(TestReporter reporter) throws IOException {
    flow(
        reporter,
        runtime -> {
          String id = Workbench.id();
          List<String> maps = List.of("--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536");
          List<String> options = new ArrayList<>(maps);
          options.add("--detach");
          run(runtime, options, id, "sleep", "1000").succeeds();
          try {
            Path record = Path.of("/run/containerd/runc/default", id, "state.json");
            boolean forgets = containerd.version() < 2;
            assertEquals(
                forgets || runtime.equals(Containerd.RUNC.toString()),
                Files.readString(record).contains("\"init_process_pid\""));
            assertEquals(
                List.of("0 100000 65536", "0"),
                containerd
                    .exec(id, "sh", "-c", "echo $(cat /proc/self/uid_map); stat -c %u /bin")
                    .succeeds()
                    .lines());
          } finally {
            containerd.remove(id);
          }
        });
  }
}
