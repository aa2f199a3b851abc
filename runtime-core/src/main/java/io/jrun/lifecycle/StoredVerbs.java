// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.HooksSpec;
import io.jrun.document.StateDocument;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.FreezeSteps;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.front.StartSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Label;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.StateFile;
import io.jrun.wire.CallerContext;
import io.jrun.wire.ProgramWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What create leaves beside the state: the verbs that follow, compiled, each with the guards under
 * which it means the same as the core's. The front runs them without a core; when a guard fails, or
 * anything else, the core is asked, so a program only has to be right about the plain case. Steps
 * with effects are those of the verbs' own classes. The layout is native-shim's wire.h:
 *
 * <pre>
 * u32 magic "JRVB", u32 length of the file, 24 bytes build version, u32 protocol, u32 zero,
 * { u32 offset, u32 length } for start, state, kill, delete, pause and resume together, and delete
 * by force, which is the same program as delete; u64 checksum; u64 init's pid, u64 its start time, and both once more;
 * the programs
 * </pre>
 */
public final class StoredVerbs {
  /** The file in the state directory. */
  public static final String FILE = "verbs";

  private static final int MAGIC = 0x4252564a;
  private static final int VERSION_SIZE = 24;
  private static final int PROTOCOL_SIZE = 8;
  private static final int VERBS = 6;
  private static final int CHECKSUM_OFFSET = 8 + VERSION_SIZE + PROTOCOL_SIZE + 8 * VERBS;
  private static final int PID_OFFSET = CHECKSUM_OFFSET + 8;
  private static final int START_OFFSET = PID_OFFSET + 8;
  private static final int INIT_SIZE = 16;
  private static final int HEADER_SIZE = PID_OFFSET + 2 * INIT_SIZE;

  /** In no file: which boot it was is not known, and no other can be told from it. */
  private static final String NO_BOOT = "unknown";

  /** What does not freeze by then is a core's to wait for and to name. */
  private static final long PATIENCE_MS = 1_000;

  private static final long CHECKSUM_START = 0xcbf29ce484222325L;
  private static final long CHECKSUM_FACTOR = 0x100000001b3L;
  private static final int CHECKSUM_TURN = 29;

  private final ContainerState state;
  private final String directory;

  private StoredVerbs(ContainerState state, String directory) {
    this.state = state;
    this.directory = directory;
  }

  /**
   * The file for a container. Its programs find init's pid and start time in registers, so that
   * they can be compiled before there is an init.
   *
   * @param directory the state directory
   * @param version of this build
   * @param pid init's, to be filled in when the file is written
   * @param started its start time
   */
  public static Block compile(
      ContainerState state,
      String directory,
      HooksSpec hooks,
      String version,
      Pid pid,
      Value started) {
    StoredVerbs verbs = new StoredVerbs(state, directory);
    List<byte[]> programs = new ArrayList<>(VERBS);
    // Whose hooks report, has something to report to.
    boolean waits = state.launch().is(LaunchRecord.Mark.NOTIFY);
    boolean plainStart = !waits && hooks.poststart().isEmpty() && hooks.startContainer().isEmpty();
    programs.add(plainStart ? write(verbs.start()) : new byte[0]);
    programs.add(write(verbs.state()));
    boolean outlivesInit = state.launch().is(LaunchRecord.Mark.SHARED_PID);
    programs.add(outlivesInit ? new byte[0] : write(verbs.kill()));
    boolean hasMore = waits || !hooks.poststop().isEmpty() || !state.launch().resctrl().isEmpty();
    boolean isPlain = !outlivesInit && !hasMore;
    // A unit's end is systemd's: only what has ended can be removed.
    boolean mayEnd = !state.launch().isUnit();
    byte[] delete = isPlain ? write(verbs.delete(mayEnd)) : new byte[0];
    programs.add(delete);
    programs.add(state.location().cgroup().isEmpty() ? new byte[0] : write(verbs.freeze()));
    programs.add(delete);
    byte[] file = file(programs, version);
    return Block.bytes(file, file.length + " bytes of " + FILE)
        .patch(PID_OFFSET, 8, pid)
        .patch(START_OFFSET, 8, started)
        .patch(PID_OFFSET + INIT_SIZE, 8, pid)
        .patch(START_OFFSET + INIT_SIZE, 8, started);
  }

  /** What a program is given: registers 0, 1 and 2. */
  private record Given(Recorder recorder, Value argument, Pid pid, Value started) {
    static Given begin() {
      Recorder recorder = new Recorder();
      return new Given(
          recorder,
          recorder.parameter("argument"),
          recorder.pidParameter("init"),
          recorder.parameter("started"));
    }
  }

  private static byte[] write(Program program) {
    return ProgramWriter.write(program, false);
  }

