// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Filters decide what profiles say, run by a machine that does as the kernel does. Numbers of
 * system calls are those of this machine's architecture.
 */
class FilterCompilerTest {
  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;
  private static final int KILL_THREAD = 0;
  private static final int ARCH = FilterCompiler.nativeArchitecture().audit();
  private static final boolean IS_X86_64 = ARCH == SeccompMachine.X86_64;

  private static int nr(String call) {
    int number = SystemCalls.of(FilterCompiler.nativeArchitecture()).number(call);
    assertTrue(number >= 0, call);
    return number;
  }

  private static String one(String action) {
    return "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['mount'],'action':'"
        + action
        + "'}]}";
  }

  @Example
  void everyActionIsWhatTheKernelHasForIt() {
    assertEquals(EPERM, Profiles.machine(one("SCMP_ACT_ERRNO")).run(ARCH, nr("mount")));
    assertEquals(0x7ff00001, Profiles.machine(one("SCMP_ACT_TRACE")).run(ARCH, nr("mount")));
    assertEquals(KILL_THREAD, Profiles.machine(one("SCMP_ACT_KILL")).run(ARCH, nr("mount")));
    assertEquals(KILL_THREAD, Profiles.machine(one("SCMP_ACT_KILL_THREAD")).run(ARCH, nr("mount")));
    assertEquals(0x80000000, Profiles.machine(one("SCMP_ACT_KILL_PROCESS")).run(ARCH, nr("mount")));
    assertEquals(0x00030000, Profiles.machine(one("SCMP_ACT_TRAP")).run(ARCH, nr("mount")));
    assertEquals(0x7ffc0000, Profiles.machine(one("SCMP_ACT_LOG")).run(ARCH, nr("mount")));
    assertEquals(ALLOW, Profiles.machine(one("SCMP_ACT_ALLOW")).run(ARCH, nr("mount")));
    assertEquals(ALLOW, Profiles.machine(one("SCMP_ACT_KILL")).run(ARCH, nr("read")));
  }

