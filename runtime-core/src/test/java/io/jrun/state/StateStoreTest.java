// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.OwnKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {
  @TempDir Path root;
  private StateStore store;

  @BeforeEach
  void openStore() {
    store = new StateStore(root.toString());
  }

  private String refusal(String id) {
    return assertThrows(StateFileException.class, () -> store.load(id)).getMessage();
  }

  @Test
  void aContainerThatWasPutThereIsLoaded() {
    ContainerState state = States.created("demo");
    States.put(root, state);
    assertEquals(Optional.of(state), store.load("demo"));
    assertTrue(store.exists("demo"));
    assertEquals(root + "/demo", store.directory("demo"));
    assertTrue(store.has("demo", "state.json") && !store.has("demo", "config.json"));
    assertEquals(Optional.of(System.getProperty("user.name")), store.owner("demo"));
  }

  @Test
  void whatIsNotThereIsNoContainer() throws IOException {
    assertEquals(Optional.empty(), store.load("none"));
    assertFalse(store.exists("none"));
    assertFalse(store.has("none", "state.json") || store.isTaken("none"));
    assertEquals(Optional.empty(), store.owner("none"));
    Files.writeString(root.resolve("file"), "");
    assertEquals(Optional.empty(), store.load("file"));
    assertTrue(store.isTaken("file"));
    States.put(root, States.created("demo"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("demo"));
    assertEquals(Optional.empty(), store.load("link"));
  }

  @Test
  void aDirectoryWithoutAStateIsNoContainerAndNotNothing() throws IOException {
    Files.createDirectory(root.resolve("demo"));
    assertEquals("state.json is missing", refusal("demo"));
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    Files.write(Files.createDirectory(root.resolve("demo")).resolve("state.json"), new byte[0]);
    assertEquals("state.json is not a JSON object", refusal("demo"));
  }

  @Test
  void aLinkToAStateIsRefused() throws IOException {
    Path other = States.put(root, States.created("demo"));
    Path directory = Files.createDirectory(root.resolve("linked"));
    Files.createSymbolicLink(directory.resolve("state.json"), other.resolve("state.json"));
    assertEquals("state.json is not a regular file", refusal("linked"));
  }

  @Test
  void aDirectoryInPlaceOfTheFileIsRefused() throws IOException {
    Files.createDirectories(root.resolve("demo/state.json"));
    assertEquals("state.json is not a regular file", refusal("demo"));
  }

  @Test
  @Timeout(60)
  void aFifoInPlaceOfTheFileIsRefusedAndNotWaitedFor() throws IOException {
    Files.createDirectories(root.resolve("demo"));
    new OwnKernel().mknodat(Fd.CWD, root + "/demo/state.json", Linux.S_IFIFO | 0600, 0);
    assertEquals("state.json is not a regular file", refusal("demo"));
  }

  @Test
  void aStateOfAnotherIdIsRefused() throws IOException {
    Files.createDirectory(root.resolve("demo"));
    Files.write(root.resolve("demo/state.json"), StateFile.write(States.created("other")));
    assertEquals("state.json is of another container, other", refusal("demo"));
  }

  @Test
  void aHugeFileIsRefused() throws IOException {
    Files.createDirectory(root.resolve("demo"));
    Files.write(root.resolve("demo/state.json"), new byte[StateFile.LARGEST + 1]);
    assertEquals("state.json is too large", refusal("demo"));
  }

  @Test
  void otherFilesAreReadAsTheyAre() throws IOException {
    Path directory = States.put(root, States.created("demo"));
    assertEquals(Optional.empty(), store.file("demo", "config.json"));
    Files.write(directory.resolve("config.json"), new byte[] {1, 2});
    assertArrayEquals(new byte[] {1, 2}, store.file("demo", "config.json").orElseThrow());
  }

  @Test
  void idsAreTheDirectoriesInOrder() throws IOException {
    States.put(root, States.created("b"));
    Files.createDirectory(root.resolve("a"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("a"));
    Files.writeString(root.resolve("file"), "");
    assertEquals(List.of("a", "b"), store.ids());
    assertEquals(List.of(), new StateStore(root + "/none").ids());
  }

  @Test
  void statusIsThePhaseOfAProcessThatIsStillTheSame() {
    assertEquals(ContainerStatus.CREATED, store.status(States.created("a")));
    assertEquals(ContainerStatus.RUNNING, store.status(States.running("a")));
    assertEquals(ContainerStatus.STOPPED, store.status(States.stopped("a")));
    assertEquals(
        ContainerStatus.STOPPED,
        store.status(States.of("a", Phase.CREATED, States.living(), ProcessIdentity.NONE)));
    assertEquals(
        ContainerStatus.STOPPED,
        store.status(
            States.of("a", Phase.RUNNING, States.living(), new ProcessIdentity(4_194_305, 1))));
  }

  @Test
  void aCreateInProgressIsToldFromABrokenOneByItsCreator() {
    assertEquals(
        ContainerStatus.CREATING,
        store.status(States.of("a", Phase.CREATING, States.living(), ProcessIdentity.NONE)));
    assertEquals(
        ContainerStatus.STOPPED,
        store.status(States.of("a", Phase.CREATING, States.recycled(), ProcessIdentity.NONE)));
  }

  @Test
  void afterARebootNothingRuns() {
    assertEquals(
        ContainerStatus.STOPPED,
        store.status(States.withBoot(States.running("a"), "another boot")));
    assertEquals(ContainerStatus.STOPPED, store.status(States.withBoot(States.running("a"), "")));
  }

  @Test
  void thePathOfTheCgroupIsALinkOrAFile() throws IOException {
    Path directory = Files.createDirectory(root.resolve("one"));
    assertEquals(Optional.empty(), store.cgroup("one"));
    Files.createSymbolicLink(directory.resolve("cgroup"), Path.of("/sys/fs/cgroup/no such"));
    assertEquals(Optional.of("/sys/fs/cgroup/no such"), store.cgroup("one"));
    Files.delete(directory.resolve("cgroup"));
    Files.writeString(directory.resolve("cgroup"), "/sys/fs/cgroup/older");
    assertEquals(Optional.of("/sys/fs/cgroup/older"), store.cgroup("one"));
    Files.delete(directory.resolve("cgroup"));
    Files.createDirectory(directory.resolve("cgroup"));
    assertThrows(StateFileException.class, () -> store.cgroup("one"));
  }

  @Test
  void aFrozenCgroupMeansPaused() throws IOException {
    Path cgroup = Files.createDirectory(root.resolve("cgroup"));
    ContainerState state = States.withCgroup(States.running("a"), cgroup.toString());
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertEquals(ContainerStatus.RUNNING, store.status(state));
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    assertEquals(ContainerStatus.PAUSED, store.status(state));
  }
}