  private static byte[] file(List<byte[]> programs, String version) {
    int size = HEADER_SIZE;
    for (byte[] each : new HashSet<>(programs)) {
      size += (each.length + 7) & ~7;
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(size);
    out.put(version.getBytes(StandardCharsets.US_ASCII)).position(8 + VERSION_SIZE);
    out.putInt(CallerContext.PROTOCOL).putInt(0);
    int offset = HEADER_SIZE;
    Map<byte[], Integer> placed = new IdentityHashMap<>();
    for (byte[] each : programs) {
      Integer known = placed.putIfAbsent(each, offset);
      out.putInt(known == null ? offset : known).putInt(each.length);
      if (known == null) {
        out.put(offset, each);
        offset += (each.length + 7) & ~7;
      }
    }
    return out.putLong(CHECKSUM_OFFSET, checksum(out)).array();
  }

  /** Of all words but its own and the numbers, which are written later. */
  private static long checksum(ByteBuffer file) {
    long sum = CHECKSUM_START;
    for (int at = 0; at < file.capacity(); at += Long.BYTES) {
      if (at < CHECKSUM_OFFSET || at >= HEADER_SIZE) {
        sum = Long.rotateLeft(sum ^ file.getLong(at), CHECKSUM_TURN) * CHECKSUM_FACTOR;
      }
    }
    return sum;
  }

  private Program start() {
    Given given = Given.begin();
    Recorder recorder = given.recorder();
    Fd locked = StateSteps.lockStored(recorder, directory);
    sameBoot(recorder);
    Fd pidfd = IdentityGuard.open(recorder, given.pid(), given.started());
    isAlive(recorder, pidfd);
    isThawed(recorder);
    recorder.step("make sure that it waits");
    recorder.faccessat(locked, StateSteps.EXEC_FIFO, 0);
    StartSteps.record(
        recorder,
        locked,
        StateFile.template(state.with(Phase.RUNNING, state.init())),
        given.pid(),
        given.started());
    return recorder.program();
  }

  private Program kill() {
    Given given = Given.begin();
    Recorder recorder = given.recorder();
    sameBoot(recorder);
    Fd pidfd = IdentityGuard.open(recorder, given.pid(), given.started());
    isAlive(recorder, pidfd);
    recorder.step("send the signal");
    recorder.pidfdSendSignal(pidfd, given.argument());
    return recorder.program();
  }

  /** Three answers, by what is found: ended, waiting for a start, running. */
  private Program state() {
    Given given = Given.begin();
    Recorder recorder = given.recorder();
    Label ended = new Label();
    Label running = new Label();
    Label end = new Label();
    sameBoot(recorder);
    recorder.step("look at init");
    recorder.on(Errno.ESRCH, ended);
    Fd pidfd = IdentityGuard.open(recorder, given.pid(), given.started());
    Value exited = recorder.pollNow(IdentityGuard.end(pidfd), 1);
    recorder.on(Errno.EALREADY, ended).test(exited, -1L, 0, Errno.EALREADY);
    isThawed(recorder);
    recorder.step("read the record");
    Block found = readRecord(recorder);
    recorder.on(Errno.EALREADY, running);
    isOnRecord(recorder, found, Phase.CREATED, Errno.EALREADY);
    recorder.step("tell the state");
    Block before = part(StateDocument.prettyBeforePid(state));
    print(given, before, ContainerStatus.CREATED);
    recorder.jump(end);
    recorder.place(running);
    isOnRecord(recorder, found, Phase.RUNNING, Errno.ESTALE);
    print(given, before, ContainerStatus.RUNNING);
    recorder.jump(end);
    recorder.place(ended);
    print(given, before, ContainerStatus.STOPPED);
    recorder.place(end);
    return recorder.program();
  }

  /**
   * As much of the record as tells the phase; what does not look like it is the core's to judge.
   */
  private Block readRecord(Recorder recorder) {
    int at = StateFile.phaseAt(state.id());
    Fd file =
        recorder.openat(
            Fd.CWD,
            directory + "/" + StateSteps.STATE,
            Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    Block found = Block.room(at + Long.BYTES);
    recorder.test(recorder.readOnce(file, found), -1L, at + Long.BYTES, Errno.ESTALE);
    recorder.close(file);
    recorder.check(
        found, at - Long.BYTES, Long.BYTES, -1L, eightLetters("phase\":\""), Errno.ESTALE);
    return found;
  }

  /** The words for created and running, with the quote behind them, are eight letters each. */
  private void isOnRecord(Recorder recorder, Block found, Phase phase, Errno otherwise) {
    int at = StateFile.phaseAt(state.id());
    recorder.check(found, at, Long.BYTES, -1L, eightLetters(phase.word() + '"'), otherwise);
  }

  private static long eightLetters(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }

  private void print(Given given, Block before, ContainerStatus status) {
    Recorder recorder = given.recorder();
    recorder.write(Fd.STDOUT, before);
    recorder.write(Fd.STDOUT, status == ContainerStatus.STOPPED ? Value.of(0) : given.pid());
    recorder.write(Fd.STDOUT, part(StateDocument.prettyAfterPid(state, status, "")));
  }

  private static Block part(String text) {
    return Block.bytes(text.getBytes(StandardCharsets.UTF_8), "a part of the state");
  }

  /**
   * Also of what has not ended, if the argument is 1 and {@code mayEnd}: with a pid namespace of
   * its own it goes with init.
   */
  private Program delete(boolean mayEnd) {
    Given given = Given.begin();
    Recorder recorder = given.recorder();
    Label gone = new Label();
    Fd locked =
        mayEnd
            ? StateSteps.lockStored(recorder, directory, given.argument())
            : StateSteps.lockStored(recorder, directory);
    sameBoot(recorder);
    recorder.step(mayEnd ? "end init" : "make sure that init has ended");
    recorder.on(Errno.ESRCH, gone);
    Fd pidfd = IdentityGuard.open(recorder, given.pid(), given.started());
    if (mayEnd) {
      Label hasEnded = new Label();
      recorder.on(Errno.EALREADY, hasEnded).test(given.argument(), -1L, 1, Errno.EALREADY);
      recorder.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, Signal.KILL);
      recorder.test(
          recorder.pollFor(IdentityGuard.end(pidfd), 1, PATIENCE_MS), -1L, 1, Errno.ETIMEDOUT);
      recorder.jump(gone);
      recorder.place(hasEnded);
    }
    recorder.test(recorder.pollNow(IdentityGuard.end(pidfd), 1), -1L, 1, Errno.EBUSY);
    recorder.place(gone);
    if (mayEnd) {
      Label isLeft = new Label();
      recorder.on(Errno.EALREADY, isLeft).test(given.argument(), -1L, 1, Errno.EALREADY);
      CgroupSteps.awaitLeaving(recorder, state.location().cgroup());
      recorder.place(isLeft);
    }
    // Only an empty cgroup can be removed: one in use, or with more below it, is the core's to
    // judge.
    if (state.launch().isUnit()) {
      isGone(recorder);
    } else {
      if (state.launch().is(LaunchRecord.Mark.MEMORY_LIMIT)) {
        CgroupSteps.showKills(recorder, state.location().cgroup());
      }
      CgroupSteps.remove(recorder, state.location().cgroup(), true);
    }
    recorder.step("remove the state directory");
    StateSteps.removePlainly(
        recorder,
        locked,
        directory,
        List.of(
            FILE,
            StateSteps.CONFIG,
            StateSteps.CGROUP,
            StateSteps.EXEC_FIFO,
            StateSteps.START_FIFO,
            StateSteps.STATE));
    return recorder.program();
  }

  /** systemd removes the cgroup of a unit that has ended; until then the unit has not. */
  private void isGone(Recorder recorder) {
    recorder.step("make sure that systemd has removed the cgroup");
    Label gone = new Label();
    recorder.on(Errno.ENOENT, gone).faccessat(Fd.CWD, state.location().cgroup(), 0);
    recorder.test(Value.of(1), -1L, 0, Errno.EBUSY);
    recorder.place(gone);
  }

  /** pause where the argument is 1, resume where it is not. */
  private Program freeze() {
    Given given = Given.begin();
    Recorder recorder = given.recorder();
    Label resume = new Label();
    Label end = new Label();
    StateSteps.lockStored(recorder, directory);
    sameBoot(recorder);
    isAlive(recorder, IdentityGuard.open(recorder, given.pid(), given.started()));
    recorder.step("tell pause from resume");
    recorder.on(Errno.EALREADY, resume).test(given.argument(), -1L, 1, Errno.EALREADY);
    FreezeSteps.record(recorder, state.location().cgroup(), true, PATIENCE_MS);
    recorder.jump(end);
    recorder.place(resume);
    FreezeSteps.record(recorder, state.location().cgroup(), false, PATIENCE_MS);
    recorder.place(end);
    return recorder.program();
  }

  private void sameBoot(Recorder recorder) {
    recorder.step("make sure of the boot");
    Fd file =
        recorder.openat(
            Fd.CWD, "/proc/sys/kernel/random/boot_id", Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.until(file, state.bootId().isEmpty() ? NO_BOOT : state.bootId(), 1);
    recorder.close(file);
  }

  private static void isAlive(Recorder recorder, Fd pidfd) {
    recorder.step("make sure that init is alive");
    Value exited = recorder.pollNow(IdentityGuard.end(pidfd), 1);
    recorder.test(exited, -1L, 0, Errno.ESRCH);
    recorder.free(exited);
  }

  private void isThawed(Recorder recorder) {
    if (state.location().cgroup().isEmpty()) {
      return;
    }
    recorder.step("make sure that the container is not paused");
    Fd events =
        recorder.openat(
            Fd.CWD, state.location().cgroup() + "/cgroup.events", Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.until(events, "frozen 0", 1);
    recorder.close(events);
  }
}