  @Example
  void aListenerIsAsked() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/s',"
            + "'syscalls':[{'names':['mount'],'action':'SCMP_ACT_NOTIFY'}]}";
    assertEquals(0x7fc00000, Profiles.machine(profile).run(ARCH, nr("mount")));
  }

  @Example
  void oneCallThatIpcCarriesIsToldFromTheOthers() {
    SeccompMachine machine =
        Profiles.machine(
            "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86'],"
                + "'syscalls':[{'names':['semop'],'action':'SCMP_ACT_ERRNO'}]}");
    int audit = SeccompArchitecture.X86.audit();
    int ipc = SystemCalls.of(SeccompArchitecture.X86).number("ipc");
    assertEquals(EPERM, machine.run(audit, ipc, 1, 0, 0, 0, 0, 0));
    assertEquals(ALLOW, machine.run(audit, ipc, 2, 0, 0, 0, 0, 0));
  }

  @Example
  void errnosAreTheDocumentsOwn() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':13,'syscalls':["
            + "{'names':['read','process_mrelease'],'action':'SCMP_ACT_ALLOW'},"
            + "{'names':['mount'],'action':'SCMP_ACT_ERRNO','errnoRet':4094},"
            + "{'names':['umount2'],'action':'SCMP_ACT_TRACE','errnoRet':65535},"
            + "{'names':['chdir'],'action':'SCMP_ACT_ERRNO','errnoRet':0}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(0x0005000d, machine.run(ARCH, nr("bpf")));
    assertEquals(0x00050ffe, machine.run(ARCH, nr("mount")));
    assertEquals(0x7ff0ffff, machine.run(ARCH, nr("umount2")));
    assertEquals(0x00050000, machine.run(ARCH, nr("chdir")));
  }

  @Example
  void namesNobodyKnowsAreSkippedAndSoAreRulesThatSayWhatTheDefaultSays() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':["
            + "{'names':['no_such_call','read'],'action':'SCMP_ACT_ALLOW'},"
            + "{'names':['mount','no_such_call'],'action':'SCMP_ACT_ERRNO','errnoRet':1},"
            + "{'names':['read','read'],'action':'SCMP_ACT_ALLOW'}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(ALLOW, machine.run(ARCH, nr("read")));
    assertEquals(EPERM, machine.run(ARCH, nr("mount")));
  }

  @Example
  void allConditionsMustHold() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['socket'],"
            + "'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':1,'op':'SCMP_CMP_EQ'},"
            + "{'index':1,'value':2,'op':'SCMP_CMP_NE'}]}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(ALLOW, machine.run(ARCH, nr("socket"), 1, 1));
    assertEquals(EPERM, machine.run(ARCH, nr("socket"), 1, 2));
    assertEquals(EPERM, machine.run(ARCH, nr("socket"), 2, 1));
  }

  @Example
  void ofSeveralConditionsOnOneArgumentOneMustHold() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['personality'],"
            + "'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':0,'op':'SCMP_CMP_EQ'},"
            + "{'index':0,'value':8,'op':'SCMP_CMP_EQ'},"
            + "{'index':0,'value':4294967295,'op':'SCMP_CMP_EQ'}]}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(ALLOW, machine.run(ARCH, nr("personality"), 0));
    assertEquals(ALLOW, machine.run(ARCH, nr("personality"), 8));
    assertEquals(ALLOW, machine.run(ARCH, nr("personality"), 0xffffffffL));
    assertEquals(EPERM, machine.run(ARCH, nr("personality"), 1));
    assertEquals(EPERM, machine.run(ARCH, nr("personality"), 0x1_0000_0008L));
  }

  @Example
  void aMaskedComparisonTakesTheMaskFirst() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['clone'],"
            + "'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':2114060288,'valueTwo':0,"
            + "'op':'SCMP_CMP_MASKED_EQ'}]}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(ALLOW, machine.run(ARCH, nr("clone"), 17));
    assertEquals(EPERM, machine.run(ARCH, nr("clone"), 0x10000000 | 17));
  }

  @Example
  void anotherArchitectureIsNoWayAround() {
    SeccompMachine machine = Profiles.machine(one("SCMP_ACT_ERRNO"));
    int other = IS_X86_64 ? SeccompMachine.AARCH64 : SeccompMachine.X86_64;
    assertEquals(KILL_THREAD, machine.run(other, 1));
    if (IS_X86_64) {
      assertEquals(KILL_THREAD, machine.run(SeccompMachine.X86, 21));
      assertEquals(KILL_THREAD, machine.run(ARCH, SeccompMachine.X32_BIT | nr("mount")));
    }
  }

  @Example
  void theNumbersOfOtherArchitecturesAreTheirOwn() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86','SCMP_ARCH_X32',"
            + "'SCMP_ARCH_X86_64','SCMP_ARCH_AARCH64','SCMP_ARCH_ARM'],"
            + "'syscalls':[{'names':['mount'],'action':'SCMP_ACT_ERRNO'}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, 165));
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, SeccompMachine.X32_BIT | 165));
    assertEquals(EPERM, machine.run(SeccompMachine.X86, 21));
    assertEquals(EPERM, machine.run(SeccompMachine.AARCH64, 40));
    assertEquals(EPERM, machine.run(0x40000028, 21));
    assertEquals(ALLOW, machine.run(SeccompMachine.X86, 165));
    assertEquals(ALLOW, machine.run(SeccompMachine.AARCH64, 165));
  }

  @Example
  void everyArchitectureIsTakenOrRefusedByName() {
    int taken = 0;
    for (SeccompArchitecture each : SeccompArchitecture.values()) {
      String profile =
          "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['" + each.specName() + "']}";
      if (each.isLittleEndian()) {
        assertTrue(FilterCompiler.compile(Profiles.parse(profile)).length >= 8);
        taken++;
      } else {
        assertEquals(
            "/linux/seccomp/architectures: "
                + each.specName()
                + ": has another byte order than this machine: remove it",
            assertThrows(
                    SeccompException.class, () -> FilterCompiler.compile(Profiles.parse(profile)))
                .getMessage());
      }
    }
    assertEquals(12, taken);
  }

  @Example
  void callsNewerThanTheProfileAreNotThere() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86',"
            + "'SCMP_ARCH_X32','SCMP_ARCH_AARCH64'],'syscalls':["
            + "{'names':['read','openat2'],'action':'SCMP_ACT_ALLOW'}]}";
    SeccompMachine machine = Profiles.machine(profile);
    for (int architecture :
        new int[] {SeccompMachine.X86_64, SeccompMachine.X86, SeccompMachine.AARCH64}) {
      assertEquals(ALLOW, machine.run(architecture, 437));
      assertEquals(EPERM, machine.run(architecture, 436));
      assertEquals(ENOSYS, machine.run(architecture, 438));
      assertEquals(ENOSYS, machine.run(architecture, 1000));
    }
    int x32 = SeccompMachine.X32_BIT;
    assertEquals(ALLOW, machine.run(SeccompMachine.X86_64, x32 | 437));
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, x32 | 436));
    assertEquals(ENOSYS, machine.run(SeccompMachine.X86_64, x32 | 1000));
    assertEquals(ENOSYS, machine.run(SeccompMachine.AARCH64, -1));
    assertEquals(KILL_THREAD, machine.run(0x12345678, 5000));
  }

  @Example
  void anArchitectureOfWhichTheProfileNamesNothingIsLeftToTheFilter() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','architectures':['SCMP_ARCH_X86'],"
            + "'syscalls':[{'names':['no_such_call'],'action':'SCMP_ACT_ALLOW'}]}";
    assertEquals(EPERM, Profiles.machine(profile).run(ARCH, 5000));
  }

  @Example
  void aDefaultThatLetsCallsThroughLetsFutureOnesThrough() {
    for (String action : List.of("SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE")) {
      String profile =
          "{'defaultAction':'"
              + action
              + "','syscalls':[{'names':['read'],'action':'SCMP_ACT_ERRNO','errnoRet':2}]}";
      SeccompMachine machine = Profiles.machine(profile);
      assertEquals(machine.run(ARCH, nr("mount")), machine.run(ARCH, 5000), action);
    }
  }

  @Example
  void aDefaultThatKillsDoesNotKillForAFutureCall() {
    String profile =
        "{'defaultAction':'SCMP_ACT_KILL_PROCESS','syscalls':"
            + "[{'names':['read','openat2'],'action':'SCMP_ACT_ALLOW'}]}";
    SeccompMachine machine = Profiles.machine(profile);
    assertEquals(0x80000000, machine.run(ARCH, nr("mount")));
    assertEquals(ENOSYS, machine.run(ARCH, 5000));
  }

  @Example
  void moreInstructionsThanTheKernelTakesAreAnErrorThatSaysSo() {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < 1500; i++) {
      rules.append(i == 0 ? "" : ",").append("{'index':0,'op':'SCMP_CMP_EQ','value':").append(i);
      rules.append(i == 0 ? "}" : "0000000000}");
    }
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['socket'],"
            + "'action':'SCMP_ACT_ALLOW','args':["
            + rules
            + "]}]}";
    SeccompException e =
        assertThrows(SeccompException.class, () -> FilterCompiler.compile(Profiles.parse(profile)));
    assertTrue(e.getMessage().contains("the kernel takes 4096"), e.getMessage());
  }

  private static boolean holds(SeccompRule.Condition c, long argument) {
    int order = Long.compareUnsigned(argument, c.value());
    return switch (c.operator()) {
      case NE -> order != 0;
      case LT -> order < 0;
      case LE -> order <= 0;
      case EQ -> order == 0;
      case GE -> order >= 0;
      case GT -> order > 0;
      case MASKED_EQ -> (argument & c.value()) == c.valueTwo();
    };
  }

  private static final List<Long> INTERESTING =
      List.of(
          0L,
          1L,
          2L,
          7L,
          8L,
          0x7fffffffL,
          0x80000000L,
          0xffffffffL,
          0x100000000L,
          0x100000001L,
          0x1_0000_0008L,
          0x7fffffff_ffffffffL,
          0x80000000_00000000L,
          -1L,
          -2L,
          0xffffffff_00000000L);

  @Provide
  Arbitrary<SeccompRule.Condition> conditions() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(SeccompOperator.values()),
            Arbitraries.of(INTERESTING),
            Arbitraries.of(INTERESTING))
        .as(
            (index, operator, value, two) ->
                new SeccompRule.Condition(index, operator, value, two));
  }

  @Property(tries = 300)
  void anOperatorComparesUnsignedAndWholly(@ForAll("conditions") SeccompRule.Condition condition) {
    SeccompMachine machine = machine(List.of(condition));
    for (long each : INTERESTING) {
      long[] arguments = {3, 3, 3, 3, 3, 3};
      arguments[condition.index()] = each;
      assertEquals(
          holds(condition, each) ? ALLOW : EPERM,
          machine.run(ARCH, nr("socket"), arguments),
          () -> condition + " of " + Long.toHexString(each));
    }
  }

  @Property(tries = 200)
  void conditionsOnDifferentArgumentsMustAllHold(
      @ForAll("conditions") SeccompRule.Condition first,
      @ForAll("conditions") SeccompRule.Condition second) {
    boolean same = first.index() == second.index();
    SeccompMachine machine = machine(List.of(first, second));
    for (long a : INTERESTING) {
      for (long b : INTERESTING) {
        long[] arguments = {3, 3, 3, 3, 3, 3};
        arguments[first.index()] = a;
        arguments[second.index()] = b;
        boolean one = holds(first, arguments[first.index()]);
        boolean other = holds(second, b);
        assertEquals(
            (same ? one || other : one && other) ? ALLOW : EPERM,
            machine.run(ARCH, nr("socket"), arguments),
            () ->
                first + ", " + second + " of " + Long.toHexString(a) + ", " + Long.toHexString(b));
      }
    }
  }

  @Provide
  Arbitrary<List<List<SeccompRule.Condition>>> alternatives() {
    Arbitrary<SeccompRule.Condition> few =
        Combinators.combine(
                Arbitraries.integers().between(0, 1),
                Arbitraries.of(SeccompOperator.values()),
                Arbitraries.of(INTERESTING),
                Arbitraries.of(INTERESTING))
            .as(SeccompRule.Condition::new);
    return few.list().ofMinSize(1).ofMaxSize(2).list().ofMinSize(1).ofMaxSize(4);
  }

  /** Where libseccomp's own tree of overlapping conditions is wrong here and there, up to 2.5.4. */
  @Property(tries = 1000)
  void overlappingRulesMeanWhatEachOfThemMeans(
      @ForAll("alternatives") List<List<SeccompRule.Condition>> rules) {
    StringBuilder out = new StringBuilder();
    for (List<SeccompRule.Condition> each : rules) {
      out.append(out.isEmpty() ? "" : ",").append(rule(each));
    }
    SeccompMachine machine =
        Profiles.machine("{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[" + out + "]}");
    for (long a : INTERESTING) {
      for (long b : INTERESTING) {
        boolean holds = rules.stream().anyMatch(rule -> isMet(rule, new long[] {a, b, 3, 3, 3, 3}));
        assertEquals(
            holds ? ALLOW : EPERM,
            machine.run(ARCH, nr("socket"), a, b, 3, 3, 3, 3),
            () -> rules + " of " + Long.toHexString(a) + ", " + Long.toHexString(b));
      }
    }
  }

  /** Two on one argument are alternatives. */
  private static boolean isMet(List<SeccompRule.Condition> rule, long[] arguments) {
    boolean same = rule.size() == 2 && rule.get(0).index() == rule.get(1).index();
    return same
        ? rule.stream().anyMatch(c -> holds(c, arguments[c.index()]))
        : rule.stream().allMatch(c -> holds(c, arguments[c.index()]));
  }

  @Example
  void whatLibseccompMergesWrongIsRight() {
    SeccompMachine machine =
        machine(
            List.of(
                new SeccompRule.Condition(0, SeccompOperator.GE, 1L << 32, 0),
                new SeccompRule.Condition(0, SeccompOperator.LE, 0, 0)));
    assertEquals(ALLOW, machine.run(ARCH, nr("socket"), 0));
    assertEquals(EPERM, machine.run(ARCH, nr("socket"), 1));
    assertEquals(EPERM, machine.run(ARCH, nr("socket"), 0xffffffffL));
    assertEquals(ALLOW, machine.run(ARCH, nr("socket"), 1L << 32));
  }

  @Example
  void anArchitectureOf32BitsHasNoUpperHalves() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','architectures':['SCMP_ARCH_X86','SCMP_ARCH_X86_64',"
            + "'SCMP_ARCH_X32'],'syscalls':[{'names':['personality','read'],'action':'SCMP_ACT_ALLOW',"
            + "'args':[{'index':0,'op':'SCMP_CMP_LE','value':4294967300},"
            + "{'index':0,'op':'SCMP_CMP_MASKED_EQ','value':240,'valueTwo':32}]}]}";
    SeccompMachine machine = Profiles.machine(profile);
    // The 32-bit personality is 136.
    assertEquals(ALLOW, machine.run(SeccompMachine.X86, 136, 4));
    assertEquals(EPERM, machine.run(SeccompMachine.X86, 136, 5));
    assertEquals(ALLOW, machine.run(SeccompMachine.X86, 136, 0x2f));
    assertEquals(ALLOW, machine.run(SeccompMachine.X86_64, 135, 5));
    assertEquals(ALLOW, machine.run(SeccompMachine.X86_64, 135, 1L << 32 | 4));
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, 135, 1L << 32 | 5));
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, SeccompMachine.X32_BIT | 135, 5));
    assertEquals(EPERM, machine.run(SeccompMachine.X86_64, 134, 4));
  }

  private static String rule(List<SeccompRule.Condition> conditions) {
    List<String> args = new ArrayList<>();
    for (SeccompRule.Condition each : conditions) {
      args.add(
          "{'index':"
              + each.index()
              + ",'op':'"
              + each.operator().specName()
              + "','value':"
              + Long.toUnsignedString(each.value())
              + ",'valueTwo':"
              + Long.toUnsignedString(each.valueTwo())
              + "}");
    }
    return "{'names':['socket'],'action':'SCMP_ACT_ALLOW','args':" + args + "}";
  }

  private static SeccompMachine machine(List<SeccompRule.Condition> conditions) {
    return Profiles.machine(
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[" + rule(conditions) + "]}");
  }
}
