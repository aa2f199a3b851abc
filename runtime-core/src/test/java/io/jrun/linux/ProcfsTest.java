// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ProcfsTest {
  private static final String REST =
      " S 1 811 811 0 -1 4194560 100 0 0 0 1 2 3 4 20 0 3 0 51234 2494464 200 18446744073709551615 1 1";

  private static Optional<Procfs.Stat> parse(String name) {
    return Procfs.parseStat("812 (" + name + ")" + REST + "\n");
  }

  @Example
  void threadsAreTheTwentiethFieldAndTheStartTimeIsTheTwentySecond() {
    assertEquals(Optional.of(new Procfs.Stat('S', 4194560, 3, 51234)), parse("sh"));
  }

  /** The kernel gives all of it to the first read, and nothing to the second. */
  @Example
  void aNumberBelowSysHasAllItsDigits() {
    String most = Procfs.read("/proc/sys/kernel/pid_max").orElse("").strip();
    assertTrue(Long.parseLong(most) >= 301, most);
  }

  /** A process may call itself anything of up to 15 bytes. */
  @Example
  void aHostileNameDoesNotShiftTheFields() {
    for (String name :
        new String[] {
          "",
          ")",
          "(",
          "a b",
          ") R 1 2 3",
          "a) Z 1 2 3 4 5",
          "()()",
          "\n",
          ") ",
          " (",
          "x)\n) S",
          "\u00ff\u0001"
        }) {
      assertEquals(Optional.of(new Procfs.Stat('S', 4194560, 3, 51234)), parse(name), name);
    }
  }

  @Property(tries = 1000)
  void noNameShiftsTheFields(@ForAll String name) {
    assertEquals(Optional.of(new Procfs.Stat('S', 4194560, 3, 51234)), parse(name));
  }

  @Property(tries = 1000)
  void anyTextIsReadOrIsNothing(@ForAll String text) {
    Procfs.parseStat(text);
    Procfs.parseStat("1 (x) " + text);
  }

  @Example
  void whatIsCutShortIsNothing() {
    String line = "812 (sh)" + REST;
    for (int length = 0; length < line.indexOf("51234"); length++) {
      assertEquals(Optional.empty(), Procfs.parseStat(line.substring(0, length)));
    }
  }

  @Example
  void deadProcessesAreNotAlive() {
    for (char state : "ZXx".toCharArray()) {
      assertFalse(new Procfs.Stat(state, 0, 1, 1).isAlive());
    }
    for (char state : "RSDTtWKPI".toCharArray()) {
      assertTrue(new Procfs.Stat(state, 0, 1, 1).isAlive());
    }
  }

  @Example
  void aProcessLivesUntilItsLastThreadHasEnded() {
    assertTrue(new Procfs.Stat('Z', 0, 2, 1).isAlive());
    assertTrue(new Procfs.Stat('Z', 0, 2, 1).isHeadless());
    assertFalse(new Procfs.Stat('S', 0, 2, 1).isHeadless());
    assertFalse(new Procfs.Stat('X', 0, 2, 1).isAlive());
  }

  @Example
  void thisProcessIsThereAndLives() {
    Procfs.Stat stat = Procfs.stat(ProcessHandle.current().pid()).orElseThrow();
    assertTrue(stat.isAlive() && stat.startTime() > 0);
    assertEquals(
        stat.startTime(), Procfs.stat(ProcessHandle.current().pid()).orElseThrow().startTime());
    assertEquals(Optional.empty(), Procfs.stat(4_194_305));
    assertEquals(36, Procfs.bootId().length());
  }

  /** The first of a pid namespace stays so until all others in there are gone. */
  @Example
  void whatHasBegunToExitIsEnding() {
    assertTrue(new Procfs.Stat('D', 0x400004, 1, 1).isEnding());
    assertTrue(new Procfs.Stat('Z', 0, 1, 1).isEnding());
    assertFalse(new Procfs.Stat('S', 0x400000, 1, 1).isEnding());
    assertFalse(Procfs.stat(ProcessHandle.current().pid()).orElseThrow().isEnding());
  }

  @Example
  void aNameIsTheTextOfItsBytes() {
    assertEquals("/\u00e9", Procfs.name("/\u00c3\u00a9"));
    assertEquals("/\ufffd", Procfs.name("/\u00ff"));
  }

  @Example
  void mountsOfThisProcessHaveTheRootAmongThem() {
    assertTrue(Procfs.mounts().stream().anyMatch(m -> m.point().equals("/")));
    assertTrue(
        Procfs.mounts().stream()
            .anyMatch(m -> m.point().equals("/proc") && m.type().equals("proc")));
  }

  @Example
  void capabilitiesThatCannotBeReadCountAsAll() {
    long pid = ProcessHandle.current().pid();
    assertEquals(0, Procfs.capabilities(pid, "CapBnd") >>> 63);
    assertEquals(-1, Procfs.capabilities(4_194_305, "CapBnd"));
    assertEquals(-1, Procfs.capabilities(pid, "CapFoo"));
  }
}
