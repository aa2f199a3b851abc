// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.CapabilitySets;
import io.jrun.container.ProcessSpec;
import io.jrun.container.RlimitSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Capability;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.util.List;
import java.util.Optional;

/**
 * From root's init to the user's process: keyring, limits, user, capabilities, working directory,
 * and the program itself. The order of capabilities(7) and credentials is what it must be for each
 * step to be allowed still and for none to be undone.
 */
public final class ProcessSteps {
  private static final int MAX_CAPABILITY = 63;
  private static final int KNOWN_CAPABILITIES = Capability.values().length;

  /** All that the keyring's possessor may do, and search, view, read and link for its user. */
  private static final long KEYRING_PERMISSIONS = 0x3f1b0000L;

  private static final FailureText WRONG_CAPABILITIES =
      FailureText.step().and(": the kernel holds other capabilities than were set");

  private static final FailureText NO_RIGHT_TO_FILTER =
      FailureText.words(
              "/linux/seccomp: a filter without process.noNewPrivileges takes CAP_SYS_ADMIN,"
                  + " which the caller does not have: ")
          .andErrno();

  private final Recorder recorder;
  private final ProcessSpec process;
  private final LaunchOptions options;
  private final boolean mayKeepGroups;
  private final ProgramSteps program;

  private boolean isLabelled;
  private boolean isCloned;

  /** Empty if the process is not filtered, or is already. */
  private Optional<SeccompSteps> filter;

  public ProcessSteps(
      Recorder recorder,
      ProcessSpec process,
      LaunchOptions options,
      boolean joinsUserNamespace,
      Optional<SeccompSteps> filter) {
    // Where a user namespace lets nobody change groups, they are an ordinary user's.
    this.mayKeepGroups = joinsUserNamespace || options.host().rights() != Rights.ROOT;
    this.recorder = recorder;
    this.process = process;
    this.options = options;
    this.filter = filter;
    this.program = new ProgramSteps(recorder, process);
  }

  /**
   * Those of the parameters are false where it has been done, or will be, by who may.
   *
   * @param setsLimits limits, scheduling and I/O priority
   * @param procfs of {@code SourceSteps.procfs}
   */
  public void becomeUser(boolean givesStdio, boolean setsLimits, Fd procfs) {
    if (process.labels().isPresent() && !isLabelled) {
      // Before no_new_privs, under which AppArmor takes narrower profiles only.
      LabelSteps.record(
          recorder, process.labels().get(), !options.switches().noNewKeyring(), procfs);
    }
    joinKeyring();
    if (givesStdio && process.uid() != 0 && process.terminal().isEmpty()) {
      chownStdio(recorder, process.uid());
    }
    enterWorkingDirectory();
    if (setsLimits) {
      setLimits();
    }
    if (process.scheduling().isPresent()) {
      SchedulingSteps.record(recorder, process.scheduling().get());
    }
    if (process.noNewPrivileges()) {
      recorder.step("give up gaining privileges", "/process/noNewPrivileges");
      recorder.prctl(Linux.PR_SET_NO_NEW_PRIVS, 1);
    }
    CapabilitySets sets = process.capabilities().within(options.host().capabilities());
    dropBounding(sets.bounding());
    recorder.step("become user " + process.uid() + ":" + process.gid(), "/process/user");
    recorder.prctl(Linux.PR_SET_KEEPCAPS, 1);
    if (!options.host().keepsGroups(process)) {
      setGroups();
    }
    recorder.setresgid(process.gid());
    recorder.setresuid(process.uid());
    recorder.prctl(Linux.PR_SET_KEEPCAPS, 0);
    Optional<FailureText> withoutRights = Optional.empty();
    if (filter.isPresent()) {
      filter.get().probe();
      if (filter.get().takesMoreThan(sets)) {
        withoutRights = Optional.of(NO_RIGHT_TO_FILTER);
      }
      sets = filter.get().held(sets);
    }
    setCapabilities(sets, withoutRights);
    // A change of user sets the flag anew.
    recorder.prctl(Linux.PR_SET_DUMPABLE, 0);
    checkWorkingDirectory();
    recorder.step(
        "set the umask to 0" + Long.toOctalString(process.umask()), "/process/user/umask");
    recorder.umask(process.umask());
  }

