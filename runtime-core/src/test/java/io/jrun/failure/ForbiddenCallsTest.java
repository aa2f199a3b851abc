// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said to help in places where more than the host has a say: containers in containers. */
class ForbiddenCallsTest {
  /** Of the last instruction of a program. */
  private static String remedy(
      String step, String field, Errno errno, Consumer<Recorder> instructions) {
    Recorder recorder = new Recorder();
    recorder.step(step, field);
    instructions.accept(recorder);
    Program program = recorder.program();
    return Remedies.forFailure(
        new Outcome(
            Outcome.Origin.INIT,
            errno.number(),
            program,
            program.instructions().size() - 1,
            List.of()));
  }

  private static void fsmount(Recorder recorder) {
    recorder.fsmount(recorder.fsopen("proc"), 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOSYS", "EPERM"})
  void aCallThatAFilterForbidsIsSaidToBeForbidden(Errno errno) {
    for (Consumer<Recorder> each :
        List.<Consumer<Recorder>>of(
            recorder -> recorder.fsopen("tmpfs"),
            recorder -> recorder.openTree(Fd.CWD, "/", Linux.OPEN_TREE_CLONE),
            recorder -> recorder.moveMount(Fd.STDIN, Fd.STDIN),
            recorder -> recorder.mountSetattr(Fd.STDIN, false, new MountAttr(1, 0, 0)),
            recorder -> recorder.unshare(Linux.CLONE_NEWUSER),
            recorder -> recorder.resolve(Fd.STDIN, "/x", Recorder.Missing.FAILS, null, 0),
            recorder -> recorder.openat2(Fd.CWD, "/x", 0, 0),
            recorder -> recorder.spawn(0, null, 0))) {
      String remedy = remedy("mount tmpfs at /run", "/mounts/1", errno, each);
      assertTrue(remedy.contains("filter of system calls"), remedy);
    }
  }

  @Test
  void aProcThatMayNotBeMountedIsSaidToBeCovered() {
    for (String type : List.of("proc", "sysfs")) {
      String remedy =
          remedy("mount " + type + " at /x", "/mounts/0", Errno.EPERM, ForbiddenCallsTest::fsmount);
      assertTrue(remedy.contains("unmask=ALL"), remedy);
    }
    String other =
        remedy("mount tmpfs at /x", "/mounts/0", Errno.EPERM, ForbiddenCallsTest::fsmount);
    assertTrue(other.contains("CAP_SYS_ADMIN"), other);
  }

  @Test
  void aMountThatAProfileForbidsIsSaidToBeAModules() {
    String remedy =
        remedy("mount proc at /x", "/mounts/0", Errno.EACCES, ForbiddenCallsTest::fsmount);
    assertTrue(remedy.contains("AppArmor"), remedy);
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOENT", "EOPNOTSUPP", "EBUSY", "EACCES"})
  void aCgroupThatTakesNoProcessIsSaidToTakeNone(Errno errno) {
    String remedy = remedy("clone init", "", errno, recorder -> recorder.spawn(0, null, 0));
    assertTrue(remedy.contains("cgroup"), remedy);
  }
}
