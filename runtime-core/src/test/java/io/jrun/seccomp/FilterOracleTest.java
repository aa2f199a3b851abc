// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Filters answer every call as those of libseccomp do, but for calls that are newer than the
 * profile, which runc answers before. Compared are all numbers that calls have and some around
 * them, on every architecture that the libseccomp installed knows. Calls that it does not know by
 * name, which are newer than it, are passed over. Rules that overlap, where libseccomp is wrong,
 * are {@link FilterCompilerTest}'s.
 */
class FilterOracleTest {
  private static final int ENOSYS = 0x00050026;
  private static final int X32_BIT = 0x40000000;
  private static final LibSeccompOracle ORACLE = new LibSeccompOracle();
  private static final long[][] ARGUMENTS = {
    {0, 0, 0, 0, 0, 0},
    {1, 1, 1, 1, 1, 1},
    {2, 3, 2, 3, 2, 3},
    {8, 8, 8, 8, 8, 8},
    {24, 40, 16, 0x20000000, 0x7e020000, 5},
    {0xffffffffL, 0xffffffffL, 0xffffffffL, 0x100000000L, 0x100000001L, -1},
    {-1, -2, 0x80000000L, 0x7fffffffL, 0x8000000000000000L, 0},
  };

  private static List<SeccompArchitecture> known() {
    return java.util.Arrays.stream(SeccompArchitecture.values())
        .filter(SeccompArchitecture::isLittleEndian)
        .filter(ORACLE::knows)
        .toList();
  }