  private void setGroups() {
    if (mayKeepGroups && process.additionalGids().isEmpty()) {
      recorder.ignoring(Errno.EPERM);
    }
    recorder.setgroups(process.additionalGids());
  }

  /** Labels the program to come, while the host's tree is the root. */
  public void labelOnHost() {
    if (process.labels().isPresent()) {
      LabelSteps.recordOnHost(recorder, process.labels().get(), !options.switches().noNewKeyring());
      isLabelled = true;
    }
  }

  /** Tells that the program will be a clone's: what no clone inherits is for others to set. */
  public void becomeClone() {
    isCloned = true;
  }

  private void joinKeyring() {
    if (options.switches().noNewKeyring()) {
      return;
    }
    recorder.step("join a new session keyring");
    Label none = new Label();
    recorder.on(Errno.ENOSYS, none);
    Value keyring = recorder.joinSessionKeyring("_ses." + options.id());
    recorder.keyringPermissions(keyring, KEYRING_PERMISSIONS);
    recorder.free(keyring);
    recorder.place(none);
  }

  /** The user must be able to open /dev/stdout. The null device is everybody's and stays root's. */
  public static void chownStdio(Recorder recorder, long uid) {
    for (Fd fd : List.of(Fd.STDIN, Fd.STDOUT, Fd.STDERR)) {
      recorder.step("give " + fd.show() + " to user " + uid, "/process/user/uid");
      Label ours = new Label();
      Label done = new Label();
      Block stat = Block.room(Linux.STATX_SIZE);
      recorder.statx(fd, "", Linux.AT_EMPTY_PATH, stat);
      recorder
          .on(Errno.ENODEV, ours)
          .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.ENODEV);
      recorder
          .on(Errno.ENODEV, ours)
          .check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, 1, Errno.ENODEV);
      recorder.jump(done);
      recorder.place(ours);
      recorder.ignoring(Errno.EINVAL, Errno.EPERM, Errno.EROFS).fchown(fd, uid, -1);
      recorder.place(done);
    }
  }

  private void enterWorkingDirectory() {
    recorder.step("enter the working directory " + process.cwd(), "/process/cwd");
    recorder.chdir(process.cwd());
    proveInside();
  }

  /** The kernel marks a directory outside the root: "(unreachable)". */
  private void proveInside() {
    Block cwd = Block.room(4096);
    recorder.getcwd(cwd);
    recorder
        .failing(
            FailureText.words("the working directory is outside the container (")
                .and(FailureText.Fact.FIELD)
                .and("): name one inside"))
        .check(cwd, 0, 1, 0xff, '/', Errno.EPERM);
  }

  private void checkWorkingDirectory() {
    recorder.step("prove that the working directory is inside", "/process/cwd");
    proveInside();
  }

  /** Limits, but for what has to be the last, scheduling and I/O priority. */
  public void setLimits() {
    for (RlimitSpec each : process.rlimits()) {
      Optional<RlimitSpec> before = each.before();
      if (before.isPresent()) {
        set(before.get());
      }
    }
    if (process.scheduling().isPresent()) {
      SchedulingSteps.prioritize(recorder, process.scheduling().get(), Pid.of(0), isCloned);
    }
  }

  private void setLastLimits() {
    for (RlimitSpec each : process.rlimits()) {
      if (each.isLast()) {
        set(each);
      }
    }
  }

  private void set(RlimitSpec each) {
    recorder.step("set " + each.limit(), each.pointer());
    recorder.setrlimit(each.limit(), each.soft(), each.hard());
  }

  private void dropBounding(long keep) {
    recorder.step("drop capabilities from the bounding set", "/process/capabilities/bounding");
    Label end = new Label();
    for (int number = 0; number <= MAX_CAPABILITY; number++) {
      if (number >= KNOWN_CAPABILITIES || (keep & (1L << number)) == 0) {
        // The first number the kernel does not know ends the list.
        recorder.on(Errno.EINVAL, end).prctl(Linux.PR_CAPBSET_DROP, number);
      }
    }
    recorder.place(end);
  }

  /** {@code wrong}: what is said if the kernel does not give them. */
  private void setCapabilities(CapabilitySets sets, Optional<FailureText> wrong) {
    recorder.step("set capabilities", "/process/capabilities");
    if (wrong.isPresent()) {
      recorder.failing(wrong.get());
    }
    recorder.capset(sets.effective(), sets.permitted(), sets.inheritable());
    recorder.prctl(Linux.PR_CAP_AMBIENT, Linux.PR_CAP_AMBIENT_CLEAR_ALL);
    long ambient = sets.raisableAmbient();
    if (ambient != 0) {
      raiseAmbient(ambient);
    }
    proveCapabilities(sets);
  }

  /** One that cannot be raised, as with SECBIT_NO_CAP_AMBIENT_RAISE, is reported and no failure. */
  private void raiseAmbient(long ambient) {
    Label refused = new Label();
    Label done = new Label();
    for (int number = 0; number < KNOWN_CAPABILITIES; number++) {
      if ((ambient & (1L << number)) != 0) {
        recorder
            .on(Errno.EPERM, refused)
            .prctl(Linux.PR_CAP_AMBIENT, Linux.PR_CAP_AMBIENT_RAISE, number);
        Value raised =
            recorder.prctlQuery(Linux.PR_CAP_AMBIENT, Linux.PR_CAP_AMBIENT_IS_SET, number);
        recorder.failing(WRONG_CAPABILITIES).test(raised, -1L, 1, Errno.EPERM);
        recorder.free(raised);
      }
    }
    recorder.jump(done);
    recorder.place(refused);
    recorder.report(ReportTag.NO_AMBIENT, Value.of(1));
    recorder.place(done);
  }

  private void proveCapabilities(CapabilitySets sets) {
    recorder.step("prove the capabilities", "/process/capabilities");
    Block got = Block.room(24);
    recorder.capget(got);
    prove(got, 0, sets.effective());
    prove(got, 4, sets.permitted());
    prove(got, 8, sets.inheritable());
  }

  private void prove(Block got, int offset, long wanted) {
    FailureText wrong = WRONG_CAPABILITIES;
    recorder.failing(wrong).check(got, offset, 4, 0xffffffffL, wanted & 0xffffffffL, Errno.EPERM);
    recorder.failing(wrong).check(got, offset + 12, 4, 0xffffffffL, wanted >>> 32, Errno.EPERM);
  }

  /** Engines want to hear of a missing program from create, not from start. */
  public void findProgram() {
    program.find();
  }

  /** The program's environment, with HOME where it has none of its own. */
  public Block environment(Optional<Block> home) {
    List<String> env = process.env(options.variables());
    int count = env.size();
    if (home.isEmpty()) {
      return Block.vector(env, "[" + count + " variables]");
    }
    Block envp = Block.struct((count + 2) * Long.BYTES, "[" + count + " variables and HOME]");
    for (int i = 0; i < count; i++) {
      envp.pointer(i * Long.BYTES, Block.text(env.get(i)));
    }
    envp.pointer(count * Long.BYTES, home.get());
    return envp.pointer((count + 1) * Long.BYTES, null);
  }

  /** Has the process filtered from here on, if it is not; and gives up what that takes. */
  public void confine() {
    if (filter.isEmpty()) {
      return;
    }
    CapabilitySets sets = process.capabilities().within(options.host().capabilities());
    boolean holdsMore = filter.get().takesMoreThan(sets);
    filter.get().load();
    filter = Optional.empty();
    if (holdsMore) {
      recorder.step("set capabilities", "/process/capabilities");
      recorder.capset(sets.effective(), sets.permitted(), sets.inheritable());
      proveCapabilities(sets);
    }
  }

  /**
   * Becomes the program. Everything but the standard three and the preserved descriptors is closed
   * for good first; the channel stays, closed by execve, to say why that failed.
   */
  public void execute(Fd channel, Block envp) {
    recorder.step("close what the program must not see");
    long first = 3L + options.switches().preserveFds();
    recorder.ignoring(Errno.EINVAL).dup3(channel, first);
    recorder.channel(Fd.of(first));
    recorder.closeRange(first + 1);
    List<Integer> holes = options.switches().holes();
    for (int i = 0; i < holes.size(); i++) {
      int from = holes.get(i);
      while (i + 1 < holes.size() && holes.get(i + 1) == holes.get(i) + 1) {
        i++;
      }
      recorder.closeRange(from, holes.get(i));
    }
    setLastLimits();
    confine();
    program.execute(envp);
  }
}
