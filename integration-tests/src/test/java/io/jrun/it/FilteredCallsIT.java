// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * jrun where a filter of system calls stands between it and the kernel, as inside containers of
 * engines that are older than the calls, or other than Linux: nothing is half done, and the line
 * says which call it was and who can permit it.
 */
@ExtendWith(ResidueExtension.class)
class FilteredCallsIT {
  private static final int ENOSYS = 38;
  private static final int EPERM = 1;
  private static final int CLONE3 = 435;
  private static final int MEMFD_CREATE =
      System.getProperty("os.arch").equals("aarch64") ? 279 : 319;

  private static CProgram deny;

  @BeforeAll
  static void build() {
    deny = CProgram.built("deny");
  }

  private static String without(int number, int errno) {
    return "exec " + deny.file() + " " + number + ":" + errno + " \"$@\"";
  }

  /** Numbers that all architectures have in common: asm-generic/unistd.h since Linux 5.1. */
  @ParameterizedTest
  @CsvSource({
    "428, open_tree",
    "429, move_mount",
    "430, fsopen",
    "431, fsconfig",
    "432, fsmount",
    "437, openat2",
    "442, mount_setattr"
  })
  void aCallThatIsForbiddenIsNamedWithWhoCanPermitIt(int number, String call, Workbench bench) {
    for (int errno : new int[] {ENOSYS, EPERM}) {
      String id = Workbench.id();
      Outcome outcome =
          bench
              .runCommand(bench.bundle().args("true"), id)
              .through(without(number, errno))
              .run()
              .exits(1);
      String message = outcome.message();
      assertTrue(message.contains("filter of system calls"), message);
      assertTrue(message.contains(call) || message.contains("resolve"), message);
      bench.assertNothingOf(id);
    }
  }

  /** Before there is anybody to choose words. */
  @Test
  void aCoreThatCannotBeStartedIsSaidToBeForbidden(Workbench bench) {
    Outcome outcome =
        bench
            .command("features")
            .env("JRUN_CORE", "cold")
            .through(without(MEMFD_CREATE, EPERM))
            .run()
            .exits(1);
    assertTrue(outcome.err().contains("a filter of system calls forbids memfd_create"));
  }

  /** Profiles say so to whoever has no CAP_SYS_ADMIN: nothing can look into its arguments. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutClone3ThereIsClone(boolean mapped, Workbench bench) throws IOException {
    String id = Workbench.id();
    Path cgroup = Snapshot.CGROUPS.resolve(Workbench.id());
    Bundle bundle = mapped ? UserNamespaceIT.mapped(bench) : bench.bundle();
    bundle.set("/linux/cgroupsPath", "/" + cgroup.getFileName()).lasting();
    String filter = without(CLONE3, ENOSYS);
    bench.createCommand(bundle, id).through(filter).run().succeedsSilently();
    int pid = bench.pid(id);
    assertEquals(pid + "\n", Files.readString(cgroup.resolve("cgroup.procs")));
    bench.command("start", id).through(filter).run().succeedsSilently();
    Outcome inside =
        bench.execCommand(List.of(), id, "grep", "^0:", "/proc/self/cgroup").through(filter).run();
    assertEquals("0::/\n", inside.succeedsSilently().out());
    bench.command("delete", "--force", id).through(filter).run().succeedsSilently();
    bench.assertNothingOf(id);
  }

  /** What needs no container needs no more than anybody may call in one of Docker's. */
  @Test
  void aCommandThatMakesNothingNeedsNoneOfThem(Workbench bench) {
    for (int number : new int[] {CLONE3, 428, 429, 430, 437, 442}) {
      bench.command("features").through(without(number, ENOSYS)).run().succeeds();
    }
  }
}
