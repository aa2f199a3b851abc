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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Buildah, as root, with jrun as its runtime: the steps of a build are its containers. It runs the
 * runtime in a mount namespace made for each step, so that each command has a core of its own.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class BuildahIT {
  private static Podman podman;

  @BeforeAll
  static void install() {
    podman = Podman.servedCold();
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
  }

  /** {@code buildah bud}, of a directory with this Dockerfile in it. */
  private static Outcome build(Workbench bench, String file, String... options) throws IOException {
    Path context = Files.createTempDirectory(bench.directory(), "context");
    Files.writeString(context.resolve("Dockerfile"), file);
    Files.copy(Podman.image(bench.directory()), context.resolve("image.tar"));
    List<String> all = new ArrayList<>(List.of("bud", "--isolation=oci", "--network=none"));
    all.addAll(Arrays.asList(options));
    all.add(context.toString());
    return podman.buildahCommand(all.toArray(String[]::new)).run();
  }

  private static Outcome buildah(String... args) {
    return podman.buildahCommand(args).run();
  }

  private static Jrun run(String container, List<String> options, String... command) {
    List<String> all = new ArrayList<>(List.of("run", "--isolation=oci", "--network=none"));
    all.addAll(options);
    all.addAll(List.of(container, "--"));
    all.addAll(Arrays.asList(command));
    return podman.buildahCommand(all.toArray(String[]::new));
  }

  @Test
  void anImageIsBuiltFromNothing(Workbench bench) throws IOException {
    Outcome build =
        build(
            bench,
            """
            FROM scratch
            ADD image.tar /
            ENV PATH=/bin WORD=word
            WORKDIR /work
            RUN echo $WORD >/one; pwd; test -e /proc/self
            USER 5:6
            RUN echo "$(id -u) $(id -g) $(cat /one)"; ! echo x >/one
            CMD cat /one
            """,
            "--tag=built");
    build.succeeds();
    assertTrue(build.out().contains("\n/work\n"), build::toString);
    assertTrue(build.out().contains("\n5 6 word\n"), build::toString);
    assertEquals("word\n", podman.podman("run", "--rm", "built").succeedsSilently().out());
    podman.settle();
    buildah("rmi", "--force", "built").succeeds();
  }

  @Test
  void aStepThatFailsFailsTheBuildWithItsCode(Workbench bench) throws IOException {
    Outcome build = build(bench, "FROM " + Podman.IMAGE + "\nRUN echo tried; exit 9\n").exits(9);
    assertTrue(build.out().contains("\ntried\n"), build::toString);
    assertTrue(build.err().contains("while running runtime: exit status 9"), build::toString);
    Outcome missing = build(bench, "FROM " + Podman.IMAGE + "\nRUN [\"nosuch\"]\n").exits(1);
    assertTrue(missing.err().contains("executable file not found in $PATH"), missing::toString);
  }

  @Test
  void aWorkingContainerRunsWhatIsWanted(Workbench bench) throws IOException {
    String container = buildah("from", Podman.IMAGE).succeeds().text();
    Path input = Files.writeString(bench.directory().resolve("input"), "typed\n");
    Outcome typed = run(container, List.of(), "cat").stdin(input).run().succeeds();
    assertEquals("typed\n", typed.out());
    // What jrun warns of: Buildah's ambient capabilities, and a rule of its profile.
    assertTrue(typed.err().lines().allMatch(each -> each.contains("level=warning")), typed::err);
    assertEquals("/dev/pts/0\r\n", run(container, List.of("-t"), "tty").run().succeeds().out());
    // A volume without options has an empty one in config.json.
    assertEquals(
        "typed\n7 8\n",
        run(
                container,
                List.of("--user=7:8", "--volume=" + bench.directory() + ":/volume"),
                "sh",
                "-c",
                "cat /volume/input; echo $(id -u) $(id -g)")
            .run()
            .succeedsSilently()
            .out());
    run(container, List.of(), "sh", "-c", "exit 7").run().exits(7);
    run(container, List.of("--cap-drop=all"), "chown", "1", "/tmp").run().exits(1);
    buildah("rm", container).succeeds();
  }

  @Test
  void podmanBuildsToo(Workbench bench) throws IOException {
    Path file =
        Files.writeString(
            bench.directory().resolve("Dockerfile"),
            "FROM " + Podman.IMAGE + "\nRUN echo made >/made && cat /made\n");
    Outcome build =
        podman
            .podman(
                "build",
                "--isolation=oci",
                "--network=none",
                "--tag=podmans",
                "--file",
                file.toString(),
                bench.directory().resolve("outputs").toString())
            .succeeds();
    assertTrue(build.out().contains("\nmade\n"), build::toString);
    buildah("rmi", "--force", "podmans").succeeds();
  }
}
