// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jrun.container.MemoryLimits;
import io.jrun.failure.ContainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** checkBeforeUpdate: no limit below what is in use. */
class MemoryInUseTest {
  @TempDir Path cgroup;

  private void check(long limit, long swap, boolean checked) {
    MemoryInUse.check(cgroup.toString(), new MemoryLimits(limit, 0, swap, checked));
  }

  private String refusal(long limit, long swap) {
    return assertThrows(ContainerException.class, () -> check(limit, swap, true)).getMessage();
  }

  @Test
  void aLimitBelowWhatIsInUseIsRefusedIfThatIsAskedFor() throws IOException {
    Files.writeString(cgroup.resolve("memory.current"), "5000\n");
    Files.writeString(cgroup.resolve("memory.swap.current"), "700\n");
    check(4999, 0, false);
    check(5000, 5700, true);
    check(-1, -1, true);
    assertEquals("rejecting memory limit 4999: the cgroup uses 5000 bytes", refusal(4999, 0));
    assertEquals(
        "rejecting memory+swap limit 5699: the cgroup uses 5700 bytes of both",
        refusal(5000, 5699));
  }

  @Test
  void ofACgroupThatIsNotThereNothingIsInUse() {
    check(1, 1, true);
  }
}
