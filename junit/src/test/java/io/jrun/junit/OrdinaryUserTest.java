// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * The same tests as an ordinary user, whose containers are rootless: in a JVM of user 4242, with
 * copies of all that it needs where that user can read them.
 */
class OrdinaryUserTest {
  private static final String ID = "4242";

  private Path place;

  @BeforeEach
  void make() throws IOException {
    place = Files.createTempDirectory("ordinary");
  }

  @AfterEach
  void delete() {
    FileTree.delete(place);
  }

  @Test
  void testsOfAnOrdinaryUserHaveRootlessContainers() throws Exception {
    List<String> paths = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.exists(Path.of(entry))) {
        paths.add(copy(entry, paths.size() + "-" + Path.of(entry).getFileName()));
      }
    }
    String prefix = copy(Jrun.binary().getParent().getParent().toString(), "jrun");
    run("chmod", "-R", "a+rX", place.toString());
    run("mkdir", "-m", "0700", place.resolve("tmp").toString());
    run("chown", ID + ":" + ID, place.resolve("tmp").toString());
    List<String> command =
        new ArrayList<>(
            List.of("setpriv", "--reuid", ID, "--regid", ID, "--clear-groups", "--inh-caps=-all"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + place.resolve("tmp"));
    command.add("-Djrun.binary=" + prefix + "/bin/jrun");
    command.addAll(List.of("-cp", String.join(File.pathSeparator, paths)));
    command.add(OrdinaryUserTest.class.getName());
    Process process =
        new ProcessBuilder(command).directory(place.toFile()).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), words);
    assertEquals(
        0,
        Files.list(place.resolve("tmp"))
            .filter(Files::isDirectory)
            .filter(path -> path.getFileName().toString().startsWith("jrun-junit"))
            .count());
  }

  private String copy(String from, String name) throws Exception {
    Path to = place.resolve(name);
    run("cp", "-a", from, to.toString());
    return to.toString();
  }

  private static void run(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  /** In the user's JVM. */
  public static void main(String[] args) {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .filters(includeEngines("junit-jupiter"))
                .selectors(
                    selectClass(JrunExtensionTest.class), selectClass("example.WebServerTest"))
                .build(),
            summary);
    summary.getSummary().printFailuresTo(new PrintWriter(System.out, true));
    long good = summary.getSummary().getTestsSucceededCount();
    System.exit(summary.getSummary().getTotalFailureCount() == 0 && good > 5 ? 0 : 1);
  }
}
