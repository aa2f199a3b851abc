// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory stands for the hierarchy. */
class InheritanceTest {
  private static final Setting MEMORY =
      Setting.must("memory.max", "1", "/linux/resources/memory/limit");
  private static final Setting PIDS = Setting.must("pids.max", "1", "/linux/resources/pids/limit");

  @TempDir Path mount;

  private void cgroup(String path, String type, String handedOn, String processes)
      throws IOException {
    Path directory = Files.createDirectories(mount.resolve(path));
    if (!path.isEmpty()) {
      Files.writeString(directory.resolve("cgroup.type"), type + "\n");
    }
    Files.writeString(directory.resolve("cgroup.subtree_control"), handedOn + "\n");
    Files.writeString(directory.resolve("cgroup.procs"), processes);
  }

  private void root(String available, String handedOn) throws IOException {
    cgroup("", "", handedOn, "1\n");
    Files.writeString(mount.resolve("cgroup.controllers"), available + "\n");
  }

  private List<Enabling> of(String path, Setting... settings) {
    return Inheritance.of(mount.toString(), path, List.of(settings));
  }

  private Enabling all(String path, String... controllers) {
    return new Enabling(mount + path, List.of(), List.of(controllers), false);
  }

  @Test
  void allThereAreAreHandedOnFromTheTopDown() throws IOException {
    root("cpuset cpu memory dmem misc", "cpu memory");
    cgroup("a", "domain", "memory", "");
    assertEquals(
        List.of(
            all("", "cpuset", "dmem", "misc"),
            all("/a", "cpu", "cpuset", "dmem", "misc"),
            all("/a/b", "memory", "cpu", "cpuset", "dmem", "misc")),
        of("/a/b/c"));
  }

  @Test
  void whatALimitNeedsIsApart() throws IOException {
    root("cpu memory pids", "cpu");
    assertEquals(
        List.of(
            new Enabling(mount.toString(), List.of("memory"), List.of("pids"), false),
            new Enabling(mount + "/a", List.of("memory"), List.of("cpu", "pids"), false)),
        of("/a/b", MEMORY));
  }

  @Test
  void whereAllIsHandedOnNothingIsDone() throws IOException {
    root("cpu memory pids", "cpu memory pids");
    assertEquals(List.of(), of("/demo"));
    assertEquals(List.of(), of("/demo", MEMORY, PIDS));
    cgroup("a", "domain", "cpu memory pids", "");
    assertEquals(List.of(), of("/a/demo", MEMORY));
  }

  /** It would become a threaded one, for controllers that threads can have. */
  @Test
  void aCgroupWithProcessesIsLeftAsItIs() throws IOException {
    root("cpu memory pids", "cpu memory pids");
    cgroup("a", "domain", "", "4711\n");
    assertEquals(List.of(), of("/a/demo"));
    assertEquals(List.of(new Enabling(mount + "/a", List.of("memory"))), of("/a/demo", MEMORY));
  }

  @Test
  void belowAThreadedCgroupAllAreThreaded() throws IOException {
    root("cpu memory pids", "cpu memory pids");
    cgroup("a", "domain threaded", "", "");
    Enabling threads = new Enabling(mount + "/a", List.of(), List.of("cpu", "pids"), false);
    assertEquals(
        List.of(
            threads,
            new Enabling(mount + "/a/b", List.of(), List.of("cpu", "pids"), true),
            new Enabling(mount + "/a/b/c", List.of(), List.of(), true)),
        of("/a/b/c"));
    cgroup("a/t", "threaded", "cpu pids", "");
    cgroup("a/t/demo", "domain invalid", "", "");
    Enabling itself = new Enabling(mount + "/a/t/demo", List.of(), List.of(), true);
    assertEquals(List.of(threads, itself), of("/a/t/demo"));
    cgroup("a/t/demo", "threaded", "", "");
    assertEquals(List.of(threads), of("/a/t/demo"));
  }

  /** What a limit takes beside processes makes threads of them. */
  @Test
  void aLimitOfThreadsBesideProcessesMakesAThreadedCgroup() throws IOException {
    root("cpu memory pids", "cpu memory pids");
    cgroup("a", "domain", "", "4711\n");
    assertEquals(
        List.of(
            new Enabling(mount + "/a", List.of("pids")),
            new Enabling(mount + "/a/demo", List.of(), List.of(), true)),
        of("/a/demo", PIDS));
  }

  @Test
  void withoutControllersThereIsNothingToHandOn() throws IOException {
    root("", "");
    assertEquals(List.of(), of("/demo"));
    assertEquals(List.of(), of("/a/b/demo"));
    assertEquals(List.of(), Inheritance.of(mount + "/nowhere", "/demo", List.of()));
  }
}
