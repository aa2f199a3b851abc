// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code scripts/install}: what it puts where, and that the units of the warm core are sound. */
@ExtendWith(ResidueExtension.class)
class InstallIT {

  private static final List<String> NAMESPACE_SETTINGS =
      List.of(
          "Private",
          "Protect",
          "ReadOnly",
          "ReadWrite",
          "Inaccessible",
          "TemporaryFileSystem",
          "RootDirectory",
          "RootImage",
          "Bind",
          "DynamicUser",
          "MountFlags",
          "User=");

  private static Outcome execute(Workbench bench, String... argv) throws Exception {
    Path said = bench.directory().resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("JRUN_"));
    builder.environment().put("XDG_RUNTIME_DIR", bench.directory().toString());
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> String.join(" ", argv));
    return new Outcome(String.join(" ", argv), process.exitValue(), Files.readString(said), "");
  }

  private static Outcome install(Workbench bench, String... args) throws Exception {
    List<String> argv = new ArrayList<>(List.of("../scripts/install"));
    argv.addAll(Arrays.asList(args));
    return execute(bench, argv.toArray(String[]::new));
  }

  @Test
  void withUnitsItInstallsWhatSystemdAccepts(Workbench bench) throws Exception {
    Path prefix = bench.directory().resolve("prefix");
    install(bench, "--systemd", prefix.toString()).succeeds();
    for (String manager : List.of("system", "user")) {
      Path units = prefix.resolve("lib/systemd").resolve(manager);
      Map<String, String> socket = settings(units.resolve("jrund.socket"));
      assertEquals("0600", socket.get("SocketMode"));
      assertEquals("0700", socket.get("DirectoryMode"));
      assertEquals("no", socket.get("Accept"));
      assertEquals("sockets.target", socket.get("WantedBy"));
      assertEquals(
          (manager.equals("system") ? "/run" : "%t") + "/jrund/core.sock",
          socket.get("ListenStream"));
      Map<String, String> service = settings(units.resolve("jrund.service"));
      assertEquals(prefix + "/bin/jrun daemon", service.get("ExecStart"));
      assertEquals("jrund.socket", service.get("Requires"));
      // A core in a namespace of its own would serve nobody.
      for (String setting : service.keySet()) {
        assertTrue(
            NAMESPACE_SETTINGS.stream().noneMatch((setting + "=")::startsWith),
            manager + ": " + setting);
      }
      if (Files.exists(Path.of("/usr/bin/systemd-analyze"))) {
        Outcome verified =
            execute(
                bench,
                // It leaves files in /run.
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs none /run && exec \"$@\"",
                "sh",
                "systemd-analyze",
                "--" + manager,
                "verify",
                units.resolve("jrund.socket").toString(),
                units.resolve("jrund.service").toString());
        assertEquals("", verified.succeeds().out(), verified::toString);
      }
    }
    Outcome installed = execute(bench, prefix + "/bin/jrun", "--version");
    assertTrue(installed.succeeds().out().startsWith("jrun version "), installed::toString);
  }

  /** Name and value of each setting; a unit that says one twice fails. */
  private static Map<String, String> settings(Path unit) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    for (String line : Files.readAllLines(unit)) {
      if (line.isEmpty()
          || line.startsWith("#")
          || line.matches("\\[(Unit|Socket|Service|Install)\\]")) {
        continue;
      }
      assertTrue(line.matches("[A-Za-z]+=[^@]+"), line);
      int equals = line.indexOf('=');
      assertEquals(null, settings.put(line.substring(0, equals), line.substring(equals + 1)), line);
    }
    return settings;
  }

  @Test
  void withoutThemItInstallsNone(Workbench bench) throws Exception {
    Path prefix = bench.directory().resolve("prefix");
    install(bench, prefix.toString()).succeeds();
    try (Stream<Path> files = Files.list(prefix.resolve("lib"))) {
      assertEquals(List.of(prefix.resolve("lib/jrun")), files.toList());
    }
    for (String each :
        List.of(
            "man/man8/jrun-run.8",
            "bash-completion/completions/jrun",
            "zsh/site-functions/_jrun",
            "fish/vendor_completions.d/jrun.fish")) {
      assertTrue(Files.isRegularFile(prefix.resolve("share").resolve(each)), each);
    }
  }

  @Test
  void whatItDoesNotUnderstandItRefuses(Workbench bench) throws Exception {
    String prefix = bench.directory().resolve("prefix").toString();
    install(bench, "--bogus").exits(2);
    install(bench, prefix, "--systemd").exits(2);
    install(bench, "--systemd", prefix + " with a blank").exits(1);
    assertTrue(!Files.exists(Path.of(prefix)));
  }
}
