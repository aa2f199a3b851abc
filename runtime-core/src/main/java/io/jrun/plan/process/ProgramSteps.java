// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.ProcessSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/** The container's program: found in PATH while that can still be told, executed where it was. */
final class ProgramSteps {
  private final Recorder recorder;
  private final List<String> args;
  private final List<String> candidates;

  /** Which of several candidates it was found to be; null where there is one alone. */
  private final Block place;

  ProgramSteps(Recorder recorder, ProcessSpec process) {
    this.recorder = recorder;
    this.args = process.args();
    this.candidates = candidates(args.get(0), process.searchPath());
    this.place = candidates.size() > 1 ? Block.room(Long.BYTES) : null;
  }

  /** Where the program may lie, in the order of execvp(3). */
  private static List<String> candidates(String name, List<String> searchPath) {
    if (isPath(name)) {
      return List.of(name);
    }
    List<String> out = new ArrayList<>();
    for (String directory : searchPath) {
      out.add(directory + "/" + name);
    }
    return out;
  }

  private static boolean isPath(String name) {
    return name.indexOf('/') >= 0;
  }

  /** Fails where there is no such program; a candidate that cannot be reached is passed over. */
  void find() {
    String name = args.get(0);
    recorder.step("find the program " + name, "/process/args/0");
    boolean isPath = isPath(name);
    Label found = new Label();
    Block stat = Block.room(Linux.STATX_SIZE);
    for (int i = 0; i < candidates.size(); i++) {
      String candidate = candidates.get(i);
      Label next = new Label();
      if (!isPath) {
        recorder.on(Errno.ENOENT, next).on(Errno.ENOTDIR, next);
        recorder.on(Errno.EACCES, next).on(Errno.ELOOP, next);
      } else {
        recorder.failing(
            FailureText.words("exec: " + quote(name) + ": stat " + name + ": ").andErrno());
      }
      recorder.statx(Fd.CWD, candidate, 0, stat);
      if (!isPath) {
        recorder.on(Errno.EACCES, next);
      } else {
        recorder.failing("exec: " + quote(name) + ": permission denied");
      }
      recorder.check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFREG, Errno.EACCES);
      if (!isPath) {
        recorder.on(Errno.EACCES, next);
      } else {
        recorder.failing(FailureText.words("exec: " + quote(name) + ": ").andErrno());
      }
      recorder.faccessat(Fd.CWD, candidate, 1);
      if (place != null) {
        recorder.store(place, i);
      }
      recorder.jump(found);
      recorder.place(next);
    }
    if (!isPath) {
      recorder
          .failing("exec: " + quote(name) + ": executable file not found in $PATH")
          .test(Value.of(0), -1L, 1, Errno.ENOENT);
    }
    recorder.place(found);
  }

  /**
   * Executes what was found, and nothing else: if a script lacks its interpreter, who hears of a
   * file that is missing in the last directory of PATH looks in the wrong place.
   */
  void execute(Block envp) {
    recorder.step("execute " + args.get(0), "/process/args");
    Block argv = Block.vector(args, args);
    recorder.fill(argv);
    recorder.fill(envp);
    Value at = place == null ? null : recorder.load(place, 0, Long.BYTES);
    for (int i = 0; i < candidates.size(); i++) {
      Label next = new Label();
      if (at != null) {
        recorder.on(Errno.ENOENT, next).test(at, -1L, i, Errno.ENOENT);
      }
      recorder
          .failing(FailureText.words("exec " + candidates.get(i) + ": ").andErrno())
          .execve(candidates.get(i), argv, envp);
      recorder.place(next);
    }
  }

  private static String quote(String name) {
    return "\"" + name + "\"";
  }
}
