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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks of all six kinds: when they run, with what, and what their failure means. */
@ExtendWith(ResidueExtension.class)
class HooksIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> KINDS =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  /** A hook that is a shell script. */
  private static Map<String, Object> shell(String script) {
    return hook("/bin/sh", "sh", "-c", script);
  }

  private static Map<String, Object> hook(String path, String... args) {
    Map<String, Object> hook = new LinkedHashMap<>();
    hook.put("path", path);
    hook.put("args", args);
    return hook;
  }

  /** A directory that has the same path on the host and in the container. */
  private static Path shared(Workbench bench, Bundle bundle) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("shared"));
    bundle.mount(directory.toString(), "bind", directory.toString(), "bind", "rw");
    return directory;
  }

  @Test
  @Tag("smoke")
  void hooksRunInTheOrderOfTheSpecification(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Path log = shared(bench, bundle).resolve("log");
    bundle.script("echo program >>" + log + "; sleep 1000");
    // Listed in reverse: the order is that of their kinds, and within a kind that of the list.
    for (int i = KINDS.size() - 1; i >= 0; i--) {
      bundle.hook(KINDS.get(i), shell("echo " + KINDS.get(i) + " 1 >>" + log));
      bundle.hook(KINDS.get(i), shell("echo " + KINDS.get(i) + " 2 >>" + log));
    }
    String id = bench.keep(Workbench.id());
    bench.create(bundle, id).succeedsSilently();
    assertEquals(
        List.of(
            "prestart 1",
            "prestart 2",
            "createRuntime 1",
            "createRuntime 2",
            "createContainer 1",
            "createContainer 2"),
        Files.readAllLines(log));
    bench.start(id).succeedsSilently();
    Workbench.await("program", () -> lines(log).contains("program"));
    List<String> started = Files.readAllLines(log);
    assertEquals(List.of("startContainer 1", "startContainer 2"), started.subList(6, 8));
    // The program and poststart run side by side.
    assertEquals(
        List.of("poststart 1", "poststart 2"),
        started.subList(8, 11).stream().filter(line -> !line.equals("program")).toList());
    bench.deleteByForce(id).succeedsSilently();
    assertEquals(List.of("poststop 1", "poststop 2"), Files.readAllLines(log).subList(11, 13));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Test
  void hooksReadTheStateFromStandardInput(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/annotations/key", "va\"lue");
    Path directory = shared(bench, bundle);
    bundle.lasting();
    for (String kind : KINDS) {
      bundle.hook(kind, shell("cat >" + directory.resolve(kind)));
    }
    String id = bench.running(bundle);
    int pid = bench.pid(id);
    bench.deleteByForce(id).succeedsSilently();
    Map<String, String> statuses =
        Map.of(
            "prestart", "creating",
            "createRuntime", "creating",
            "createContainer", "creating",
            "startContainer", "created",
            "poststart", "running",
            "poststop", "stopped");
    for (String kind : KINDS) {
      String text = Files.readString(directory.resolve(kind));
      // Hooks are shell scripts too, which look for the number right behind the colon.
      assertTrue(text.matches(kind.equals("poststop") ? ".*" : ".*\"pid\":\\d.*"), text);
      JsonNode state = JSON.readTree(text);
      assertEquals(id, state.get("id").asText(), kind);
      assertEquals(statuses.get(kind), state.get("status").asText(), kind);
      assertEquals(bundle.directory().toString(), state.get("bundle").asText(), kind);
      assertEquals("va\"lue", state.at("/annotations/key").asText(), kind);
      assertTrue(state.get("ociVersion").asText().startsWith("1."), kind);
      if (List.of("prestart", "createRuntime", "poststart").contains(kind)) {
        assertEquals(pid, state.get("pid").asInt(), kind);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prestart", "createRuntime", "createContainer", "poststart", "poststop"})
  void theEnvironmentIsExactlyTheHooks(String kind, Workbench bench) throws IOException {
    Path with = bench.directory().resolve("with");
    Path without = bench.directory().resolve("without");
    // A script that writes the environment it was started with to a file.
    Path wrapper = bench.directory().resolve("wrapper");
    Files.writeString(wrapper, "#!/bin/busybox sh\ntr '\\0' '\\n' </proc/self/environ >\"$1\"\n");
    wrapper.toFile().setExecutable(true);
    Map<String, Object> hook = hook(wrapper.toString(), "wrapper", with.toString());
    hook.put("env", List.of("A=1", "B=two words", "EMPTY="));
    Bundle bundle = bench.bundle().lasting().hook(kind, hook);
    bundle.hook(kind, hook(wrapper.toString(), "wrapper", without.toString()));
    String id = bench.keep(Workbench.id());
    bench.createCommand(bundle, id).env("SECRET", "caller").run().succeedsSilently();
    bench.command("start", id).env("SECRET", "caller").run().succeedsSilently();
    bench.command("delete", "--force", id).env("SECRET", "caller").run().succeedsSilently();
    assertEquals(
        List.of("A=1", "B=two words", "EMPTY="),
        Files.readAllLines(with).stream().filter(HooksIT::isNotTheShells).toList());
    assertEquals(
        List.of(), Files.readAllLines(without).stream().filter(HooksIT::isNotTheShells).toList());
  }

  // It is a program of the container's, in the place of the one to come: it gets what that gets.
  @Test
  void aStartContainerHookWithoutAnEnvironmentGetsTheProcesss(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/process/env", List.of("PATH=/bin", "ONE=two"));
    Path directory = shared(bench, bundle);
    for (String name : List.of("without", "empty", "own")) {
      Map<String, Object> hook =
          hook(
              "/bin/sh",
              "sh",
              "-c",
              "cat /proc/$$/environ | tr '\\0' '\\n' >" + directory + "/" + name);
      if (!name.equals("without")) {
        hook.put("env", name.equals("own") ? List.of("A=1") : List.of());
      }
      bundle.hook("startContainer", hook);
    }
    bundle.script("cat /proc/$$/environ | tr '\\0' '\\n' >" + directory + "/program");
    bench.run(bundle).succeedsSilently();
    Map<String, List<String>> expected =
        Map.of(
            "without", List.of("PATH=/bin", "ONE=two", "HOME=/root"),
            "program", List.of("PATH=/bin", "ONE=two", "HOME=/root"),
            "own", List.of("A=1"),
            "empty", List.of());
    for (String name : expected.keySet()) {
      assertEquals(
          expected.get(name),
          Files.readAllLines(directory.resolve(name)).stream()
              .filter(HooksIT::isNotTheShells)
              .toList(),
          name);
    }
  }

  // What a shell adds to the environment of its children.
  private static boolean isNotTheShells(String line) {
    return !line.isEmpty()
        && !line.startsWith("PWD=")
        && !line.startsWith("SHLVL=")
        && !line.startsWith("OLDPWD=")
        && !line.startsWith("_=");
  }

  // A log that a hook begins is not to be written by everybody, whoever has called.
  @ParameterizedTest
  @ValueSource(strings = {"0", "077"})
  void theUmaskDoesNotDependOnWhoCalls(String umask, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting().set("/process/user/umask", 7);
    Path log = shared(bench, bundle).resolve("log");
    Files.createFile(log);
    for (String kind : KINDS) {
      bundle.hook(kind, shell("echo " + kind + " $(umask) >>" + log));
    }
    String id = bench.keep(Workbench.id());
    String through = "umask " + umask + "; exec \"$@\"";
    bench.createCommand(bundle, id).through(through).run().succeedsSilently();
    bench.command("start", id).through(through).run().succeedsSilently();
    bench.command("delete", "--force", id).through(through).run().succeedsSilently();
    assertEquals(
        List.of(
            "prestart 0022",
            "createRuntime 0022",
            "createContainer 0022",
            "startContainer 0007",
            "poststart 0022",
            "poststop 0022"),
        Files.readAllLines(log));
  }

  @Test
  void argumentsArriveAsTheyAreAndTheFirstIsTheName(Workbench bench) throws IOException {
    Path out = bench.directory().resolve("out");
    Bundle bundle =
        bench
            .bundle()
            .hook(
                "createRuntime",
                hook(
                    "/bin/sh",
                    "name",
                    "-c",
                    "tr '\\0' '\\n' </proc/$$/cmdline >" + out,
                    "zero",
                    "a b",
                    "",
                    "$x \"'"));
    bench.created(bundle);
    List<String> arguments = Files.readAllLines(out);
    assertEquals("name", arguments.get(0));
    assertEquals(List.of("zero", "a b", "", "$x \"'"), arguments.subList(3, arguments.size()));
  }

  @Test
  void withoutArgumentsTheNameIsThePath(Workbench bench) throws IOException {
    Path out = bench.directory().resolve("out");
    Path program = bench.directory().resolve("program");
    Files.writeString(program, "#!/bin/sh\necho \"$0\" $# >" + out + "\n");
    program.toFile().setExecutable(true);
    bench.created(bench.bundle().hook("createRuntime", Map.of("path", program.toString())));
    assertEquals(program + " 0\n", Files.readString(out));
  }

  @Test
  void hooksOfTheRuntimeRunInTheBundle(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    for (String kind : List.of("prestart", "createRuntime", "poststart", "poststop")) {
      bundle.hook(kind, shell("pwd -P >" + bench.directory().resolve(kind)));
    }
    String id = bench.running(bundle);
    bench.deleteByForce(id).succeedsSilently();
    for (String kind : List.of("prestart", "createRuntime", "poststart", "poststop")) {
      assertEquals(
          bundle.directory() + "\n", Files.readString(bench.directory().resolve(kind)), kind);
    }
  }

  @Test
  void hooksOfTheRuntimeRunInTheRuntimesNamespacesAndTheOthersInTheContainers(Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Path directory = shared(bench, bundle);
    for (String kind : KINDS) {
      bundle.hook(
          kind,
          shell(
              "for n in mnt uts; do readlink /proc/self/ns/$n; done >" + directory.resolve(kind)));
    }
    String id = bench.running(bundle);
    List<String> host = List.of(HostProcess.ownNamespace("mnt"), HostProcess.ownNamespace("uts"));
    int pid = bench.pid(id);
    List<String> container =
        List.of(HostProcess.namespace(pid, "mnt"), HostProcess.namespace(pid, "uts"));
    bench.deleteByForce(id).succeedsSilently();
    for (String kind : List.of("prestart", "createRuntime", "poststart", "poststop")) {
      assertEquals(host, Files.readAllLines(directory.resolve(kind)), kind);
    }
    for (String kind : List.of("createContainer", "startContainer")) {
      assertEquals(container, Files.readAllLines(directory.resolve(kind)), kind);
    }
  }

  @Test
  void createContainerSeesTheHostsFilesAndStartContainerTheContainers(Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Path directory = shared(bench, bundle);
    for (String kind : List.of("createContainer", "startContainer")) {
      bundle.hook(
          kind,
          shell(
              "if test -e /etc/debian_version || test -e /etc/hostname; then echo host; else echo"
                  + " container; fi >"
                  + directory.resolve(kind)));
    }
    bench.running(bundle);
    assertEquals("host\n", Files.readString(directory.resolve("createContainer")));
    assertEquals("container\n", Files.readString(directory.resolve("startContainer")));
  }

  // A hook may go without reading: not even a large state is an error, and SIGPIPE ends nobody.
  @Test
  void aHookNeedNotReadItsInput(Workbench bench) {
    Bundle bundle = bench.bundle().set("/annotations/large", "x".repeat(300_000));
    for (String kind :
        List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
      bundle.hook(kind, hook("/bin/true", "true"));
    }
    bundle.lasting();
    String id = bench.running(bundle);
    bench.deleteByForce(id).succeedsSilently();
  }

  @Test
  void aHookMayPrintMuch(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .hook(
                "createRuntime",
                shell(
                    "head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero | tr '\\0' y"
                        + " >&2"));
    bench.created(bundle);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prestart", "createRuntime", "createContainer"})
  @Tag("smoke")
  void aFailingHookFailsTheCreateAndNothingIsLeft(String kind, Workbench bench) throws IOException {
    Path stopped = bench.directory().resolve("stopped");
    Path second = bench.directory().resolve("second");
    Bundle bundle =
        bench
            .bundle()
            .hook(kind, shell("echo out; echo err >&2; exit 3"))
            .hook(kind, shell("touch " + second))
            .hook("poststop", shell("touch " + stopped));
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming(
            Jrun.name() + " create failed: ",
            "error running " + kind + " hook #0:",
            "exit status 3",
            "stdout: out",
            "stderr: err");
    bench.assertNothingOf(id);
    assertFalse(Files.exists(second), "the hook after the one that failed ran");
    // Step 13 of the life cycle: what failed is undone, then poststop.
    assertTrue(Files.exists(stopped), "poststop did not run");
  }

  @Test
  void theHookThatFailedIsNamedByItsNumber(Workbench bench) {
    Bundle bundle =
        bench.bundle().hook("createRuntime", shell("true")).hook("createRuntime", shell("exit 1"));
    bench
        .create(bundle, Workbench.id())
        .failsNaming("error running createRuntime hook #1:", "exit status 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"createRuntime", "createContainer", "startContainer"})
  void whatOtherHooksPrintedIsNotItsOwn(String kind, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .hook("prestart", shell("echo first out; echo first err >&2"))
            .hook(kind, shell("echo second out; echo second err >&2"))
            .hook(kind, shell("echo third err >&2; exit 1"));
    bench.run(bundle).failsNaming("hook #1: exit status 1, stdout: , stderr: third err");
  }

  @Test
  void aHookThatIsKilledIsNamedWithItsSignal(Workbench bench) {
    Bundle bundle = bench.bundle().hook("createRuntime", shell("kill -9 $$"));
    bench
        .create(bundle, Workbench.id())
        .failsNaming("error running createRuntime hook #0:", "killed");
  }

  @Test
  void aMissingHookFailsTheCreate(Workbench bench) {
    Bundle bundle = bench.bundle().hook("createRuntime", hook("/nonexistent/hook", "hook"));
    bench
        .create(bundle, Workbench.id())
        .failsNaming(
            "error running createRuntime hook #0:",
            "/nonexistent/hook",
            "no such file or directory");
  }

  @Test
  void aHookThatIsNoProgramFailsTheCreate(Workbench bench) throws IOException {
    Path file = Files.writeString(bench.directory().resolve("data"), "no program");
    Bundle bundle = bench.bundle().hook("createRuntime", hook(file.toString(), "data"));
    bench
        .create(bundle, Workbench.id())
        .failsNaming("error running createRuntime hook #0:", "permission denied");
  }

  @Test
  void aFailingStartContainerHookFailsTheStart(Workbench bench) throws IOException {
    Path program = Files.createDirectory(bench.directory().resolve("ran"));
    Bundle bundle =
        bench
            .bundle()
            .mount("/ran", "bind", program.toString(), "bind")
            .script("touch /ran/yes; sleep 1000")
            .hook("startContainer", shell("echo out; exit 4"));
    String id = bench.created(bundle);
    bench
        .start(id)
        .failsNaming("error running startContainer hook #0:", "exit status 4", "stdout: out");
    bench.awaitStatus(id, "stopped");
    assertFalse(Files.exists(program.resolve("yes")));
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  // Steps 9, 12 and 13 of the life cycle: it is stopped, destroyed, and poststop hooks run.
  @ParameterizedTest
  @ValueSource(strings = {"create", "run", "run --detach"})
  void aPoststartHookThatFailsDestroysTheContainer(String verb, Workbench bench)
      throws IOException {
    Path stopped = bench.directory().resolve("stopped");
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .hook("poststart", shell("echo err >&2; exit 5"))
            .hook("poststop", shell("exit 1"))
            .hook("poststop", shell("cat >" + stopped));
    String id = verb.equals("create") ? bench.created(bundle) : Workbench.id();
    Outcome outcome =
        verb.equals("create")
            ? bench.start(id)
            : (verb.equals("run")
                    ? bench.runCommand(bundle, id)
                    : bench.runCommand(bundle, id, "--detach"))
                .run();
    // What went wrong on the way is told too, and before what the command ends with.
    outcome
        .warned("error running poststop hook #0: exit status 1")
        .failsNaming(
            (verb.equals("create") ? "" : Jrun.name() + " run failed: ")
                + "error running poststart hook #0: exit status 5, stdout: , stderr: err");
    assertEquals("stopped", JSON.readTree(Files.readString(stopped)).get("status").asText());
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"startContainer", "poststart"})
  void aRunWhoseHookFailsLeavesNothing(String kind, Workbench bench) {
    Bundle bundle = bench.bundle().lasting().hook(kind, shell("exit 6"));
    String id = Workbench.id();
    bench
        .runCommand(bundle, id)
        .run()
        .failsNaming(
            Jrun.name() + " run failed: ", "error running " + kind + " hook #0:", "exit status 6");
    bench.assertNothingOf(id);
  }

  // What a createRuntime hook has made, a network say, is for them to take back, whatever failed.
  @ParameterizedTest
  @CsvSource({
    "create, mount",
    "run, mount",
    "create, program",
    "run, program",
    "run, interpreter",
    "run --detach, interpreter",
    "run, startContainer",
    "run --detach, startContainer"
  })
  void aLaunchThatFailsHasItsPoststopHooks(String verb, String what, Workbench bench)
      throws IOException {
    Path stopped = bench.directory().resolve("stopped");
    Bundle bundle = bench.bundle().hook("poststop", shell("cat >>" + stopped));
    switch (what) {
      case "mount" -> bundle.mount("/mnt", "tmpfs", "tmpfs", "nonsense=1");
      case "program" -> bundle.args("/bin/nothing");
      case "interpreter" -> bundle.executable("/bin/text", "#!/bin/nothing\n").args("/bin/text");
      default -> bundle.hook(what, shell("exit 3"));
    }
    String id = Workbench.id();
    Jrun command =
        verb.equals("create")
            ? bench.createCommand(bundle, id)
            : verb.equals("run")
                ? bench.runCommand(bundle, id)
                : bench.runCommand(bundle, id, "--detach");
    command.run().exits(1);
    assertTrue(Files.exists(stopped), "poststop did not run");
    assertEquals("stopped", JSON.readTree(Files.readString(stopped)).get("status").asText());
    bench.assertNothingOf(id);
  }

  @Test
  void aFailingPoststopHookIsAWarningAndTheNextOneRuns(Workbench bench) throws IOException {
    Path second = bench.directory().resolve("second");
    Bundle bundle =
        bench.bundle().hook("poststop", shell("exit 7")).hook("poststop", shell("touch " + second));
    String id = bench.created(bundle);
    Outcome outcome = bench.delete(id).exits(0);
    assertTrue(outcome.err().contains("level=warning"), outcome::toString);
    assertTrue(outcome.err().contains("error running poststop hook #0:"), outcome::toString);
    assertTrue(Files.exists(second));
    bench.assertNothingOf(id);
  }

  @Test
  void poststopRunsWhenAForegroundRunEnds(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log");
    Bundle bundle = bench.bundle().hook("poststop", shell("cat >" + log));
    bench.run(bundle).succeedsSilently();
    assertEquals("stopped", JSON.readTree(Files.readString(log)).get("status").asText());
  }

  @Test
  void aHookThatRunsTooLongIsEndedWithAllItStarted(Workbench bench) {
    Bundle bundle = bench.bundle();
    Map<String, Object> slow = shell("sleep 1009 & sleep 1010");
    slow.put("timeout", 1);
    bundle.hook("createRuntime", slow);
    String id = Workbench.id();
    bench
        .createCommand(bundle, id)
        .run()
        .failsNaming("error running createRuntime hook #0:", "timeout");
    bench.assertNothingOf(id);
    // Whoever is killed ends in a while, and nobody waits for a grandchild.
    Workbench.await(
        "the end of all",
        () -> Snapshot.take().lines().stream().noneMatch(line -> line.contains("sleep 10")));
  }

  @Test
  void aHookWithinItsTimeIsLeftAlone(Workbench bench) {
    Map<String, Object> quick = shell("sleep 0.1");
    quick.put("timeout", 10);
    bench.created(bench.bundle().hook("createRuntime", quick));
  }

  // A daemon that a hook leaves behind keeps its standard output: nobody waits for it.
  @Test
  void aGrandchildThatKeepsThePipesIsNotWaitedFor(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().hook("createRuntime", shell("sleep 1011 & echo started"));
    String id = bench.keep(Workbench.id());
    try {
      bench.createCommand(bundle, id).run().succeedsSilently();
    } finally {
      for (String line : Snapshot.take().lines()) {
        if (line.contains("sleep 1011")) {
          new ProcessBuilder("kill", "-9", line.split(" ")[1]).start().waitFor();
        }
      }
    }
  }

  @Test
  void aHookHasASessionOfItsOwnAndNoForeignDescriptors(Workbench bench) throws IOException {
    Path out = bench.directory().resolve("out");
    Bundle bundle =
        bench
            .bundle()
            .hook(
                "createRuntime",
                shell(
                    "ls -l /proc/$$/fd >" + out + "; awk '{print $1, $6}' /proc/$$/stat >>" + out));
    String id = bench.keep(Workbench.id());
    bench
        .createCommand(bundle, id)
        .through("exec 7</ 8</etc/passwd; exec \"$@\"")
        .run()
        .succeedsSilently();
    List<String> lines = new ArrayList<>(Files.readAllLines(out));
    String[] session = lines.remove(lines.size() - 1).split(" ");
    assertEquals(session[0], session[1], "the hook's session is its own pid");
    for (String line : lines) {
      assertTrue(
          !line.contains("->")
              || line.contains("pipe:")
              || line.contains("socket:")
              || line.contains("/dev/null")
              || line.contains("memfd")
              || line.contains("out")
              || line.contains("anon_inode"),
          line);
    }
    assertTrue(lines.stream().noneMatch(line -> line.contains("/etc/passwd")), lines::toString);
  }
}
