// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.front.FreezeSteps;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.nio.charset.StandardCharsets;

/**
 * A container that stands still for a dump. CRIU could freeze the cgroup itself, but looks only
 * every 100 ms whether that has come about; the front waits for the kernel to tell. CRIU leaves a
 * cgroup that it has found frozen as it was, so the front lets it go on afterwards; and if the
 * front is killed, a guard does: a process that waits until neither front nor CRIU has its channel.
 */
public final class Standstill {
  /** As long as CRIU would wait. */
  private static final long PATIENCE_MS = 10_000;

  /** No sync point has this value: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  private static final Block THAWED = Block.bytes("0".getBytes(StandardCharsets.US_ASCII), "0");

  private final String cgroup;
  private final Recorder.Spawned guard;

  private Standstill(String cgroup, Recorder.Spawned guard) {
    this.cgroup = cgroup;
    this.guard = guard;
  }

  /** Starts the guard; nothing stands still yet. */
  public static Standstill prepare(Recorder recorder, String cgroup) {
    recorder.step("start who lets cgroup " + cgroup + " go on if nobody else can");
    Fd freeze =
        recorder.openat(Fd.CWD, cgroup + "/cgroup.freeze", Linux.O_WRONLY | Linux.O_CLOEXEC);
    Recorder.Spawned guard = recorder.spawn(0, null, 0);
    recorder.feed(guard.channel(), program());
    recorder.hand(guard.channel(), freeze, Block.bytes(new byte[] {1}, "a descriptor"));
    recorder.close(freeze);
    return new Standstill(cgroup, guard);
  }

  private static Program program() {
    Recorder recorder = new Recorder();
    recorder.step("wait until neither front nor CRIU is there");
    // A terminal's signals are for all of its processes.
    recorder.blockSignals(-1L);
    Fd freeze = recorder.take(Recorder.bornChannel());
    recorder.sync(null, SyncCode.BORN, Value.of(0));
    recorder.free(recorder.await(null, NO_CODE, true));
    recorder.step("let the cgroup go on");
    recorder.ignoring(Errno.ENODEV);
    recorder.write(freeze, THAWED);
    return recorder.program();
  }

  /** What CRIU is to have as long as it lives. */
  public Fd channel() {
    return guard.channel();
  }

  /** Freezes the cgroup, and waits until nothing in it runs. */
  public void begin(Recorder recorder) {
    recorder.step("wait for the guard of the cgroup");
    recorder.free(recorder.await(guard.channel(), SyncCode.BORN, false));
    FreezeSteps.record(recorder, cgroup, true, PATIENCE_MS);
  }

  /** Lets it go on, if it is still there, and ends the guard. For the end of any way there is. */
  public void end(Recorder recorder) {
    recorder.step("let cgroup " + cgroup + " go on");
    Errno[] gone = {Errno.ENOENT, Errno.ENODEV, Errno.EBADF};
    Fd freeze =
        recorder
            .ignoring(gone)
            .openat(Fd.CWD, cgroup + "/cgroup.freeze", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.ignoring(gone);
    recorder.write(freeze, THAWED);
    recorder.ignoring(gone).close(freeze);
    recorder.ignoring(Errno.ESRCH, Errno.EBADF).pidfdSendSignal(guard.pidfd(), Signal.KILL);
    recorder.ignoring(Errno.ECHILD, Errno.EINVAL).waitid(guard.pidfd());
    recorder.ignoring(Errno.EBADF).close(guard.channel());
    recorder.ignoring(Errno.EBADF).close(guard.pidfd());
  }
}
