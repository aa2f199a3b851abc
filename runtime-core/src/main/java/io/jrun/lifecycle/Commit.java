// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchSteps.StartedInit;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import io.jrun.state.ContainerState;
import io.jrun.state.StateFile;

/**
 * What makes a launch that came to a ready init a container: programs for the verbs that follow,
 * the record, the pid file. After that init outlives the command.
 */
public final class Commit {
  private Commit() {}

  /** All of it. */
  public static void record(
      Session session, Launch launch, StartedInit init, ContainerState state, LaunchRequest from) {
    storeVerbs(session, launch, init.front(), init.directory(), state, init.pid(), init.started());
    letGoOn(session, init, state, from);
  }

  /** The programs for the verbs that follow. */
  public static void storeVerbs(
      Session session,
      Launch launch,
      Recorder recorder,
      Fd directory,
      ContainerState state,
      Pid pid,
      Value started) {
    recorder.step("store the verbs that follow");
    StateSteps.write(
        recorder,
        directory,
        StoredVerbs.FILE,
        StoredVerbs.compile(
            state,
            launch.options().stateDirectory(),
            launch.bundle().spec().hooks(),
            session.front().caller().version(),
            pid,
            started));
  }

  /** The same without programs for the verbs that follow. */
  public static void letGoOn(
      Session session, StartedInit init, ContainerState state, LaunchRequest from) {
    Recorder recorder = init.front();
    recorder.step("put the container on record");
    StateSteps.write(
        recorder,
        init.directory(),
        StateSteps.STATE,
        StateFile.template(state),
        init.pid(),
        init.started());
    if (from.pidFile().isPresent()) {
      PidFileSteps.write(
          recorder, from.pidFile().get(), init.pid(), session.front().caller().umask());
      recorder.mark(Mark.PID_FILE);
    }
    recorder.step("let init go on by itself");
    recorder.sync(init.channel(), SyncCode.COMMITTED, Value.of(0));
    recorder.mark(Mark.RECORDED);
  }
}
