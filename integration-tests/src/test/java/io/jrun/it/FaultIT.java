// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SIGKILL of each of the three processes before its instructions of a create, one after the other.
 * Whatever has been done by then, {@code delete --force} finishes and nothing is left. The testing
 * build of the front obeys JRUN_FAULT=process:N.
 */
@ExtendWith(ResidueExtension.class)
@Tag("slow")
class FaultIT {

  private static final int FAR_TOO_MANY = 5000;

  /**
   * Init has by far the most instructions, and to start a JVM for each takes minutes: of a run
   * whose cores are cold JVMs it is every fifth. All other runs walk through all of them.
   */
  private static final int COLD_STRIDE = 5;

  /** A core of the command's own is no part of a run that is served by a warm one. */
  static List<Arguments> victims() {
    List<Arguments> out = new ArrayList<>();
    for (String kind : List.of("plain", "mapped")) {
      out.add(Arguments.of("front", kind));
      out.add(Arguments.of("init", kind));
    }
    if (WarmCore.shared().isEmpty()) {
      out.add(Arguments.of("core", "plain"));
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("victims")
  void aKillAtAnyInstructionOfACreateLeavesNothingThatDeleteCannotRemove(
      String victim, String kind, Workbench bench) throws InterruptedException, ExecutionException {
    Bundle bundle =
        (kind.equals("plain") ? bench.bundle() : withMaps(bench))
            .lasting()
            .hook("createRuntime", Map.of("path", "/bin/true"))
            .hook("createContainer", Map.of("path", "/bin/true"))
            .write();
    boolean isSlow = WarmCore.shared().isEmpty() && !Jrun.isNative();
    int stride = victim.equals("init") && isSlow ? COLD_STRIDE : 1;
    AtomicInteger next = new AtomicInteger(1);
    AtomicInteger kills = new AtomicInteger();
    AtomicBoolean untouched = new AtomicBoolean();
    int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      List<Future<?>> walks = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        walks.add(
            pool.submit(
                () -> {
                  while (!untouched.get() && next.get() < FAR_TOO_MANY) {
                    if (survives(bench, bundle, victim + ":" + next.getAndAdd(stride))) {
                      untouched.set(true);
                    } else {
                      kills.incrementAndGet();
                    }
                  }
                }));
      }
      for (Future<?> walk : walks) {
        walk.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertTrue(untouched.get(), "no create was left untouched");
    assertTrue(kills.get() >= 20, "the testing build killed only at " + kills + " points");
  }

  /** Everything that makes init begin outside and go on in a clone. */
  private static Bundle withMaps(Workbench bench) {
    return UserNamespaceIT.mapped(bench)
        .set("/linux/namespaces/-", Map.of("type", "time"))
        .set("/linux/timeOffsets", Map.of("boottime", Map.of("secs", 1)))
        .mount("/tmp", "bind", bench.directory().toString(), "bind", "idmap");
  }

  /**
   * Whether a create with this fault was not touched by it; in any case nothing of it is there
   * afterwards.
   */
  private static boolean survives(Workbench bench, Bundle bundle, String fault) {
    String id = Workbench.id();
    Path pidFile = bench.directory().resolve("pid-" + id);
    Outcome create =
        bench
            .command(
                "create",
                "--bundle",
                bundle.directory().toString(),
                "--pid-file",
                pidFile.toString(),
                id)
            .withFault(fault)
            .run();
    boolean untouched = create.exitCode() == 0 && bench.status(id).equals("created");
    int pid = untouched ? bench.pid(id) : 0;
    if (create.exitCode() != 0 && create.exitCode() != 137) {
      // Whoever survived said what happened, on one line.
      assertEquals(1, create.err().lines().count(), () -> fault + ": " + create);
    }
    Outcome deleted = bench.command("delete", "--force", id).run();
    if (deleted.exitCode() != 0) {
      fail("delete --force after " + fault + ": " + deleted + "\nafter " + create);
    }
    List<String> remains = bench.remainsOf(id);
    assertEquals(List.of(), remains, () -> "left after " + fault + ": " + create);
    if (pid != 0) {
      HostProcess.awaitEnd(pid);
    }
    return untouched;
  }
}
