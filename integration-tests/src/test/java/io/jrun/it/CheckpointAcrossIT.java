// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one of runc and jrun has dumped the other restores, whatever the descriptors are. */
@ExtendWith(ResidueExtension.class)
class CheckpointAcrossIT {
  private static final Path RUNC = Path.of("/usr/sbin/runc");

  /** What the standard descriptors of the container are, by the shell that starts it. */
  enum Stdio {
    NULL("exec \"$@\" </dev/null >/dev/null 2>&1", "\\[(\"/dev/null\",){2}\"/dev/null\"]"),
    PIPES(
        "exec \"$@\" < <(true) > >(exec cat >/dev/null) 2>&1",
        "\\[\"pipe:\\[\\d+]\",\"(pipe:\\[\\d+])\",\"\\1\"]"),
    MIXED(
        "exec \"$@\" </dev/null > >(exec cat >/dev/null) 2>/dev/null",
        "\\[\"/dev/null\",\"pipe:\\[\\d+]\",\"/dev/null\"]");

    private final String script;
    private final String descriptors;

    Stdio(String script, String descriptors) {
      this.script = script;
      this.descriptors = descriptors;
    }
  }

  @BeforeAll
  static void prepare() throws IOException, InterruptedException {
    Criu.prepare();
  }

  @ParameterizedTest
  @EnumSource
  void whatRuncHasDumpedJrunRestores(Stdio stdio, Workbench bench) throws IOException {
    passOn(bench, stdio, RUNC, Jrun.binary());
  }

  @ParameterizedTest
  @EnumSource
  void whatJrunHasDumpedRuncRestores(Stdio stdio, Workbench bench) throws IOException {
    passOn(bench, stdio, Jrun.binary(), RUNC);
  }

  private static void passOn(Workbench bench, Stdio stdio, Path dumps, Path restores)
      throws IOException {
    Bundle bundle = Criu.counting(bench);
    bundle.write();
    final String id = Workbench.id();
    start(bench, bundle, id, dumps, stdio);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).by(dumps).run().exits(0);
    String names = Files.readString(Criu.images(bench).resolve("descriptors.json"));
    assertTrue(names.strip().matches(stdio.descriptors), names);
    final long before = Criu.count(bench);
    Criu.restore(bench, bundle, id, "--detach").by(restores).through(stdio.script).run().exits(0);
    try {
      Criu.awaitCountAbove(bench, before);
      Outcome state = bench.command("state", id).by(restores).run().succeeds();
      assertEquals("running", state.json().get("status").asText());
      assertTrue(
          bench
              .command("exec", id, "ls", "/sys/fs/cgroup")
              .by(restores)
              .run()
              .out()
              .contains("cgroup.procs"));
    } finally {
      bench.command("delete", "--force", id).by(restores).run().exits(0);
    }
  }

  private static void start(Workbench bench, Bundle bundle, String id, Path by, Stdio stdio) {
    bench
        .command("run", "--detach", "--bundle", bundle.directory().toString(), id)
        .by(by)
        .env("PATH", Criu.path())
        .through(stdio.script)
        .run()
        .exits(0);
  }
}
