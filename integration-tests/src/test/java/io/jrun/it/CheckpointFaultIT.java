// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SIGKILL of front or core before each instruction of a checkpoint and of a restore: the container
 * is as it was, or {@code delete --force} removes what is there. See {@link FaultIT}.
 */
@ExtendWith(ResidueExtension.class)
@Tag("slow")
class CheckpointFaultIT {
  private static final int FAR_TOO_MANY = 3000;

  /** Of some hundred instructions it is every second, and with a cold JVM for each every fifth. */
  private static final int STRIDE = 2;

  private static final int COLD_STRIDE = 5;

  @BeforeAll
  static void prepare() throws IOException, InterruptedException {
    Criu.prepare();
  }

  static List<String> victims() {
    return WarmCore.shared().isEmpty() ? List.of("front", "core") : List.of("front");
  }

  private static int stride() {
    return WarmCore.shared().isEmpty() && !Jrun.isNative() ? COLD_STRIDE : STRIDE;
  }

  /** CRIU gives up by itself, and a moment later: the container goes on, or has ended. */
  @ParameterizedTest
  @MethodSource("victims")
  void aCheckpointThatIsKilledLeavesTheContainerOrItsEnd(String victim, Workbench bench)
      throws IOException {
    Bundle bundle = Criu.counting(bench);
    int kills = 0;
    String id = bench.keepQuietly(Workbench.id());
    boolean untouched = false;
    for (int n = 1; !untouched && n < FAR_TOO_MANY; n += stride()) {
      if (bench.remainsOf(id).isEmpty()) {
        bench.create(bundle, id).succeeds();
        bench.start(id).succeeds();
        Criu.awaitCountAbove(bench, 0);
      }
      String fault = victim + ":" + n;
      Outcome outcome = Criu.checkpoint(bench, id).withFault(fault).run();
      untouched = outcome.exitCode() == 0;
      if (untouched) {
        bench.assertNothingOf(id);
        break;
      }
      kills++;
      if (bench.remainsOf(id).stream().anyMatch(each -> each.startsWith("state "))) {
        final long before = Criu.count(bench);
        Workbench.await(
            "the container to go on, or its end, after " + fault,
            () -> Criu.count(bench) > before || !isRunning(bench, id));
        if (isRunning(bench, id)) {
          assertEquals("1\n", bench.exec(id, "echo", "1").succeedsSilently().out());
          continue;
        }
      }
      assertEquals("", bench.deleteByForce(id).err(), fault);
      assertEquals(List.of(), bench.remainsOf(id), "left after " + fault + ": " + outcome);
    }
    assertTrue(untouched, "no checkpoint was left untouched");
    assertTrue(kills >= 10, "the testing build killed only at " + kills + " points");
  }

  /** Of a container whose records are half removed there is no state. */
  private static boolean isRunning(Workbench bench, String id) {
    return bench.jrun("state", id).out().contains("\"status\": \"running\"");
  }

  @ParameterizedTest
  @MethodSource("victims")
  void whatARestoreThatIsKilledHasMadeCanBeRemoved(String victim, Workbench bench)
      throws IOException {
    Bundle bundle = Criu.counting(bench);
    String dumped = bench.running(bundle);
    Criu.awaitCountAbove(bench, 0);
    Criu.checkpoint(bench, dumped).run().succeedsSilently();
    int kills = 0;
    boolean untouched = false;
    for (int n = 1; !untouched && n < FAR_TOO_MANY; n += stride()) {
      String id = Workbench.id();
      String fault = victim + ":" + n;
      Outcome outcome = Criu.restore(bench, bundle, id, "--detach").withFault(fault).run();
      untouched = outcome.exitCode() == 0 && bench.status(id).equals("running");
      kills += untouched ? 0 : 1;
      Outcome deleted = bench.deleteByForce(id);
      assertEquals(0, deleted.exitCode(), () -> fault + ": " + deleted + "\nafter " + outcome);
      assertEquals(List.of(), bench.remainsOf(id), () -> "left after " + fault + ": " + outcome);
    }
    forgetPlaces();
    assertTrue(untouched, "no restore was left untouched");
    assertTrue(kills >= 20, "the testing build killed only at " + kills + " points");
  }

  /** A CRIU that is killed leaves the directory at which it makes mounts: empty, or this fails. */
  private static void forgetPlaces() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(Path.of("/tmp"), ".criu.mntns.*")) {
      for (Path each : left) {
        Files.delete(each);
      }
    }
  }
}
