// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.wire.CallerContext;

/** {@code spec}: writes a config.json to start from, and never over one that is there. */
public final class WriteSpec {
  private final Session session;

  public WriteSpec(Session session) {
    this.session = session;
  }

  /** {@code bundle} is absolute. */
  public void write(String bundle, boolean rootless) {
    CallerContext caller = session.front().caller();
    byte[] document =
        SpecWriter.write(
            rootless
                ? SpecTemplate.rootless(caller.euid(), caller.ids().get(5))
                : SpecTemplate.defaultSpec());
    Recorder recorder = new Recorder();
    recorder.step("go to " + bundle);
    recorder.chdir(bundle);
    recorder.step("write config.json");
    Fd file =
        recorder
            .failing("File config.json exists. Remove it first", Errno.EEXIST)
            .openat(
                Fd.CWD,
                "config.json",
                Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
                0666);
    recorder.write(file, Block.bytes(document, document.length + " bytes"));
    recorder.close(file);
    session.run(recorder);
  }
}
