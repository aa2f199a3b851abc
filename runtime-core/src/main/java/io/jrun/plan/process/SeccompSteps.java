// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.CapabilitySets;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Capability;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Seccomp;
import io.jrun.linux.UnixSocket;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.nio.charset.StandardCharsets;

/**
 * The system call filter as steps: loaded by the process that is to be filtered, as late as can be,
 * so that a profile has to permit little beside what the program itself needs; and a listener's
 * descriptor taken from that process and sent to whoever listens.
 */
public final class SeccompSteps {
  private static final String POINTER = "/linux/seccomp";

  private final Recorder recorder;
  private final SeccompSpec profile;
  private final byte[] filter;
  private final boolean noNewPrivileges;

  /**
   * Steps of a process that is to be filtered.
   *
   * @param filter classic BPF
   * @param noNewPrivileges whether the process has given up gaining privileges
   */
  public SeccompSteps(
      Recorder recorder, SeccompSpec profile, byte[] filter, boolean noNewPrivileges) {
    this.recorder = recorder;
    this.profile = profile;
    this.filter = filter;
    this.noNewPrivileges = noNewPrivileges;
  }

  /**
   * Whether the filter is loaded while whoever launches the process is there to take a listener.
   */
  public boolean isListenedTo() {
    return profile.listener().isPresent();
  }

  /** Early, so that create fails where the kernel has no filters. */
  public void probe() {
    recorder.step("make sure that the kernel filters system calls", POINTER);
    Seccomp.requireAction(recorder, profile.defaultValue() & 0xffff0000);
  }

  /**
   * Whether loading takes a capability that the process will not have. Not by comparing records,
   * whose equals a cold JVM would have to spin.
   */
  public boolean takesMoreThan(CapabilitySets sets) {
    return (needed() & ~(sets.effective() & sets.permitted())) != 0;
  }

  private long needed() {
    return noNewPrivileges ? 0 : Capability.CAP_SYS_ADMIN.bit();
  }

  /** What the process holds until it has loaded the filter: beside its own, what that takes. */
  public CapabilitySets held(CapabilitySets sets) {
    long needed = needed();
    return new CapabilitySets(
        sets.bounding(),
        sets.effective() | needed,
        sets.inheritable(),
        sets.permitted() | needed,
        sets.ambient());
  }

  /** Loads the filter; a listener is given to the other end of the channel first of all. */
  public void load() {
    recorder.step("load the filter of system calls", POINTER);
    if (profile.listener().isEmpty()) {
      Seccomp.load(recorder, profile.loadFlags(), filter);
      return;
    }
    long flags = profile.loadFlags() | profile.listener().get().flags();
    Fd listener = Seccomp.loadListening(recorder, flags, filter);
    recorder.step("have the listener passed on", POINTER + "/listenerPath");
    recorder.sync(null, SyncCode.LISTENER, listener);
    recorder.free(recorder.await(null, SyncCode.LISTENED, false));
    recorder.close(listener);
  }

  /**
   * The other end: takes the listener from the process and sends it, with the container process
   * state of config-linux.md, to the socket of the document.
   *
   * @param channel to the process
   * @param text the document: {@link #ofInit}, {@link #ofAnother}
   */
  public static void passOn(
      Recorder recorder, SeccompSpec.Listener listener, Fd channel, Fd pidfd, Block text) {
    String pointer = POINTER + "/listenerPath";
    recorder.step("take the listener of the filter from the process", pointer);
    Value number = recorder.await(channel, SyncCode.LISTENER, false);
    Fd theirs = recorder.pidfdGetfd(pidfd, number);
    recorder.free(number);
    recorder.step("send the listener to " + listener.path(), pointer);
    Fd socket = UnixSocket.stream(recorder);
    recorder.failing(
        FailureText.words("failed to connect with seccomp agent at " + listener.path() + ": ")
            .andErrno());
    UnixSocket.connect(recorder, socket, listener.path());
    Value sent = UnixSocket.send(recorder, socket, text, theirs);
    recorder.test(sent, -1L, text.size(), Errno.EIO);
    recorder.free(sent);
    recorder.close(socket);
    recorder.close(theirs);
    recorder.sync(channel, SyncCode.LISTENED, Value.of(0));
  }

  /** The document of a container's init; {@link HookSteps#PID_ROOM} is where its two pids go. */
  public static Block ofInit(byte[] state, Pid pid) {
    Block block = ofAnother(state, pid);
    return block.patch(room(state, room(state, 0)), Block.FIRST_DIGITS, pid);
  }

  /** The document of another process: the room is for its own pid, init's is there already. */
  public static Block ofAnother(byte[] state, Pid pid) {
    return Block.bytes(state, "container process state, " + state.length + " bytes")
        .patch(room(state, 0), Block.FIRST_DIGITS, pid);
  }

  private static int room(byte[] state, int from) {
    String text = new String(state, StandardCharsets.ISO_8859_1);
    return text.indexOf(":" + HookSteps.PID_ROOM, from) + 1;
  }
}
