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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a container's process has of whoever calls: each attribute that programs inherit is given a
 * value of its own to the caller, and then the container says which it has. What is the caller's
 * own affair is not handed on; what is a property of the service that the container is part of, and
 * has a field of its own in config.json that is absent, is. Where runc differs it is by accident:
 * it blocks and ignores what its caller does, and exec has the caller's umask.
 */
@ExtendWith(ResidueExtension.class)
class InheritanceIT {
  private static final String FIRST_CPU = "1";

  /** Name, value of the caller, value in the container. Numbers as inherit.c shows them. */
  private static final List<List<String>> TABLE =
      List.of(
          // Signals, and what a process is to its parent and children
          List.of("blocked", "1", "0000000000000000"),
          List.of("ignored", "1", "0000000000000000"),
          List.of("deathsignal", "10", "0"),
          List.of("subreaper", "1", "0"),
          List.of("timer", "1000", "0"),
          // Files
          List.of("umask", "0077", "0022"),
          List.of("descriptor", "9", ""),
          List.of("", "", "descriptors 3"),
          List.of("", "", "variables 3"),
          List.of("", "", "session own"),
          // Who it is
          List.of("group", "4242", ""),
          List.of("", "", "groups 0"),
          List.of("keyring", "1", "_ses.%s"),
          List.of("nonewprivs", "1", "1"),
          List.of("securebits", "0x40", "0x40"),
          List.of("dumpable", "0", "1"),
          // How it is scheduled, and has memory
          List.of("nice", "5", "5"),
          List.of("policy", "3", "3"),
          List.of("ioprio", "0x4007", "0x4007"),
          List.of("slack", "77777", "77777"),
          List.of("cpus", FIRST_CPU, "%s"),
          List.of("memory", "3", "3"),
          List.of("nohugepages", "1", "1"),
          // Limits and what becomes of it
          List.of("oom", "500", "500"),
          List.of("core", "12345", "12345"),
          List.of("coredump", "0x7f", "0000007f"),
          List.of("personality", "0x40000", "0x40000"));

  private static CProgram inherit;

  @BeforeAll
  static void build() {
    inherit = CProgram.built("inherit");
  }

  private static Bundle bundle(Workbench bench) {
    return inherit
        .into(bench.bundle(), "/bin/inherit")
        .set("/process/env", List.of("PATH=/bin", "HOME=/", "A=b"))
        .set("/process/noNewPrivileges", false);
  }

  /** Has a caller with all of the table. */
  private static String caller() {
    StringBuilder out = new StringBuilder(inherit.file().toString());
    for (List<String> each : TABLE) {
      if (!each.get(0).isEmpty()) {
        out.append(' ').append(each.get(0)).append('=').append(each.get(1));
      }
    }
    return out.append(" -- \"$@\"").toString();
  }

  private static Map<String, String> expected(String id) throws IOException {
    Map<String, String> out = new LinkedHashMap<>();
    for (List<String> each : TABLE) {
      String[] words = each.get(2).split(" ");
      if (words.length == 2) {
        out.put(words[0], words[1]);
      } else if (!each.get(2).isEmpty()) {
        out.put(each.get(0), each.get(2));
      }
    }
    out.put("keyring", "_ses." + id);
    out.put("cpus", Integer.toString(cpus()));
    return out;
  }

  /** How many the tests' own cgroup has; a container's has them too. */
  private static int cpus() throws IOException {
    int count = 0;
    for (String range :
        Files.readString(Path.of("/sys/devices/system/cpu/online")).trim().split(",")) {
      String[] ends = range.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }

  private static void assertShown(String id, Outcome outcome) throws IOException {
    Map<String, String> shown = new LinkedHashMap<>();
    for (String line : outcome.lines()) {
      int space = line.indexOf(' ');
      shown.put(line.substring(0, space), line.substring(space + 1));
    }
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, String> each : expected(id).entrySet()) {
      String value = shown.get(each.getKey());
      if (!each.getValue().equals(value)) {
        wrong.add(each.getKey() + ": " + value + ", not " + each.getValue());
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  @Tag("smoke")
  void whatIsRunHasWhatTheTableSays(Workbench bench) throws IOException {
    String id = Workbench.id();
    Bundle bundle = bundle(bench).args("inherit", "show");
    assertShown(id, bench.runCommand(bundle, id).through(caller()).run().succeedsSilently());
  }

  @Test
  void whatIsCreatedAndStartedByOthersHasItOfWhoCreatedIt(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bundle(bench).set("/root/readonly", false).args("inherit", "show", "/shown");
    bench.createCommand(bundle, id).through(caller()).run().succeedsSilently();
    bench.start(id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
    assertShown(id, new Outcome("", 0, Files.readString(bundle.inside("/shown")), ""));
  }

  @Test
  void whatIsExecutedHasWhatTheTableSays(Workbench bench) throws IOException {
    String id = bench.running(bundle(bench).lasting());
    assertShown(
        id,
        bench
            .execCommand(List.of(), id, "inherit", "show")
            .through(caller())
            .run()
            .succeedsSilently());
  }

  /** config.md, execCPUAffinity: what is said of the CPUs counts, as far as it is. */
  @Test
  void onWhichCpusAnExecBeginsAndStays(Workbench bench) throws IOException {
    Bundle bundle = bundle(bench).lasting();
    List<String> cases = new ArrayList<>();
    for (String affinity : List.of("initial", "final", "")) {
      if (!affinity.isEmpty()) {
        bundle.set("/process/execCPUAffinity", Map.of(affinity, "0"));
      } else {
        bundle.set("/process/execCPUAffinity", Map.of());
      }
      String id = bench.running(bundle);
      Outcome outcome =
          bench
              .execCommand(List.of(), id, "inherit", "show")
              .through(inherit.file() + " cpus=1 -- \"$@\"")
              .run()
              .succeedsSilently();
      cases.add(
          outcome.lines().stream().filter(line -> line.startsWith("cpus ")).findFirst().get());
      bench.deleteByForce(id).succeedsSilently();
    }
    assertEquals(List.of("cpus 1", "cpus 1", "cpus " + cpus()), cases);
  }

  @Test
  void theTableNamesEveryAttributeThatIsShown(Workbench bench) throws IOException {
    Outcome outcome = bench.run(bundle(bench).args("inherit", "show")).succeedsSilently();
    for (String line : outcome.lines()) {
      String name = line.substring(0, line.indexOf(' '));
      assertTrue(expected("x").containsKey(name), name);
    }
  }
}
