// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is said of an instruction before it is recorded: once, and of the one that follows. */
class RecorderTest {
  private static final FailureText DEEPER = FailureText.words("what only the callee knows");

  private static Recorder recorder() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    return recorder;
  }

  private static void refused(Consumer<Recorder> said) {
    Recorder recorder = recorder();
    assertThrows(IllegalStateException.class, () -> said.accept(recorder));
  }

  private static Instruction last(Recorder recorder) {
    List<Instruction> all = recorder.program().instructions();
    return all.get(all.size() - 1);
  }

  @Test
  void wordsOfACalleeDoNotTakeThePlaceOfTheCallers() {
    refused(k -> k.failing("the caller's").failing(DEEPER));
    refused(k -> k.failing("the caller's", Errno.EPERM).failing(DEEPER));
    refused(k -> k.failing("the caller's").failing(DEEPER, Errno.EISDIR));
  }

  @Test
  void aCalleeAddsWordsForAnErrorOfItsOwn() {
    Recorder recorder = recorder();
    recorder.failing("the caller's").alsoFailing(DEEPER, Errno.EISDIR).chdir("/");
    assertEquals(DEEPER, last(recorder).failure(Errno.EISDIR.number()));
    assertEquals(FailureText.words("the caller's"), last(recorder).failure(Errno.EPERM.number()));
    recorder.alsoFailing(DEEPER, Errno.EISDIR).chdir("/");
    assertEquals(DEEPER, last(recorder).failure(Errno.EISDIR.number()));
    assertNull(last(recorder).failure(Errno.EPERM.number()));
    refused(k -> k.failing("the caller's", Errno.EISDIR).alsoFailing(DEEPER, Errno.EISDIR));
    refused(k -> k.alsoFailing(DEEPER, Errno.EISDIR).alsoFailing(DEEPER, Errno.EISDIR));
    refused(k -> k.alsoFailing(DEEPER, Errno.EISDIR).failing("too late"));
  }

  @Test
  void anErrorIsExpectedOnce() {
    refused(k -> k.on(Errno.ENOENT, new Label()).on(Errno.ENOENT, new Label()).chdir("/"));
    refused(k -> k.on(Errno.ENOENT, new Label()).ignoring(Errno.ENOENT).chdir("/"));
    refused(k -> k.ignoring(Errno.ENOENT).ignoring(Errno.ENOENT).chdir("/"));
  }

  @Test
  void noMoreErrorsAreExpectedThanHaveRoom() {
    Errno[] all = Errno.values();
    Recorder recorder = recorder();
    for (int i = 0; i < Instruction.MOST_EXPECTED; i++) {
      recorder.ignoring(all[i]);
    }
    recorder.chdir("/");
    assertEquals(Instruction.MOST_EXPECTED, last(recorder).onErrors().size());
    refused(
        k -> {
          for (int i = 0; i <= Instruction.MOST_EXPECTED; i++) {
            k.ignoring(all[i]);
          }
          k.chdir("/");
        });
  }

  @Test
  void aResultGoesToOneRegisterAndIsADescriptor() {
    Fd register = Fd.register(3, "fd");
    refused(k -> k.into(register).into(register));
    refused(k -> k.into(register).chdir("/"));
    refused(k -> k.into(register).fork(0, 0));
    Recorder recorder = recorder();
    assertEquals(register, recorder.into(register).openat(Fd.CWD, "/", Linux.O_PATH));
  }

  @Test
  void whatIsSaidIsFollowedByAnInstructionOfTheSameStep() {
    Label label = new Label();
    refused(
        k -> {
          k.failing("of what?");
          k.step("another");
        });
    refused(
        k -> {
          k.ignoring(Errno.EPERM);
          k.jump(label);
        });
    refused(
        k -> {
          k.on(Errno.EPERM, label);
          k.place(label);
        });
    refused(
        k -> {
          k.into(Fd.STDIN);
          k.flush();
        });
    refused(
        k -> {
          k.ignoring(Errno.EPERM);
          k.program();
        });
  }

  /** What only moves numbers about cannot fail: what was said is of the call behind it. */
  @Test
  void whatIsSaidIsOfTheFirstThatCanFail() {
    Recorder recorder = recorder();
    Label label = new Label();
    Block block = Block.room(8);
    recorder.on(Errno.ENODEV, label).failing(DEEPER).check(block, 0, 4, -1L, 1, Errno.ENODEV);
    recorder.place(label);
    List<Instruction> all = recorder.program().instructions();
    assertEquals(List.of(Op.LOAD, Op.TEST), all.stream().map(Instruction::op).toList());
    assertTrue(all.get(0).onErrors().isEmpty() && all.get(0).failures().isEmpty());
    assertEquals(List.of(new OnError(Errno.ENODEV, label)), all.get(1).onErrors());
    assertEquals(DEEPER, all.get(1).failure(Errno.ENODEV.number()));
  }
}
