// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles are exchangeable: what runc's template says runs under jrun, and what jrun's says under
 * runc.
 */
@ExtendWith(ResidueExtension.class)
class RuncSpecIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aBundleOfRuncsTemplateRunsUnderJrun(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle();
    runc(bench, bundle.directory(), "spec");
    withProgram(bundle);
    Outcome outcome =
        bench
            .command("run", "--bundle", bundle.directory().toString(), Workbench.id())
            .run()
            .succeeds();
    assertEquals("hello from 0 at runc\n", outcome.out());
    // This runc's own template has ambient capabilities that cannot be raised.
    assertTrue(outcome.err().lines().allMatch(each -> each.contains("level=warning")));
  }

  @Test
  void aBundleOfJrunsTemplateRunsUnderRunc(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle();
    bench.jrun("spec", "--bundle", bundle.directory().toString()).succeedsSilently();
    withProgram(bundle);
    String out =
        runc(
            bench,
            bundle.directory(),
            "--root",
            bench.directory() + "/runc",
            "run",
            Workbench.id());
    assertEquals("hello from 0 at " + Jrun.name() + "\n", out);
  }

  @Test
  void aBundleOfJrunsTemplateRunsUnderJrun(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle();
    bench.jrun("spec", "--bundle", bundle.directory().toString()).succeedsSilently();
    withProgram(bundle);
    Outcome outcome =
        bench
            .command("run", "--bundle", bundle.directory().toString(), Workbench.id())
            .run()
            .succeedsSilently();
    assertEquals("hello from 0 at " + Jrun.name() + "\n", outcome.out());
  }

  /** Field by field, in the same order and the same layout; what differs is listed here. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheSpecCommandWritesIsWhatRuncWrites(boolean rootless, Workbench bench)
      throws Exception {
    Path runcs = Files.createDirectory(bench.directory().resolve("runc.bundle"));
    Path jruns = Files.createDirectory(bench.directory().resolve("jrun.bundle"));
    List<String> words = rootless ? List.of("spec", "--rootless") : List.of("spec");
    runc(bench, runcs, words.toArray(String[]::new));
    bench.command(words.toArray(String[]::new)).in(jruns).run().succeedsSilently();
    String written = Files.readString(jruns.resolve("config.json"));
    ObjectNode expected =
        (ObjectNode) JSON.readTree(Files.readString(runcs.resolve("config.json")));
    ObjectNode actual = (ObjectNode) JSON.readTree(written);
    // Which specification it follows, and who wrote it.
    assertEquals("runc", expected.get("hostname").asText());
    expected.set("ociVersion", actual.get("ociVersion"));
    expected.put("hostname", "jrun");
    // As later versions of runc have it: an ambient capability must be inheritable too.
    ((ObjectNode) expected.at("/process/capabilities")).remove("ambient");
    expected
        .withArray("/linux/maskedPaths")
        .add("/sys/devices/virtual/tpm")
        .add("/sys/devices/virtual/powercap");
    assertEquals(expected.toPrettyString(), actual.toPrettyString());
    // Scripts edit it line by line.
    List<String> lines = Files.readAllLines(runcs.resolve("config.json"));
    assertEquals(
        List.of(), written.lines().filter(line -> !lines.contains(line) && !isOwn(line)).toList());
  }

  private static boolean isOwn(String line) {
    return line.contains("\"ociVersion\"")
        || line.contains("\"hostname\"")
        || line.contains("/sys/devices/virtual/")
        // The last of its list there, and not here.
        || line.equals("\t\t\t\"/proc/scsi\",")
        || line.equals("\t\t\t]");
  }

  // Only what must be: no terminal, and a program that ends.
  private static void withProgram(Bundle bundle) throws IOException {
    Path config = bundle.directory().resolve("config.json");
    ObjectNode spec = (ObjectNode) JSON.readTree(Files.readString(config));
    ObjectNode process = (ObjectNode) spec.get("process");
    process.put("terminal", false);
    process.set(
        "args", JSON.valueToTree(List.of("sh", "-c", "echo hello from $(id -u) at $(hostname)")));
    Files.writeString(config, spec.toPrettyString());
  }

  private static String runc(Workbench bench, Path directory, String... args) throws Exception {
    Path out = bench.directory().resolve("runc.out");
    Path err = bench.directory().resolve("runc.err");
    String[] argv = new String[args.length + 1];
    argv[0] = "runc";
    System.arraycopy(args, 0, argv, 1, args.length);
    int code =
        new ProcessBuilder(argv)
            .directory(directory.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    assertEquals(0, code, Files.readString(err));
    return Files.readString(out);
  }
}
