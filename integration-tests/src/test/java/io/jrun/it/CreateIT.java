// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The create command: what exists afterwards, and that a create that failed leaves nothing at all.
 */
@ExtendWith(ResidueExtension.class)
class CreateIT {

  @Test
  @Tag("smoke")
  void createReturnsWhileTheProgramHasNotRun(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/root/readonly", false).script("touch /ran; sleep 1000");
    String id = bench.keep(Workbench.id());
    bench.create(bundle, id).succeedsSilently();
    assertEquals("created", bench.status(id));
    int pid = bench.pid(id);
    assertTrue(HostProcess.isAlive(pid));
    Workbench.pause(100);
    assertFalse(Files.exists(bundle.inside("/ran")));
  }

  @Test
  void initBecomesAChildOfTheCallersReaperAndNotOfTheRuntime(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    assertEquals("1", HostProcess.status(bench.pid(id)).get("PPid"));
  }

  @Test
  void noHelperKeepsTheCallersOutputOpen(Workbench bench) throws IOException {
    // The container keeps the output it was created with; everybody else must have let go of it.
    Path out = bench.directory().resolve("out");
    Bundle bundle = bench.bundle().lasting();
    String id = bench.keep(Workbench.id());
    bench.createCommand(bundle, id).through("exec \"$@\" >" + out).run().succeeds();
    int init = bench.pid(id);
    for (int pid : HostProcess.all()) {
      if (pid != init && HostProcess.isAlive(pid)) {
        assertFalse(
            HostProcess.descriptors(pid).containsValue(out.toString()),
            "held by " + HostProcess.find(pid));
      }
    }
    assertEquals(out.toString(), HostProcess.descriptors(init).get(1));
  }

  /** Found when the front is at work already: it is undone. */
  @Test
  @Tag("jvm")
  void aPlanThatIsTooLongLeavesNothing(Workbench bench) {
    Bundle bundle = bench.bundle().set("/linux/maskedPaths", absent(20_000));
    String id = Workbench.id();
    Outcome outcome = bench.create(bundle, id).exits(1);
    assertTrue(
        outcome
            .err()
            .contains("/mounts, /linux/maskedPaths, /linux/devices: the plan has more than "),
        outcome::err);
    assertTrue(outcome.err().contains("use fewer mounts, masked paths or devices"), outcome::err);
    assertEquals(1, outcome.err().lines().count());
    bench.assertNothingOf(id);
  }

  /** A path for each processor of a large machine, and most of them not there: as peers take it. */
  @Test
  @Tag("jvm")
  void tenThousandMasksOfNothingAreTaken(Workbench bench) {
    Bundle bundle =
        bench.bundle().set("/linux/maskedPaths", absent(10_000)).args("sh", "-c", "echo fine");
    assertEquals("fine\n", bench.run(bundle).exits(0).out());
  }

