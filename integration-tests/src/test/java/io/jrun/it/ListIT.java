// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The list command in its three formats. */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class ListIT {

  @Test
  @Tag("smoke")
  void theTableIsRuncs(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    String created = bench.created(bundle);
    String stopped = bench.stopped(bench.bundle());
    List<String> lines = bench.jrun("list").succeedsSilently().lines();
    assertEquals(3, lines.size());
    assertTrue(lines.get(0).matches("ID +PID +STATUS +BUNDLE +CREATED +OWNER"), lines.get(0));
    JsonNode state = bench.state(created);
    assertEquals(
        List.of(
            created,
            state.get("pid").asText(),
            "created",
            bundle.directory().toString(),
            state.get("created").asText(),
            "root"),
        List.of(line(lines, created).split(" +")));
    assertEquals("0", line(lines, stopped).split(" +")[1]);
    assertEquals("stopped", line(lines, stopped).split(" +")[2]);
    // Columns: at least twelve wide, three blanks between.
    int pid = lines.get(0).indexOf("PID");
    assertEquals(Math.max(12, created.length() + 3), pid);
    assertEquals(pid + 12, lines.get(0).indexOf("STATUS"));
    assertEquals(pid + 24, lines.get(0).indexOf("BUNDLE"));
  }

  private static String line(List<String> lines, String id) {
    return lines.stream().filter(line -> line.startsWith(id + " ")).findFirst().orElseThrow();
  }

  @Test
  void jsonIsOneLineWithTheStates(Workbench bench) {
    String id = bench.created(bench.bundle().set("/annotations/a", "b"));
    Outcome outcome = bench.jrun("list", "--format", "json").succeedsSilently();
    assertEquals(1, outcome.out().lines().count());
    assertEquals(1, outcome.json().size());
    JsonNode entry = outcome.json().get(0);
    JsonNode state = bench.state(id);
    for (String key :
        List.of(
            "ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "annotations")) {
      assertEquals(state.get(key), entry.get(key), key);
    }
    assertEquals("root", entry.get("owner").asText());
    assertTrue(
        outcome.out().startsWith("[{\"ociVersion\":\"1.3.0\",\"id\":\"" + id + "\",\"pid\":"),
        outcome.out());
  }

  @Test
  void quietIsTheIdsAlone(Workbench bench) {
    String one = bench.created(bench.bundle());
    String two = bench.created(bench.bundle());
    List<String> ids = bench.jrun("list", "-q").succeedsSilently().lines();
    assertEquals(List.of(one, two).stream().sorted().toList(), ids.stream().sorted().toList());
  }

  @Test
  void anEmptyRootGivesTheHeaderNullAndNothing(Workbench bench) throws IOException {
    Files.createDirectory(bench.root());
    assertEquals(
        "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n",
        bench.jrun("list").succeedsSilently().out());
    assertEquals("null", bench.jrun("list", "-f", "json").succeedsSilently().text());
    assertEquals("", bench.jrun("list", "-q").succeedsSilently().out());
  }

  @Test
  void aRootThatDoesNotExistIsAnError(Workbench bench) {
    bench.jrun("list").failsNaming(bench.root().toString(), "no such file or directory");
  }

  @Test
  void aRootThatIsAFileIsAnError(Workbench bench) throws IOException {
    Files.createFile(bench.root());
    bench.jrun("list").failsNaming("open " + bench.root() + ": not a directory");
  }

  @Test
  void theDefaultRootNeedNotExist(Workbench bench) throws IOException {
    Files.deleteIfExists(java.nio.file.Path.of("/run", Jrun.name()));
    assertEquals("", bench.bareCommand("list", "-q").run().succeedsSilently().out());
    Files.deleteIfExists(java.nio.file.Path.of("/run", Jrun.name()));
  }

  @Test
  void anUnknownFormatIsRefused(Workbench bench) throws IOException {
    Files.createDirectory(bench.root());
    bench.jrun("list", "--format", "x").failsWith("invalid format option");
  }

  // One bad entry must not hide the others.
  @Test
  void aDirectoryThatIsNoContainerHidesNobody(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle());
    java.nio.file.Path odd = Files.createDirectory(bench.root().resolve("odd"));
    assertTrue(bench.jrun("list", "-q").exits(0).lines().contains(id));
    Files.delete(odd);
  }
}
