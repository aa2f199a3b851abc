// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is repeated of CRIU's log. */
class CriuLogTest {
  @Test
  void itIsTheReasonAndNotTheRest() {
    assertEquals(
        "Can't lookup mount=503 for fd=1 path=/tmp/out; Dump files (pid: 32) failed with -1",
        CriuLog.reason(
            """
            (00.000019) Version: 4.1.1 (gitid 0)
            (00.037995) Error (criu/util.c:1533): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            (00.149000) Warn  (criu/x.c:1): something (odd): else
            (00.149041) Error (criu/files-reg.c:1790): Can't lookup mount=503 for fd=1 path=/tmp/out
            (00.149048) Error (criu/cr-dump.c:1681): Dump files (pid: 32) failed with -1
            (00.149048) Error (criu/cr-dump.c:1681): Dump files (pid: 32) failed with -1
            (00.217254) Error (criu/cr-dump.c:2111): Dumping FAILED.
            """));
  }

  /** A restored process is named between time and word. */
  @Test
  void aProcessMayBeNamed() {
    assertEquals(
        "cannot open", CriuLog.reason("(00.1)      1: Error (criu/files.c:12): cannot open\n"));
  }

  @Test
  void theFirstThreeAreEnough() {
    StringBuilder log = new StringBuilder();
    for (int i = 1; i < 9; i++) {
      log.append("(00.1) Error (a.c:1): number ").append(i).append('\n');
    }
    assertEquals("number 1; number 2; number 3", CriuLog.reason(log.toString()));
  }

  /** CRIU 4.2.1, with a shell that makes its children by vfork (BusyBox 1.38, dash). */
  @Test
  void whatCannotBeStoppedNowMayBeLater() {
    String reason =
        CriuLog.reason(
            """
            (10.003178) Error (criu/cr-dump.c:1834): Timeout reached. Try to interrupt: 0
            (10.003196) Error (compel/src/lib/infect.c:468): Unseizable non-zombie 768 found, state D, err -1/4
            """);
    assertTrue(CriuLog.remedy(reason).startsWith(": try again: "), reason);
    assertEquals("", CriuLog.remedy("cannot open"));
  }

  @Test
  void thereMayBeNone() {
    assertEquals("", CriuLog.reason(""));
    assertEquals("", CriuLog.reason("Error (\n) Error (x\n(00.1) Error (a.c): all FAILED.\n"));
  }
}