  private static List<String> absent(int count) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add("/masked-" + i);
    }
    return out;
  }

  @Test
  void theBundleIsTheCurrentDirectoryUnlessNamed(Workbench bench) {
    Bundle bundle = bench.bundle().write();
    String id = bench.keep(Workbench.id());
    bench.command("create", id).in(bundle.directory()).run().succeedsSilently();
    assertEquals(bundle.directory().toString(), bench.state(id).get("bundle").asText());
  }

  @Test
  void optionsMayFollowTheId(Workbench bench) {
    Bundle bundle = bench.bundle().write();
    String id = bench.keep(Workbench.id());
    bench.jrun("create", id, "--bundle", bundle.directory().toString()).succeedsSilently();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-b=%s", "--bundle=%s", "--bundle=%s/"})
  void theBundleCanBeWrittenInEachOfGosWays(String option, Workbench bench) {
    Bundle bundle = bench.bundle().write();
    String id = bench.keep(Workbench.id());
    bench.jrun("create", String.format(option, bundle.directory()), id).succeedsSilently();
    assertEquals(bundle.directory().toString(), bench.state(id).get("bundle").asText());
  }

  @Test
  void aRelativeBundleIsMadeAbsolute(Workbench bench) {
    Bundle bundle = bench.bundle().write();
    String id = bench.keep(Workbench.id());
    bench
        .command("create", "-b", bundle.directory().getFileName().toString(), id)
        .in(bench.directory())
        .run()
        .succeedsSilently();
    assertEquals(bundle.directory().toString(), bench.state(id).get("bundle").asText());
  }

  @Test
  void anIdCanBeUsedOnce(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.created(bundle);
    int pid = bench.pid(id);
    bench
        .create(bundle, id)
        .failsWith(Jrun.name() + " create failed: container with given ID already exists");
    assertEquals("created", bench.status(id));
    assertEquals(pid, bench.pid(id));
  }

  @Test
  void anIdCanBeUsedAgainAfterItsDeletion(Workbench bench) {
    Bundle bundle = bench.bundle();
    String id = bench.keep(Workbench.id());
    bench.create(bundle, id).succeedsSilently();
    bench.delete(id).succeedsSilently();
    bench.create(bundle, id).succeedsSilently();
  }

  // "later edits to config.json have no effect"
  @Test
  void editsOfTheConfigurationAfterCreateHaveNoEffect(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().script("echo first; sleep 1000");
    Path out = bench.directory().resolve("out");
    String id = bench.keep(Workbench.id());
    bench.createCommand(bundle, id).through("exec \"$@\" >" + out).run().succeeds();
    bundle.script("echo second").write();
    bench.start(id).succeedsSilently();
    Workbench.await("output", () -> read(out).equals("first\n"));
    Files.delete(bundle.directory().resolve("config.json"));
    assertEquals("running", bench.status(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/process/args            | []                      | args must not be empty",
        "/process/cwd             | \"\"                    | cwd",
        "/process/cwd             | \"x\"                   | cwd",
        "/process/args            | [\"\"]                  | args",
        "/process/args            | \"sh\"                  | /process/args",
        "/process/user/uid        | -1                      | /process/user/uid",
        "/process/user/uid        | 4294967295              | /process/user/uid",
        "/process/user/uid        | \"0\"                   | /process/user/uid",
        "/process/user/uid        | 1.5                     | /process/user/uid",
        "/process/env             | [\"NOEQUALS\"]          | /process/env/0",
        "/process/env             | [\"=x\"]                | /process/env/0",
        "/process/rlimits/0/type  | \"RLIMIT_X\"            | RLIMIT_X",
        "/process/rlimits/0/soft  | 2048                    | /process/rlimits/0",
        "/process/rlimits/1       | {\"type\":\"RLIMIT_NOFILE\",\"soft\":1,\"hard\":1} |"
            + " RLIMIT_NOFILE",
        "/process/oomScoreAdj     | 1001                    | /process/oomScoreAdj",
        "/root/path               | \"nope\"                | nope",
        "/root/path               | \"config.json\"         | config.json",
        "/root                    | null                    | root must be specified",
        "/process                 | null                    | process property must not be empty",
        "/linux/namespaces/0/type | \"nope\"                | nope",
        "/linux/namespaces/6      | {\"type\":\"pid\"}      | malformed spec file: duplicated ns",
        "/linux/rootfsPropagation | \"nope\"                | rootfsPropagation",
        "/linux/maskedPaths       | [\"/proc/\\u0000x\"]    | /linux/maskedPaths/0",
        "/hostname                | \"a\\u0000b\"           | /hostname",
        "/hooks/createRuntime     | [{\"path\":\"relative\"}] | /hooks/createRuntime/0",
        "/hooks/createRuntime     | [{\"path\":\"/bin/true\",\"timeout\":0}] |"
            + " /hooks/createRuntime/0",
        "/ociVersion              | \"2.0.0\"               | ociVersion",
        "/ociVersion              | \"garbage\"             | ociVersion",
        "/mounts/0/destination    | \"\"                    | /mounts/0",
      })
  void aBadConfigurationIsRefusedBeforeAnythingIsDone(
      String pointer, String value, String part, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    if (value.equals("null")) {
      bundle.remove(pointer);
    } else {
      bundle.set(pointer, new com.fasterxml.jackson.databind.ObjectMapper().readTree(value));
    }
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming(Jrun.name() + " create failed: ", part);
    bench.assertNothingOf(id);
  }

  @Test
  void allProblemsOfAConfigurationAreReportedAtOnceOnOneLine(Workbench bench) {
    Bundle bundle = bench.bundle().set("/process/cwd", "x").set("/process/user/uid", -1);
    bench.create(bundle, Workbench.id()).failsNaming("/process/cwd", "/process/user/uid");
  }

  @Test
  void aMissingBundleIsNamed(Workbench bench) {
    bench
        .jrun("create", "--bundle", "/nonexistent/b", Workbench.id())
        .failsNaming(
            Jrun.name() + " create failed: ", "/nonexistent/b", "no such file or directory");
  }

  @Test
  void aMissingConfigurationHasRuncsText(Workbench bench) {
    bench
        .jrun("create", "--bundle", bench.directory().toString(), Workbench.id())
        .failsBeginning(
            Jrun.name() + " create failed: JSON specification file config.json not found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"x\"",
        "{",
        "{}",
        "{} trailing",
        "{\"ociVersion\":\"1.0.0\",\"ociVersion\":\"1.0.0\"}",
        "\ufeff{}x",
        "{\"a\":\"\\ud800\"}",
        "\u0000"
      })
  void aDocumentThatIsNoConfigurationIsRefusedOnOneLine(String text, Workbench bench) {
    Bundle bundle = bench.bundle().write(text);
    String id = Workbench.id();
    Outcome outcome =
        bench
            .jrun("create", "--bundle", bundle.directory().toString(), id)
            .failsNaming(Jrun.name() + " create failed: ");
    assertFalse(outcome.err().contains("Exception"), outcome::toString);
    bench.assertNothingOf(id);
  }

  @Test
  void aDocumentOfDeepNestingIsRefused(Workbench bench) {
    Bundle bundle =
        bench.bundle().write("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    Outcome outcome =
        bench
            .jrun("create", "--bundle", bundle.directory().toString(), Workbench.id())
            .failsNaming(" create failed: ");
    assertFalse(outcome.err().contains("Exception"), outcome::toString);
    assertFalse(outcome.err().contains("Error:"), outcome::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"directory", "fifo", "loop"})
  void aConfigurationThatIsNoFileIsRefusedAndNotWaitedFor(String what, Workbench bench)
      throws Exception {
    Path bundle = Files.createDirectory(bench.directory().resolve("odd"));
    Path config = bundle.resolve("config.json");
    switch (what) {
      case "directory" -> Files.createDirectory(config);
      case "fifo" -> new ProcessBuilder("mkfifo", config.toString()).start().waitFor();
      default -> Files.createSymbolicLink(config, Path.of("config.json"));
    }
    bench
        .command("create", "--bundle", bundle.toString(), Workbench.id())
        .run()
        .failsNaming(Jrun.name() + " create failed: ");
  }

  @Test
  void aCallerWithClosedStandardDescriptorsIsServed(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    bench
        .createCommand(bench.bundle().lasting(), id)
        .through("exec \"$@\" <&- >&- 2>&-")
        .run()
        .exits(0);
    for (int fd = 0; fd < 3; fd++) {
      assertEquals("/dev/null", HostProcess.descriptors(bench.pid(id)).get(fd), "fd " + fd);
    }
  }

  @Test
  void aCallerWithOddSettingsIsServed(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().args("cat", "/proc/self/status");
    Outcome outcome =
        bench
            .runCommand(bundle, Workbench.id())
            .through("umask 0777; trap '' PIPE CHLD HUP USR1; exec \"$@\"")
            .run()
            .succeedsSilently();
    Map<String, String> status = HostProcess.parseStatus(outcome.out());
    assertEquals("0022", status.get("Umask"));
    assertEquals("0000000000000000", status.get("SigBlk"));
    assertEquals("0000000000000000", status.get("SigIgn"));
  }

  @Test
  void aCallerWhoseDirectoryIsGoneIsServed(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Path gone = bench.directory().resolve("gone");
    Files.createDirectory(gone);
    String id = bench.keep(Workbench.id());
    bench
        .createCommand(bundle, id)
        .through("cd " + gone + " && rmdir " + gone + " && exec \"$@\"")
        .run()
        .succeedsSilently();
    assertFalse(Files.exists(gone, LinkOption.NOFOLLOW_LINKS));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
