// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a command costs does not grow with what else runs: it asks the kernel for no more files
 * beside many containers than beside few, by a core or by its stored program. The one exception is
 * list, whose cost for each container is bounded.
 */
@ExtendWith(ResidueExtension.class)
class BesideOthersIT {

  /** More containers the second time; the runtime's own calls may differ by less than that. */
  private static final int MORE = 12;

  /** Commands in an order in which each finds its container as it has to be. */
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("start"),
          List.of("state"),
          List.of("exec", "true"),
          List.of("ps"),
          List.of("pause"),
          List.of("resume"),
          List.of("kill", "0"),
          List.of("delete", "--force"));

  private static final String[] CORES = {"cold", ""};

  /** The calls by which a command names files, as strace(1) tells them. */
  private static List<String> trace(Workbench bench, String core, List<String> words) {
    Path log = bench.directory().resolve("trace");
    Jrun command = bench.command(words.toArray(String[]::new));
    if (!core.isEmpty()) {
      command.env("JRUN_CORE", core);
    }
    command
        .executedBy(
            List.of("strace", "-f", "-qq", "-e", "trace=%file,getdents64", "-o", log.toString()))
        .run()
        .succeeds();
    try {
      // A call that another process came into is told in two lines.
      return Files.readAllLines(log).stream().filter(line -> !line.contains(" resumed>")).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> wordsFor(List<String> command, String id) {
    List<String> words = new ArrayList<>();
    words.add(command.get(0));
    boolean optionFirst = command.size() > 1 && command.get(1).startsWith("-");
    if (optionFirst) {
      words.addAll(command.subList(1, command.size()));
    }
    words.add(id);
    if (!optionFirst) {
      words.addAll(command.subList(1, command.size()));
    }
    return words;
  }

  /** Each command of a new container, with the calls that it made. */
  private static Map<String, List<String>> traces(Workbench bench, Bundle bundle) {
    Map<String, List<String>> out = new LinkedHashMap<>();
    for (String core : CORES) {
      String id = bench.keepQuietly(Workbench.id());
      bench.create(bundle, id).succeeds();
      for (List<String> command : COMMANDS) {
        out.put(
            command.get(0) + (core.isEmpty() ? "" : " by a core"),
            trace(bench, core, wordsFor(command, id)));
      }
    }
    return out;
  }

  @Test
  void noCommandLooksAtOtherContainers(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    List<String> others = new ArrayList<>(List.of(bench.running(bundle)));
    Map<String, List<String>> few = traces(bench, bundle);
    for (int n = 0; n < MORE; n++) {
      others.add(bench.running(bundle));
    }
    Map<String, List<String>> many = traces(bench, bundle);
    List<String> grown = new ArrayList<>();
    many.forEach(
        (command, calls) -> {
          if (calls.size() - few.get(command).size() >= MORE) {
            grown.add(command + ": " + few.get(command).size() + ", then " + calls.size());
          }
          others.forEach(
              other ->
                  calls.stream()
                      .filter(line -> line.contains(other + "/") || line.contains(other + "\""))
                      .forEach(line -> grown.add(command + ": " + line)));
        });
    assertEquals(List.of(), grown);
  }

  @Test
  void listAsksLittleOfEachContainer(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    bench.running(bundle);
    int few = trace(bench, "cold", List.of("list")).size();
    for (int n = 0; n < MORE; n++) {
      bench.running(bundle);
    }
    int many = trace(bench, "cold", List.of("list")).size();
    // Its directory, its record, its init, its cgroup; java.nio looks at a file before it opens it.
    int each = Jrun.isNative() ? 4 : 8;
    assertTrue(many - few < (each + 1) * MORE, "list: " + few + ", then " + many);
  }

  // Its path was given to another once it had ended.
  @Test
  void whoHasTheCgroupByNowIsNotKilled(Workbench bench) throws IOException {
    String path = "/" + Workbench.id() + "-shared";
    Bundle ended = bench.bundle().set("/linux/cgroupsPath", path);
    String first = bench.stopped(ended);
    String second = bench.running(bench.bundle().lasting().set("/linux/cgroupsPath", path));
    bench.command("delete", "--force", first).env("JRUN_CORE", "cold").run().succeedsSilently();
    bench.jrun("state", first).failsWith("container does not exist");
    assertEquals("running", bench.status(second));
  }

  @Test
  void oneOfSeveralThatNeedsACoreKeepsNoOther(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    String first = bench.running(bundle);
    String second = bench.running(bundle);
    Files.delete(bench.root().resolve(first).resolve("verbs"));
    bench.jrun("delete", "--force", first, second).succeedsSilently();
    bench.assertNothingOf(first);
    bench.assertNothingOf(second);
  }
}
