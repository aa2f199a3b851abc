// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.document.StatsDocument;
import io.jrun.failure.ContainerException;
import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.wire.Outcome;
import java.util.concurrent.TimeUnit;

/**
 * {@code events}: what a container's cgroup has used, again and again until the container ends, and
 * each time the kernel has killed for want of memory; a line of JSON each, as runc prints it. It
 * takes no lock.
 */
public final class ReportEvents {
  private final Session session;

  public ReportEvents(Session session) {
    this.session = session;
  }

  /** Prints what has been used until now. */
  public void stats(String id) {
    session.front().print(StatsDocument.line(id, load(id).location().cgroup()));
  }

  /**
   * Prints events until the container ends.
   *
   * @param interval between two lines of what has been used, in milliseconds
   */
  public void follow(String id, long interval) {
    ContainerState state = load(id);
    String cgroup = state.location().cgroup();
    long kills = CgroupTree.outOfMemoryKills(cgroup);
    long next = now() + interval;
    Watch watch = watch(state);
    while (true) {
      final boolean ended = watch.await(Math.max(0, next - now()));
      long before = kills;
      kills = Math.max(before, CgroupTree.outOfMemoryKills(cgroup));
      if (kills > before) {
        session.front().print("{\"type\":\"oom\",\"id\":\"" + id + "\"}\n");
      }
      if (ended) {
        return;
      }
      if (now() >= next) {
        session.front().print(StatsDocument.line(id, cgroup));
        next += interval;
      }
    }
  }

  private ContainerState load(String id) {
    ContainerState state = session.load(id);
    ContainerStatus status = session.store().status(state);
    if (status == ContainerStatus.STOPPED || status == ContainerStatus.CREATING) {
      throw new ContainerException("container with id " + id + " is not running");
    }
    return state;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** The front waits: for the cgroup's events of memory, for init's end, for time. */
  private final class Watch {
    private final Fd events;
    private final Fd pidfd;
    private final Recorder opening;

    Watch(Recorder opening, Fd events, Fd pidfd) {
      this.opening = opening;
      this.events = events;
      this.pidfd = pidfd;
    }

    /** Whether the container has ended. */
    boolean await(long milliseconds) {
      Recorder recorder = opening.next();
      recorder.step("wait for an event");
      Block both =
          Block.struct(16, "{" + events.show() + ", POLLPRI}, {" + pidfd.show() + ", POLLIN}")
              .patch(0, 4, events)
              .u16(4, (int) Linux.POLLPRI)
              .patch(8, 4, pidfd)
              .u16(12, (int) Linux.POLLIN);
      recorder.free(recorder.pollFor(both, 2, milliseconds));
      // Reading arms the next wait.
      recorder.ignoring(Errno.EBADF, Errno.ENODEV).pread(events, Block.room(Long.BYTES), 0);
      Value ended = recorder.pollNow(IdentityGuard.end(pidfd), 1);
      recorder.report(ReportTag.STATUS, ended);
      recorder.free(ended);
      Outcome outcome = session.run(recorder);
      return outcome.number(ReportTag.STATUS).orElseThrow() != 0;
    }
  }

  private Watch watch(ContainerState state) {
    Recorder recorder = new Recorder();
    recorder.step("watch " + state.id());
    String gone = "container with id " + state.id() + " is not running";
    Fd pidfd =
        IdentityGuard.open(recorder, Pid.of(state.init().pid()), state.init().startTime(), gone);
    // Without the controller there is nothing to hear of: a poll passes such a descriptor over.
    Fd events =
        recorder
            .ignoring(Errno.ENOENT)
            .openat(
                Fd.CWD,
                state.location().cgroup() + "/memory.events",
                Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.ignoring(Errno.EBADF).pread(events, Block.room(Long.BYTES), 0);
    session.run(recorder);
    return new Watch(recorder, events, pidfd);
  }
}
