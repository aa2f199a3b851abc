// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;

/**
 * HOME, where the document gives none: that of the user's line in the container's passwd, looked up
 * when all mounts are there, as the program will see it. ADR 0016; passwd(5).
 */
public final class HomeSteps {
  private static final String PASSWD = "/etc/passwd";
  private static final String DEFAULT = "HOME=/";
  private static final int VALUE_AT = 5;
  private static final int PATH_MAX = 4096;
  private static final int UID_FIELD = 2;
  private static final int HOME_FIELD = 5;

  private HomeSteps() {}

  /**
   * Fills in a variable, "HOME=/" unless the passwd says otherwise. The path is looked up below the
   * working directory, which is the root. A file that says it is empty is left alone: those of
   * procfs do, and some of them block.
   */
  public static Block record(Recorder recorder, long uid) {
    recorder.step("look up HOME in " + PASSWD, "/process/env");
    Block variable = Block.struct(VALUE_AT + PATH_MAX, "\"HOME=...\"");
    byte[] fallback = DEFAULT.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(fallback, 0, variable.content(), 0, fallback.length);
    Label other = new Label();
    Label end = new Label();
    Label none = new Label();
    recorder
        .on(Errno.ENOENT, none)
        .on(Errno.ENOTDIR, none)
        .on(Errno.ELOOP, none)
        .on(Errno.EACCES, none);
    Fd found = recorder.resolve(Fd.CWD, PASSWD, Recorder.Missing.FAILS, null, 0);
    requireContent(recorder, found, other);
    recorder.on(Errno.ENOENT, other).on(Errno.EAGAIN, other).on(Errno.ELOOP, other);
    Fd file =
        recorder
            .on(Errno.EACCES, other)
            .openat2(
                Fd.CWD,
                PASSWD,
                Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOCTTY | Linux.O_CLOEXEC,
                Linux.RESOLVE_IN_ROOT | Linux.RESOLVE_NO_MAGICLINKS);
    // What was found may have been replaced.
    requireContent(recorder, file, end);
    recorder
        .on(Errno.ENOENT, end)
        .lookUp(file, Long.toString(uid), UID_FIELD, HOME_FIELD, variable, VALUE_AT, PATH_MAX);
    recorder.place(end);
    recorder.close(file);
    recorder.place(other);
    recorder.close(found);
    recorder.place(none);
    return variable;
  }

  /** Goes on at the label unless the file is a regular one and says it has something in it. */
  private static void requireContent(Recorder recorder, Fd file, Label otherwise) {
    Label filled = new Label();
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(file, "", Linux.AT_EMPTY_PATH, stat);
    recorder
        .on(Errno.EINVAL, otherwise)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFREG, Errno.EINVAL);
    recorder
        .on(Errno.ENODATA, filled)
        .check(stat, Linux.STATX_SIZE_OFFSET, 8, -1L, 0, Errno.ENODATA);
    recorder.jump(otherwise);
    recorder.place(filled);
  }
}
