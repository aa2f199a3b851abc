// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A caller who may have little of something: what is asked for is done, or one line says what is
 * wanting and nothing is left. What is there can be deleted.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class ShortageIT {

  private static final String WITHOUT_RIGHTS = "setpriv --bounding-set -sys_resource";

  private static Jrun limited(Jrun command, String limit) {
    return command.through("ulimit " + limit + "; exec \"$@\"");
  }

  private static Bundle unlimited(Bundle bundle) {
    return bundle.remove("/process/rlimits");
  }

  /** One line and nothing of the container; or it is there. */
  private static void assertAllOrNothing(Outcome outcome, String id, Workbench bench) {
    if (outcome.exitCode() == 0) {
      bench.delete(id).succeeds();
    } else {
      outcome.exits(1);
      assertEquals(1, outcome.err().lines().count(), outcome::toString);
      assertFalse(outcome.err().contains("Exception\n"), outcome::toString);
    }
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-n 4", "-n 6", "-n 8", "-n 11", "-n 13", "-n 16", "-n 20"})
  void withFewDescriptorsAContainerIsMadeOrNothingIsLeft(String limit, Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = unlimited(bench.bundle().lasting());
    Jrun create = bench.createCommand(bundle, id).env("JRUN_CORE", "cold");
    assertAllOrNothing(limited(create, limit).run(), id, bench);
  }

  @Test
  void aWarmCoreUndoesWhatAFrontWithFewDescriptorsHasMade(Workbench bench) {
    try (WarmCore core = WarmCore.start(bench)) {
      for (int files = 5; files < 20; files++) {
        String id = Workbench.id();
        Bundle bundle = unlimited(bench.bundle().lasting());
        Jrun create = core.demanded(bench.createCommand(bundle, id));
        assertAllOrNothing(limited(create, "-n " + files).run(), id, bench);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v 100000", "-v 1500000"})
  void aLimitOfTheAddressSpaceIsNamedInOneLine(String limit, Workbench bench) {
    String id = Workbench.id();
    Jrun create = bench.createCommand(bench.bundle().lasting(), id).env("JRUN_CORE", "cold");
    // Who may raise the hard limit is not stopped by it.
    Outcome outcome = limited(create, limit).run();
    assertTrue(outcome.exitCode() == 0 || outcome.err().contains("ulimit -v"), outcome::toString);
    assertAllOrNothing(outcome, id, bench);
  }

  /** Of who may not raise it. With other limits, however small, a container is run. */
  @ParameterizedTest
  @ValueSource(strings = {"-s 64", "-d 10000", "-v 100000"})
  void aLimitThatNoCoreCanWorkWithinIsNamedInOneLine(String limit, Workbench bench) {
    String id = Workbench.id();
    Outcome outcome =
        bench
            .runCommand(unlimited(bench.bundle()), id)
            .env("JRUN_CORE", "cold")
            .through("ulimit " + limit + "; exec " + WITHOUT_RIGHTS + " \"$@\"")
            .run();
    assertEquals(1, outcome.exits(1).err().lines().count(), outcome::toString);
    assertTrue(outcome.err().contains("(ulimit " + limit.substring(0, 2) + "): "), outcome::err);
    assertTrue(outcome.err().contains(", and it needs "), outcome::err);
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-s 256", "-d 40000", "-l 0", "-m 1", "-u 1", "-i 0", "-q 0", "-x 0"})
  void withOtherLimitsAContainerIsRunHoweverSmallTheyAre(String limit, Workbench bench) {
    String id = Workbench.id();
    // A JVM needs more of data.
    String enough = limit.startsWith("-d") && !Jrun.isNative() ? "-d 200000" : limit;
    bench
        .runCommand(unlimited(bench.bundle().args("true")), id)
        .env("JRUN_CORE", "cold")
        .through("ulimit " + enough + "; exec " + WITHOUT_RIGHTS + " \"$@\"")
        .run()
        .succeedsSilently();
    bench.assertNothingOf(id);
  }

  /** The core takes what it may; the container has what the caller had. */
  @ParameterizedTest
  @ValueSource(strings = {"-S -s 64", "-S -d 10000"})
  void aCoreHasTheStackAndTheDataItNeeds(String limit, Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = unlimited(bench.bundle().script("ulimit " + limit.substring(0, 5)));
    Jrun run = bench.runCommand(bundle, id).env("JRUN_CORE", "cold");
    assertEquals(limit.substring(6) + "\n", limited(run, limit).run().exits(0).out());
    bench.assertNothingOf(id);
  }

  /** A native core reserves little more than it may use: 300,000 KiB are enough for all. */
  @Test
  void aNativeCoreNeedsLittleAddressSpace(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().script("echo fine");
    Jrun run = bench.runCommand(bundle, id).env("JRUN_CORE", "cold");
    Outcome outcome = limited(run, "-v 300000").run();
    if (Jrun.isNative()) {
      assertEquals("fine\n", outcome.exits(0).out());
    } else {
      // Who may raise the hard limit is not stopped by it.
      assertTrue(outcome.exitCode() == 0 || outcome.err().contains("ulimit -v"), outcome::err);
    }
    bench.assertNothingOf(id);
  }

  @Test
  void whereNoFileMayBeWrittenToThatIsSaid(Workbench bench) {
    String id = Workbench.id();
    // The words go to a pipe: what tests keep them in is a file.
    Outcome outcome =
        bench
            .runCommand(bench.bundle(), id)
            .through("(ulimit -f 0; exec \"$@\") 2>&1 | cat; exit ${PIPESTATUS[0]}")
            .run()
            .exits(1);
    assertEquals(1, outcome.lines().size(), outcome::toString);
    assertTrue(
        outcome.out().contains("(EFBIG): files may not grow that large (ulimit -f)"),
        outcome::toString);
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cold", "stored"})
  void whereNoFileMayBeWrittenToAContainerIsDeleted(String who, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Jrun delete = limited(bench.command("delete", "--force", id), "-f 0");
    (who.equals("cold") ? delete.env("JRUN_CORE", "cold") : delete).run().succeedsSilently();
    bench.assertNothingOf(id);
  }

  /** What front and init catch for their own sake is not the program's. */
  @Test
  void theProgramIsEndedByASignalThatTheFrontSurvives(Workbench bench) {
    Outcome outcome =
        bench
            .run(bench.bundle().args("grep", "-E", "Sig(Ign|Cgt)", "/proc/self/status"))
            .succeeds();
    assertEquals(
        "SigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n", outcome.out(), outcome::toString);
  }

  /** A core that dies before any instruction of the launch leaves nothing behind. */
  @Test
  void whatACoreThatDiesHasBegunIsUndoneByTheFront(Workbench bench) {
    int undone = 0;
    for (int at = 2; ; at += 9) {
      String id = Workbench.id();
      Outcome outcome =
          bench
              .createCommand(bench.bundle().lasting(), id)
              .withFault("core:" + at)
              .env("JRUN_CORE", "cold")
              .run();
      if (outcome.exitCode() == 0) {
        bench.delete(id);
        bench.assertNothingOf(id);
        assertTrue(undone > 0, "it never died on the way");
        return;
      }
      undone++;
      assertEquals(1, outcome.exits(1).err().lines().count(), outcome::toString);
      bench.assertNothingOf(id);
    }
  }
}
