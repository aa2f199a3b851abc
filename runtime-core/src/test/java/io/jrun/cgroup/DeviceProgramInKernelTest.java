// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.DeviceRule;
import io.jrun.host.CgroupMount;
import io.jrun.host.LoadedPrograms;
import io.jrun.linux.BpfAttr;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.OwnKernel;
import io.jrun.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The kernel's verifier takes the programs; made, attached and removed with a cgroup of our own.
 */
@EnabledIf("rootWithACgroup2Mount")
class DeviceProgramInKernelTest {
  private final OwnKernel kernel = new OwnKernel();
  private Path cgroup;

  /** Loading a program of this type needs root; attaching it needs a cgroup2 mount to write in. */
  static boolean rootWithACgroup2Mount() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
        && CgroupMount.find().map(m -> Files.isWritable(Path.of(m))).orElse(false);
  }

  @BeforeEach
  void makeCgroup() throws IOException {
    cgroup =
        Files.createDirectory(
            Path.of(
                CgroupMount.find().orElseThrow(),
                "jrun-unit-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
  }

  @AfterEach
  void removeCgroup() throws IOException {
    Files.deleteIfExists(cgroup);
  }

  private void attach(List<DeviceRule> rules) {
    Fd directory =
        kernel.openat(
            Fd.CWD, cgroup.toString(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    try {
      DeviceProgram.attach(kernel, directory, DeviceProgram.of(rules).load(kernel));
    } finally {
      kernel.close(directory);
    }
  }

  @Test
  void theDefaultRulesAreTaken() {
    assertDoesNotThrow(() -> attach(List.of()));
  }

  /** Whoever has the id gets the same program, as long as somebody has it. */
  @Test
  void aLoadedProgramIsFoundByItsId() {
    LoadedPrograms programs = LoadedPrograms.shared();
    DeviceProgram program = DeviceProgram.of(List.of(new DeviceRule(true, 'c', 47, 11, "rwm")));
    assertEquals(OptionalLong.empty(), programs.find(program));
    programs.loadMissed();
    assertEquals(OptionalLong.empty(), programs.find(program), "nobody stays");
    programs.stay();
    assertEquals(OptionalLong.empty(), programs.find(program));
    programs.loadMissed();
    long id = programs.find(program).orElseThrow();
    Fd found = kernel.bpfById(BpfAttr.byId(id));
    Fd directory =
        kernel.openat(
            Fd.CWD, cgroup.toString(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    assertDoesNotThrow(() -> DeviceProgram.attach(kernel, directory, found));
    kernel.close(directory);
    // Others make room for others, and it goes.
    for (int minor = 0; minor < 40; minor++) {
      programs.find(DeviceProgram.of(List.of(new DeviceRule(true, 'c', 48, minor, "rwm"))));
      programs.loadMissed();
    }
    assertEquals(OptionalLong.empty(), programs.find(program));
  }

  @Test
  void rulesOfEveryShapeAreTaken() {
    List<DeviceRule> rules = new ArrayList<>();
    for (char type : new char[] {'a', 'b', 'c'}) {
      for (long number : new long[] {DeviceRule.ANY, 0, 0xffffffffL}) {
        for (String access : List.of("r", "w", "m", "rw", "rm", "wm", "rwm")) {
          if (type != 'a' || number >= 0 || !access.equals("rwm")) {
            rules.add(new DeviceRule(true, type, number, number, access));
            rules.add(new DeviceRule(false, type, number, DeviceRule.ANY, access));
          }
        }
      }
    }
    rules.removeIf(r -> r.type() == 'a' && r.major() < 0 && r.access().equals("rwm"));
    assertDoesNotThrow(() -> attach(rules));
  }

  @Test
  void aRuleForEverythingIsTaken() {
    assertDoesNotThrow(
        () -> attach(List.of(new DeviceRule(false, 'a', DeviceRule.ANY, DeviceRule.ANY, "rwm"))));
  }

  @Test
  void fiveHundredRulesAreTaken() {
    List<DeviceRule> rules =
        IntStream.range(0, 500).mapToObj(i -> new DeviceRule(true, 'c', i, i, "rw")).toList();
    assertDoesNotThrow(() -> attach(rules));
  }

  @Test
  void whyTheVerifierRefusesAProgramIsSaid() {
    DeviceProgram program = DeviceProgram.of(List.of());
    assertEquals("", program.refusal(kernel), "it is taken");
    byte[] endless = program.instructions();
    // Its last instruction, which ends it, becomes one that does not.
    endless[endless.length - 8] = (byte) 0xb7;
    SyscallException e =
        assertThrows(SyscallException.class, () -> DeviceProgram.load(kernel, endless));
    assertEquals("bpf", e.call());
    String why = DeviceProgram.refusal(kernel, endless);
    assertTrue(why.contains("last insn is not an exit or jmp"), why);
    assertEquals(1, why.lines().count());
  }

  @Test
  void aSecondProgramBesideTheFirstIsTaken() {
    attach(List.of());
    assertDoesNotThrow(() -> attach(List.of()));
  }

  @Test
  void whatIsNoCgroupIsRefused() {
    Fd directory = kernel.openat(Fd.CWD, "/", Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    SyscallException e =
        assertThrows(
            SyscallException.class,
            () ->
                DeviceProgram.attach(kernel, directory, DeviceProgram.of(List.of()).load(kernel)));
    kernel.close(directory);
    assertEquals(Errno.EBADF.number(), e.errno());
    assertEquals("bpf", e.call());
  }

  @Test
  void aCgroupIsMadeWithWhatIsAboveItAndOpened() throws IOException {
    UnifiedCgroup group =
        new UnifiedCgroup(cgroup.getParent().toString(), "/" + cgroup.getFileName() + "/a/b");
    kernel.close(group.create(kernel));
    kernel.close(group.create(kernel));
    assertEquals(cgroup + "/a/b", group.directory());
    Files.delete(cgroup.resolve("a/b"));
    Files.delete(cgroup.resolve("a"));
  }
}
