// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is said to help where one error has several causes, by the call it comes from. */
class RemediesTest {
  private static String said(Errno errno, Consumer<Recorder> call) {
    Recorder recorder = new Recorder();
    recorder.step("go");
    call.accept(recorder);
    return Failures.describe(
        new Outcome(Outcome.Origin.FRONT, errno.number(), recorder.program(), 0, List.of()));
  }

  @Test
  void aFileThatMayNotGrowIsALimitAndTooManyFilesAreNone() {
    Block text = Block.bytes(new byte[] {'x'}, "x");
    assertEquals(
        "go: write: file too large (EFBIG): files may not grow that large (ulimit -f)",
        said(Errno.EFBIG, k -> k.write(Fd.of(3), text)));
    assertEquals(
        "go: copy: file too large (EFBIG): more than a million files are in it",
        said(Errno.EFBIG, k -> k.copy(Fd.of(3), Fd.of(4))));
    assertEquals(
        "go: clear: file too large (EFBIG): more than a million files are in it",
        said(Errno.EFBIG, k -> k.clear(Fd.of(3), true)));
    assertEquals(
        "go: copy: too many levels of symbolic links (ELOOP): its directories are more than 32 deep",
        said(Errno.ELOOP, k -> k.copy(Fd.of(3), Fd.of(4))));
  }

  /** Words that are for some errors alone leave the others what helps. */
  @Test
  void wordsForOneErrorDoNotTakeWhatHelpsFromAnother() {
    assertEquals(
        "go: chdir: file too large (EFBIG): files may not grow that large (ulimit -f)",
        said(Errno.EFBIG, k -> k.failing("own words", Errno.ENOENT).chdir("/a")));
    assertEquals(
        "own words", said(Errno.ENOENT, k -> k.failing("own words", Errno.ENOENT).chdir("/a")));
  }
}
