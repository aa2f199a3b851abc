// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories and files that look like a cgroup. */
class CgroupTreeTest {
  @TempDir Path directory;
  private Path cgroup;

  @BeforeEach
  void makeCgroup() throws IOException {
    cgroup = Files.createDirectories(directory.resolve("demo"));
    Files.createDirectories(cgroup.resolve("a/b"));
    Files.createDirectories(cgroup.resolve("c"));
    Files.writeString(cgroup.resolve("cgroup.procs"), "11\n12\n");
    Files.writeString(cgroup.resolve("a/b/cgroup.procs"), "13\n");
    Files.writeString(cgroup.resolve("c/cgroup.procs"), "");
    Files.createSymbolicLink(cgroup.resolve("link"), directory);
  }

  @Test
  void directoriesComeInsideOutAndLinksAreNotFollowed() {
    List<Path> all = CgroupTree.directories(cgroup.toString());
    assertEquals(4, all.size());
    assertEquals(cgroup, all.get(3));
    assertTrue(all.indexOf(cgroup.resolve("a/b")) < all.indexOf(cgroup.resolve("a")));
  }

  @Test
  void processesAreThoseOfAllDirectories() {
    List<Long> processes = CgroupTree.processes(cgroup.toString());
    assertEquals(3, processes.size());
    assertEquals(Set.of(11L, 12L, 13L), new HashSet<>(processes));
  }

  @Test
  void aCgroupThatIsGoneHasNeither() {
    String gone = directory.resolve("gone").toString();
    assertEquals(List.of(), CgroupTree.directories(gone));
    assertEquals(List.of(), CgroupTree.processes(gone));
    assertFalse(CgroupTree.isFrozen(gone));
  }

  @Test
  void frozenIsWhatItsFileSays() throws IOException {
    Files.writeString(cgroup.resolve("cgroup.freeze"), "0\n");
    assertFalse(CgroupTree.isFrozen(cgroup.toString()));
    Files.writeString(cgroup.resolve("cgroup.freeze"), "1\n");
    assertTrue(CgroupTree.isFrozen(cgroup.toString()));
  }

  @Test
  void whatNoPathCanBeIsNoCgroup(@TempDir Path top) {
    assertTrue(CgroupTree.exists(top.toString()));
    for (String none : List.of("", "a", top + "/", top + "/.", top + "\0", top + "/none")) {
      assertFalse(CgroupTree.exists(none), none);
    }
  }

  @Test
  void aCgroupThatHasGoneIsNeitherFrozenNorThawed(@TempDir Path top) throws IOException {
    assertFalse(CgroupTree.isThawed(top.toString()) || CgroupTree.isFrozen(top.toString()));
    Files.writeString(top.resolve("cgroup.freeze"), "0\n");
    assertTrue(CgroupTree.isThawed(top.toString()) && !CgroupTree.isFrozen(top.toString()));
  }
}
