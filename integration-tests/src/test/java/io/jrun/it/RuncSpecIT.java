// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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
            .succeedsSilently();
    assertEquals("hello from 0 at runc\n", outcome.out());
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
