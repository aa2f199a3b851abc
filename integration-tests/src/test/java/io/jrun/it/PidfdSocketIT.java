// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --pidfd-socket}: a pidfd of init comes to whoever listens, with the word runc sends. */
@ExtendWith(ResidueExtension.class)
class PidfdSocketIT {
  private static Jrun listening(Workbench bench, String verb, String id, String... options) {
    String socket = bench.directory() + "/pidfd.sock";
    java.util.List<String> all = new java.util.ArrayList<>(java.util.List.of(verb));
    all.addAll(java.util.List.of("--bundle"));
    all.add(bench.bundle().lasting().write().directory().toString());
    all.addAll(java.util.List.of("--pidfd-socket", socket));
    all.addAll(java.util.Arrays.asList(options));
    all.add(id);
    return bench.command(all.toArray(String[]::new)).atTerminal("--pidfd", socket);
  }

  @Test
  void createSendsAPidfdOfInit(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Outcome outcome = listening(bench, "create", id).run().succeedsSilently();
    assertEquals("standard " + bench.pid(id) + "\n", outcome.out());
  }

  @Test
  void runSendsOneToo(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Outcome outcome = listening(bench, "run", id, "--detach").run().succeedsSilently();
    assertEquals("standard " + bench.pid(id) + "\n", outcome.out());
  }

  @Test
  void initOfAJoinedPidNamespaceIsTheOneThatIsMeant(Workbench bench) {
    String other = bench.running(bench.bundle().lasting());
    String id = bench.keep(Workbench.id());
    String socket = bench.directory() + "/pidfd.sock";
    Bundle bundle =
        bench.bundle().lasting().join("pid", "/proc/" + bench.pid(other) + "/ns/pid").write();
    Outcome outcome =
        bench
            .command(
                "create", "--bundle", bundle.directory().toString(), "--pidfd-socket", socket, id)
            .atTerminal("--pidfd", socket)
            .run()
            .succeedsSilently();
    assertEquals("standard " + bench.pid(id) + "\n", outcome.out());
  }

  @Test
  void aSocketNobodyListensAtIsToldBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle(), id, "--pidfd-socket", bench.directory() + "/pidfd.sock")
        .failsNaming("/pidfd.sock", "connect: no such file or directory (ENOENT)");
    bench.assertNothingOf(id);
  }
}
