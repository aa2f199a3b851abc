// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.RecordingNotices;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.state.StateStore;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** update: which containers, where the document comes from, and what a failure leaves. */
class UpdateContainerTest {
  @TempDir Path root;
  private final RecordingNotices notices = new RecordingNotices();
  private ScriptedFront front;
  private Session session;
  private Path cgroup;
  private Path document;

  @BeforeEach
  void open() throws IOException {
    front = ScriptedFront.calledWith("jrun");
    session = new Session(front.open(), new StateStore(root.resolve("state").toString()), notices);
    Files.createDirectory(root.resolve("state"));
    cgroup = Files.createDirectories(root.resolve("unified/demo"));
    Files.writeString(root.resolve("unified/cgroup.controllers"), "cpu pids memory\n");
    Files.writeString(root.resolve("unified/cgroup.subtree_control"), "cpu pids\n");
    document = root.resolve("r.json");
  }

  private void put(ContainerState state) {
    States.put(
        root.resolve("state"),
        new ContainerState(
            state.id(),
            state.phase(),
            state.creator(),
            state.init(),
            state.bootId(),
            new ContainerState.Location("/bundle", "/bundle/rootfs", cgroup.toString()),
            state.created(),
            state.annotations(),
            LaunchRecord.of(
                new LaunchRecord.Cgroup(root.resolve("unified").toString(), "/demo", ""))));
  }

  private void update(String text) {
    try {
      Files.writeString(document, text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    new UpdateContainer(session).update("demo", document.toString());
  }

  private static List<String> written(WireProgram program) {
    return program.instructions().stream()
        .filter(i -> i.op() == Op.WRITE)
        .map(i -> program.text(i, 1))
        .toList();
  }

  private WireProgram last() {
    return front.programs().get(front.programs().size() - 1);
  }

  @Test
  void whatIsNamedIsWrittenAndNothingElse() throws IOException {
    put(States.running("demo"));
    Files.writeString(cgroup.resolve("cpu.max"), "7000 100000\n");
    update("{\"pids\":{\"limit\":9},\"cpu\":{\"period\":50000},\"memory\":{\"limit\":0}}");
    assertEquals(List.of("9", "7000 50000"), written(last()));
    update("{\"memory\":{\"limit\":4096}}");
    assertEquals(List.of("+memory", "4096"), written(last()));
  }

  @Test
  void onlyAContainerThatLivesIsChanged() {
    assertEquals(
        "container does not exist",
        assertThrows(ContainerException.class, () -> update("{}")).getMessage());
    put(States.stopped("demo"));
    assertEquals(
        "container not running",
        assertThrows(ContainerException.class, () -> update("{}")).getMessage());
    put(States.created("demo"));
    update("{}");
  }

  @Test
  void aLimitBelowWhatIsInUseIsRefusedIfThatIsAskedFor() throws IOException {
    put(States.running("demo"));
    Files.writeString(cgroup.resolve("memory.current"), "8192\n");
    String text = "{\"memory\":{\"limit\":4096,\"checkBeforeUpdate\":true}}";
    assertEquals(
        "rejecting memory limit 4096: the cgroup uses 8192 bytes",
        assertThrows(ContainerException.class, () -> update(text)).getMessage());
  }

  @Test
  void aMissingControllerIsNamedBeforeAnythingIsDone() {
    put(States.running("demo"));
    String text = "{\"pids\":{\"limit\":9},\"cpu\":{\"cpus\":\"0\"}}";
    String message = assertThrows(ContainerException.class, () -> update(text)).getMessage();
    assertTrue(
        message.startsWith("/cpu/cpus (cpuset.cpus): the cpuset controller is not in "), message);
    assertEquals(1, front.programs().size(), "nothing but the lock");
  }

  @Test
  void aChangeThatFailsIsTakenBack() throws IOException {
    put(States.running("demo"));
    Files.writeString(cgroup.resolve("pids.max"), "77\n");
    Files.writeString(cgroup.resolve("cpuset.cpus"), "\n");
    Files.writeString(cgroup.resolve("cpu.weight"), "100\n");
    front.answering(
        (number, program) ->
            number == 1
                ? ScriptedFront.failure(lastWrite(program), Errno.EINVAL)
                : ScriptedFront.success(program));
    String message =
        assertThrows(
                ContainerException.class,
                () -> update("{\"pids\":{\"limit\":9},\"cpu\":{\"shares\":2}}"))
            .getMessage();
    assertEquals(
        "set the limit cpu.weight to 1 (/cpu/shares): write: invalid argument (EINVAL): the kernel"
            + " does not take this value",
        message);
    assertEquals(List.of("77", "100", "77", "100"), written(last()));
  }

  private static int lastWrite(WireProgram program) {
    return program.instructions().stream()
        .filter(i -> i.op() == Op.WRITE)
        .reduce((first, second) -> second)
        .orElseThrow()
        .index();
  }

  @Test
  void standardInputIsReadToItsEnd() {
    put(States.running("demo"));
    String text = "{\"pids\":{\"limit\":9}}" + " ".repeat(65_536);
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    front.answering(
        (number, program) -> {
          int from = Math.min(number * 65_536, bytes.length);
          int to = Math.min(from + 65_536, bytes.length);
          return program.has(Op.READ)
              ? ScriptedFront.join(
                  ScriptedFront.report(
                      ReportTag.OUTPUT, java.util.Arrays.copyOfRange(bytes, from, to)),
                  ScriptedFront.result(0, 0, 0))
              : ScriptedFront.success(program);
        });
    new UpdateContainer(session).update("demo", UpdateContainer.STANDARD_INPUT);
    assertEquals(List.of("9"), written(last()));
  }
}