  /** Names by number, of one architecture. */
  private static Map<Integer, String> names(SeccompArchitecture architecture) throws IOException {
    Map<Integer, String> out = new LinkedHashMap<>();
    String table = "/io/jrun/seccomp/" + architecture.name().toLowerCase() + ".calls";
    try (var in = FilterOracleTest.class.getResourceAsStream(table)) {
      for (String line : new String(in.readAllBytes()).split("\n")) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ");
          out.putIfAbsent(Integer.parseInt(words[1]), words[0]);
        }
      }
    }
    return out;
  }

  @Example
  void numbersAreThoseOfLibseccomp() throws IOException {
    for (SeccompArchitecture architecture : known()) {
      int compared = 0;
      for (Map.Entry<Integer, String> each : names(architecture).entrySet()) {
        int theirs = ORACLE.number(architecture, each.getValue());
        // Negative: not known, or known as carried by socketcall or ipc.
        if (theirs >= 0) {
          assertEquals(theirs, each.getKey(), architecture + " " + each.getValue());
          compared++;
        }
      }
      assertTrue(compared > 250, architecture + ": " + compared);
    }
  }

  private static void compare(String profile) throws IOException {
    SeccompSpec spec = Profiles.parse(profile);
    SeccompMachine ours = new SeccompMachine(FilterCompiler.compile(spec));
    SeccompMachine theirs = ORACLE.machine(spec);
    Set<SeccompArchitecture> all = new LinkedHashSet<>(spec.architectures());
    all.add(FilterCompiler.nativeArchitecture());
    boolean future = !spec.defaultAction().isPermissive() && spec.defaultValue() != ENOSYS;
    for (SeccompArchitecture architecture : known()) {
      Map<Integer, String> names = names(architecture);
      int newest =
          all.contains(architecture) && future
              ? spec.rules().stream()
                  .flatMap(rule -> rule.names().stream())
                  .mapToInt(SystemCalls.of(architecture)::number)
                  .max()
                  .orElse(SystemCalls.NONE)
              : SystemCalls.NONE;
      List<Integer> numbers = new ArrayList<>(names.keySet());
      int base = architecture == SeccompArchitecture.X32 ? X32_BIT : 0;
      for (int n = 0; n < 600; n++) {
        numbers.add(base | n);
      }
      numbers.addAll(List.of(4000, 4500, 5000, 5500, 6000, 6500, 983040, 983047, -1));
      for (int number : numbers) {
        String name = names.get(number);
        boolean x32 = architecture == SeccompArchitecture.X86_64 && number == -1;
        if (architecture == SeccompArchitecture.X32 && (number & X32_BIT) == 0) {
          continue;
        }
        if (name != null && !ORACLE.has(architecture, name)) {
          continue;
        }
        for (long[] arguments : ARGUMENTS) {
          int expected =
              newest != SystemCalls.NONE
                      && Integer.compareUnsigned(number, newest) > 0
                      && (!x32 || all.contains(SeccompArchitecture.X32))
                  ? ENOSYS
                  : theirs.run(architecture.audit(), number, arguments);
          if (x32 && future) {
            continue;
          }
          assertEquals(
              Integer.toHexString(expected),
              Integer.toHexString(ours.run(architecture.audit(), number, arguments)),
              () -> architecture + " " + number + " " + name + " of " + profile);
        }
      }
    }
  }

  @Example
  void aRealProfileIsAnsweredAlike() throws IOException {
    String profile =
        Files.readString(
            Path.of("../integration-tests/src/test/resources/io/jrun/it/seccomp-default.json"));
    compare(profile);
    for (SeccompArchitecture each : known()) {
      compare(
          profile.replaceFirst(
              "\"architectures\"\\s*:\\s*\\[", "\"architectures\":[\"" + each.specName() + "\","));
    }
  }

  @Example
  void whatSocketcallAndIpcCarryIsAnsweredAlike() throws IOException {
    String architectures =
        known().stream().map(each -> "'" + each.specName() + "'").collect(Collectors.joining(","));
    for (String rule :
        List.of(
            "{'names':['socket','accept','bind','recvmmsg'],'action':'SCMP_ACT_ALLOW'}",
            "{'names':['shmat','semop','msgctl','semtimedop'],'action':'SCMP_ACT_ALLOW'}",
            "{'names':['socket'],'action':'SCMP_ACT_ALLOW',"
                + "'args':[{'index':0,'op':'SCMP_CMP_NE','value':40}]}",
            "{'names':['socketcall','ipc'],'action':'SCMP_ACT_ALLOW'}",
            "{'names':['socket'],'action':'SCMP_ACT_ALLOW'},"
                + "{'names':['socketcall'],'action':'SCMP_ACT_KILL'}",
            "{'names':['socketcall'],'action':'SCMP_ACT_ALLOW'},"
                + "{'names':['socket'],'action':'SCMP_ACT_KILL'}")) {
      compare(
          "{'defaultAction':'SCMP_ACT_ERRNO','architectures':["
              + architectures
              + "],'syscalls':["
              + rule
              + "]}");
    }
  }

  @Example
  void whatIsCarriedMayBeNewerThanAllThatIsNamed() throws IOException {
    compare(
        "{'defaultAction':'SCMP_ACT_KILL_PROCESS','architectures':['SCMP_ARCH_PPC64LE'],"
            + "'syscalls':[{'names':['semop'],'action':'SCMP_ACT_TRAP'},"
            + "{'names':['read'],'action':'SCMP_ACT_ALLOW'}]}");
  }

  @Provide
  Arbitrary<String> profiles() {
    List<String> calls =
        new ArrayList<>(
            List.of("read", "write", "open", "socket", "socketcall", "ipc", "shmctl", "semop"));
    calls.addAll(
        List.of("personality", "clone", "clone3", "mmap", "mmap2", "_llseek", "accept", "accept4"));
    calls.addAll(
        List.of("openat2", "futex_waitv", "execveat", "ioctl", "prctl", "rt_sigreturn", "exit"));
    calls.addAll(
        List.of("set_tls", "cacheflush", "arch_prctl", "stat", "fstatat64", "newfstatat", "time"));
    Arbitrary<String> names =
        Arbitraries.of(calls).set().ofMinSize(1).ofMaxSize(12).map(FilterOracleTest::quoted);
    Arbitrary<String> actions =
        Arbitraries.of(
            "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP");
    Arbitrary<String> rules =
        Combinators.combine(names, actions)
            .as((name, action) -> "{'names':" + name + ",'action':'" + action + "'}");
    Arbitrary<String> architectures =
        Arbitraries.of(known())
            .set()
            .ofMaxSize(4)
            .map(set -> set.stream().map(SeccompArchitecture::specName).collect(Collectors.toSet()))
            .map(FilterOracleTest::quoted);
    return Combinators.combine(actions, architectures, rules.list().ofMaxSize(5))
        .as(
            (action, some, all) ->
                "{'defaultAction':'"
                    + action
                    + "','architectures':"
                    + some
                    + ",'syscalls':["
                    + String.join(",", all)
                    + "]}");
  }

  private static String quoted(Set<String> words) {
    return words.stream().sorted().collect(Collectors.joining("','", "['", "']")).replace("''", "");
  }

  /**
   * Where semop is the only call with an answer of its own, libseccomp 2.5.4 makes another filter
   * for X86: {@link FilterCompilerTest} has what is right.
   */
  private static boolean isNotOfSemopAlone(String profile) {
    SeccompSpec spec = Profiles.parse(profile);
    Set<String> names =
        spec.rules().stream()
            .filter(rule -> rule.value() != spec.defaultValue())
            .flatMap(rule -> rule.names().stream())
            .collect(Collectors.toSet());
    return !names.equals(Set.of("semop"));
  }

  @Property(tries = 100)
  void rulesWithoutConditionsAreAnsweredAlike(@ForAll("profiles") String profile)
      throws IOException {
    Assume.that(isNotOfSemopAlone(profile));
    compare(profile);
  }

  @Provide
  Arbitrary<SeccompRule.Condition> conditions() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(io.jrun.container.SeccompOperator.values()),
            Arbitraries.of(0L, 1L, 8L, 40L, 0xffffffffL, 0x100000000L, 0x7e020000L, -1L),
            Arbitraries.of(0L, 1L, 8L))
        .as((i, op, value, two) -> new SeccompRule.Condition(i, op, value, two & value));
  }

  @Property(tries = 100)
  void oneConditionIsAnsweredAlike(@ForAll("conditions") SeccompRule.Condition c)
      throws IOException {
    String architectures =
        known().stream().map(each -> "'" + each.specName() + "'").collect(Collectors.joining(","));
    compare(
        "{'defaultAction':'SCMP_ACT_ERRNO','architectures':["
            + architectures
            + "],'syscalls':[{'names':['personality','clone','mmap'],'action':'SCMP_ACT_ALLOW',"
            + "'args':[{'index':"
            + c.index()
            + ",'op':'"
            + c.operator().specName()
            + "','value':"
            + Long.toUnsignedString(c.value())
            + ",'valueTwo':"
            + Long.toUnsignedString(c.valueTwo())
            + "}]}]}");
  }
}
