// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The log as engines read it: on failure exactly one record, and the bare message on standard
 * error.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class LogIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  @Tag("smoke")
  void aFailureIsOneJsonRecordInTheLogAndTheMessageOnStandardError(Workbench bench)
      throws IOException {
    Path log = bench.directory().resolve("log.json");
    Outcome outcome = logged(bench, log, "json", "state", Workbench.id()).exits(1);
    assertEquals("container does not exist\n", outcome.err());
    assertEquals("", outcome.out());
    assertOneError(log, "container does not exist");
  }

  @Test
  void aFailedCreateIsOneJsonRecordToo(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.json");
    Bundle bundle = bench.bundle().args("nosuch").write();
    logged(bench, log, "json", "create", "--bundle", bundle.directory().toString(), Workbench.id())
        .exits(1);
    assertOneError(
        log,
        Jrun.name()
            + " create failed: unable to start container process: exec: \"nosuch\": executable file"
            + " not found in $PATH");
  }

  // Podman decodes the whole file as one object.
  @Test
  void debugAddsNothingBesidesRecords(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.json");
    Bundle bundle = bench.bundle().args("nosuch").write();
    bench
        .bareCommand(
            "--root",
            bench.root().toString(),
            "--debug",
            "--log",
            log.toString(),
            "--log-format",
            "json",
            "create",
            "--bundle",
            bundle.directory().toString(),
            Workbench.id())
        .run()
        .exits(1);
    List<JsonNode> errors = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      JsonNode record = JSON.readTree(line);
      Instant.parse(record.get("time").asText());
      if (record.get("level").asText().equals("error")) {
        errors.add(record);
      }
    }
    assertEquals(1, errors.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void debugTellsEachStepAndWhatWasDecided(String format, Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log");
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set("/linux/maskedPaths", List.of("/proc/kcore"))
            .set("/process/noNewPrivileges", true)
            .write();
    String id = bench.keep(Workbench.id());
    String directory = bundle.directory().toString();
    String all = debugged(bench, log, format, "create", "--bundle", directory, id);
    for (String each :
        List.of(
            "front: claim the id " + id,
            "front: make cgroup ",
            "front: clone init: ",
            "CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID",
            "init: mount proc at /proc (/mounts/0): ",
            "init: mask /proc/kcore (/linux/maskedPaths/0): ",
            "front: put the container on record")) {
      assertTrue(all.contains(each), () -> "no " + each + " in\n" + all);
    }
    bench.start(id).succeedsSilently();
    String exec = debugged(bench, log, format, "exec", id, "true");
    for (String each :
        List.of("front: clone ", "CLONE_INTO_CGROUP", "process: ", "setns(", "execute true")) {
      assertTrue(exec.contains(each), () -> "no " + each + " in\n" + exec);
    }
    bundle.args("true").write();
    String run = debugged(bench, log, format, "run", "--bundle", directory, Workbench.id());
    assertTrue(run.contains("init: execute true (/process/args): execve("), run);
  }

  /** The records of a command that succeeds, each proved to be one at level debug. */
  private static String debugged(Workbench bench, Path log, String format, String... words)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("--root", bench.root().toString(), "--debug", "--log", log.toString()));
    all.addAll(List.of("--log-format", format));
    all.addAll(List.of(words));
    bench.bareCommand(all.toArray(String[]::new)).run().succeedsSilently();
    List<String> lines = Files.readAllLines(log);
    Files.delete(log);
    for (String line : lines) {
      if (format.equals("json")) {
        assertEquals("debug", JSON.readTree(line).get("level").asText(), line);
      } else {
        assertTrue(line.matches("time=\"[^\"]+\" level=debug msg=.+"), line);
      }
    }
    assertTrue(lines.size() > 10, lines::toString);
    return String.join("\n", lines);
  }

  @Test
  void textRecordsCarryTimeLevelAndMessage(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.txt");
    Outcome outcome = logged(bench, log, "text", "state", Workbench.id()).exits(1);
    assertEquals("container does not exist\n", outcome.err());
    String line = Files.readString(log);
    assertTrue(
        line.matches(
            "time=\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\" level=error msg=\"container does"
                + " not exist\"\n"),
        line);
  }

  @Test
  void successLogsNothing(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.json");
    Bundle bundle = bench.bundle().write();
    String id = bench.keep(Workbench.id());
    logged(bench, log, "json", "create", "--bundle", bundle.directory().toString(), id)
        .succeedsSilently();
    assertFalse(Files.exists(log) && Files.size(log) > 0, "records of a create that succeeded");
  }

  @Test
  void theLogIsAppendedTo(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.json");
    logged(bench, log, "json", "state", Workbench.id()).exits(1);
    logged(bench, log, "json", "state", Workbench.id()).exits(1);
    assertEquals(2, Files.readAllLines(log).size());
  }

  @Test
  void aRelativeLogIsRelativeToTheCallersDirectoryAndNotToTheBundle(Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().args("nosuch").write();
    Path elsewhere = Files.createDirectory(bench.directory().resolve("elsewhere"));
    bench
        .command(
            "--log",
            "log.json",
            "--log-format",
            "json",
            "create",
            "--bundle",
            bundle.directory().toString(),
            Workbench.id())
        .in(elsewhere)
        .run()
        .exits(1);
    assertTrue(Files.size(elsewhere.resolve("log.json")) > 0);
    assertFalse(Files.exists(bundle.directory().resolve("log.json")));
  }

  // The id goes through the message: quotes, backslashes and control characters must stay one JSON
  // string.
  @Test
  void anOddMessageIsStillOneRecord(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log.json");
    Bundle bundle = bench.bundle().args("no\"such\\\n\u001b[31m\u00e9").write();
    Outcome outcome =
        logged(
                bench,
                log,
                "json",
                "create",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .exits(1);
    assertEquals(1, Files.readAllLines(log).size());
    JsonNode record = JSON.readTree(Files.readString(log));
    assertTrue(
        record.get("msg").asText().contains("executable file not found in $PATH"),
        outcome::toString);
    assertFalse(outcome.err().contains("\u001b"), "an escape of the terminal came through");
  }

  private static Outcome logged(Workbench bench, Path log, String format, String... args) {
    List<String> all = new ArrayList<>(List.of("--log", log.toString(), "--log-format", format));
    all.addAll(List.of(args));
    return bench.command(all.toArray(String[]::new)).run();
  }

  private static void assertOneError(Path log, String message) throws IOException {
    List<String> lines = Files.readAllLines(log);
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("{\"level\":\"error\",\"msg\":\""), lines.get(0));
    JsonNode record = JSON.readTree(lines.get(0));
    assertEquals(3, record.size(), lines.get(0));
    assertEquals(message, record.get("msg").asText());
    Instant.parse(record.get("time").asText());
  }

  /** runc's bare line, which scripts look for, is no record: engines read one. */
  @ParameterizedTest
  @ValueSource(strings = {"run", "exec"})
  void aProgramThatIsNotExecutedIsOneRecordInTheLog(String verb, Workbench bench)
      throws IOException {
    Path log = bench.directory().resolve("log.json");
    Bundle bundle = bench.bundle().executable("/bin/mine", "#!/bin/nothing\n");
    Outcome outcome;
    if (verb.equals("run")) {
      bundle.args("/bin/mine").write();
      String directory = bundle.directory().toString();
      outcome = logged(bench, log, "json", "run", "--bundle", directory, Workbench.id()).exits(1);
    } else {
      String id = bench.running(bundle.lasting());
      outcome = logged(bench, log, "json", "exec", id, "/bin/mine").exits(255);
    }
    assertEquals(
        "exec /bin/mine: no such file or directory", outcome.err().lines().findFirst().get());
    List<String> records = Files.readAllLines(log);
    assertEquals(1, records.size(), records::toString);
    assertTrue(records.get(0).contains("\"level\":\"error\""), records::toString);
    assertTrue(records.get(0).contains("interpreter or loader"), records::toString);
  }
}
