// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Containers whose init was moved to a cgroup that is not theirs, as BuildKit's daemon does in a
 * privileged pod. Their own is empty then, and is gone where it was a unit of systemd's.
 */
@ExtendWith(ResidueExtension.class)
class MovedInitIT {
  private Path cgroup;
  private Path other;

  /** A container of one process, with a pid namespace of its own or without. */
  private String moved(Workbench bench, boolean shares, boolean gone) throws IOException {
    Bundle bundle = bench.bundle().args("sleep", "1000");
    String id = bench.running(shares ? bundle.withoutNamespace("pid") : bundle);
    cgroup = ExecIT.cgroupOf(bench.pid(id));
    other = Files.createDirectory(cgroup.resolveSibling(cgroup.getFileName() + "-other"));
    Files.writeString(other.resolve("cgroup.procs"), Integer.toString(bench.pid(id)));
    if (gone) {
      Workbench.awaitRemoval(cgroup);
    }
    return id;
  }

  @AfterEach
  void removeOther() {
    Workbench.awaitRemoval(other);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("smoke")
  void execGoesWhereInitIsIfItsOwnIsGone(boolean shares, Workbench bench) throws IOException {
    String id = moved(bench, shares, true);
    int init = bench.pid(id);
    assertEquals(
        "0::/../" + other.getFileName() + "\n",
        bench.exec(id, "grep", "^0::", "/proc/self/cgroup").succeedsSilently().out());
    assertEquals("running", bench.status(id));
    assertEquals(
        "[" + init + "]",
        bench.jrun("ps", "--format", "json", id).succeedsSilently().out().strip());
    bench.jrun("pause", id).failsNaming(cgroup.toString(), "no such file or directory");
    ExecIT.failsNaming(
        bench.execCommand(List.of("--cgroup", "/"), id, "true").run(),
        cgroup.toString(),
        "no such file or directory");
    bench.deleteByForce(id).succeedsSilently();
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void itIsKilledWithAll(boolean shares, boolean gone, Workbench bench) throws IOException {
    String id = moved(bench, shares, gone);
    bench.jrun("kill", "--all", id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void itIsDeletedByForce(boolean shares, boolean gone, Workbench bench) throws IOException {
    String id = moved(bench, shares, gone);
    int init = bench.pid(id);
    bench.deleteByForce(id).succeedsSilently();
    HostProcess.awaitEnd(init);
  }
}
