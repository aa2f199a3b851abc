// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** linux.seccomp: profiles as a container's program meets them. */
@ExtendWith(ResidueExtension.class)
class SeccompIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

  // Of calls that a program which starts can do without.
  private static final int YIELD = X86_64 ? 24 : 124;
  private static final int PERSONALITY = X86_64 ? 135 : 92;
  private static final int KEYCTL = X86_64 ? 250 : 219;
  private static final int SOCKET = X86_64 ? 41 : 198;
  private static final int GETPRIORITY = X86_64 ? 140 : 141;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int SIGSYS = 31;

  private static CProgram calls;
  private static CProgram agent;

  @BeforeAll
  static void build() {
    calls = CProgram.built("calls");
    agent = CProgram.built("agent");
  }

  private static Bundle calling(Workbench bench, String how, Object... numbers) {
    List<String> args =
        Stream.concat(Stream.of("/bin/calls", how), Arrays.stream(numbers).map(String::valueOf))
            .toList();
    return calls.into(bench.bundle().args(args.toArray(String[]::new)), "/bin/calls");
  }

  private static ObjectNode profile(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
  }

  /** All calls pass but one. */
  private static ObjectNode only(String call, String action) throws IOException {
    return profile(
        "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['"
            + call
            + "'],'action':'"
            + action
            + "'}]}");
  }

  private static ObjectNode defaultProfile() throws IOException {
    try (InputStream in = SeccompIT.class.getResourceAsStream("seccomp-default.json")) {
      return (ObjectNode) JSON.readTree(in);
    }
  }

  private static Bundle filtered(Bundle bundle, JsonNode profile) {
    return bundle.set("/linux/seccomp", profile);
  }

  private static void calls(Workbench bench, JsonNode profile, String said, Object... numbers) {
    String got = bench.run(filtered(calling(bench, "plain", numbers), profile)).succeeds().text();
    assertEquals(said, got, Arrays.toString(numbers));
  }

  // Actions

  @ParameterizedTest
  @CsvSource({"SCMP_ACT_ALLOW, 0 0", "SCMP_ACT_LOG, 0 0", "SCMP_ACT_ERRNO, -1 1"})
  @Tag("smoke")
  void anActionIsTaken(String action, String said, Workbench bench) throws IOException {
    calls(bench, only("sched_yield", action), said, YIELD, 0, 0);
  }

  @Test
  void anErrnoIsTheRulesOwn(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    ((ObjectNode) profile.at("/syscalls/0")).put("errnoRet", 98);
    calls(bench, profile, "-1 98", YIELD, 0, 0);
    ((ObjectNode) profile.at("/syscalls/0")).put("errnoRet", 0);
    calls(bench, profile, "0 0", YIELD, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL"})
  void aCallThatKillsEndsTheContainerBySigsys(String action, Workbench bench) throws IOException {
    Bundle bundle = calling(bench, "plain", YIELD, 0, 0);
    bench.run(filtered(bundle, only("sched_yield", action))).exits(128 + SIGSYS);
  }

  @Test
  void aThreadIsKilledAloneAndAProcessWhole(Workbench bench) throws IOException {
    Bundle bundle = calling(bench, "thread", YIELD, 0, 0);
    Outcome alone = bench.run(filtered(bundle, only("sched_yield", "SCMP_ACT_KILL_THREAD")));
    assertEquals("alive", alone.succeeds().text());
    Outcome whole = bench.run(filtered(bundle, only("sched_yield", "SCMP_ACT_KILL_PROCESS")));
    assertEquals("", whole.exits(128 + SIGSYS).text());
  }

  @Test
  void aTrapIsASignalThatTellsTheCall(Workbench bench) throws IOException {
    Bundle bundle = calling(bench, "trap", YIELD, 0, 0);
    Outcome outcome = bench.run(filtered(bundle, only("sched_yield", "SCMP_ACT_TRAP")));
    assertEquals("SIGSYS " + YIELD + " 0", outcome.succeeds().text());
  }

  @Test
  void aTraceWithoutATracerIsAMissingCall(Workbench bench) throws IOException {
    calls(bench, only("sched_yield", "SCMP_ACT_TRACE"), "-1 " + ENOSYS, YIELD, 0, 0);
  }

  // Conditions

  @ParameterizedTest
  @CsvSource({
    "SCMP_CMP_NE, 5, 0, 5, false",
    "SCMP_CMP_NE, 5, 0, 6, true",
    "SCMP_CMP_LT, 5, 0, 4, true",
    "SCMP_CMP_LT, 5, 0, 5, false",
    "SCMP_CMP_LE, 5, 0, 5, true",
    "SCMP_CMP_LE, 5, 0, 6, false",
    "SCMP_CMP_EQ, 5, 0, 5, true",
    "SCMP_CMP_EQ, 5, 0, 0x100000005, false",
    "SCMP_CMP_GE, 5, 0, 5, true",
    "SCMP_CMP_GE, 5, 0, 4, false",
    "SCMP_CMP_GT, 5, 0, 0x100000000, true",
    "SCMP_CMP_GT, 5, 0, 5, false",
    "SCMP_CMP_MASKED_EQ, 12, 4, 0xf6, true",
    "SCMP_CMP_MASKED_EQ, 12, 4, 0xfe, false",
    "SCMP_CMP_LT, 18446744073709551615, 0, 0xfffffffffffffffe, true",
  })
  void anOperatorDecides(
      String operator, String value, String two, String argument, boolean holds, Workbench bench)
      throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    ((ObjectNode) profile.at("/syscalls/0"))
        .set(
            "args",
            profile(
                    "{'a':[{'index':5,'op':'"
                        + operator
                        + "','value':"
                        + value
                        + ",'valueTwo':"
                        + two
                        + "}]}")
                .get("a"));
    calls(bench, profile, holds ? "-1 1" : "0 0", YIELD, 0, 0, 0, 0, 0, argument);
  }

  @Test
  void severalConditionsOnOneArgumentAreAlternatives(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    String both =
        "{'a':[{'index':2,'op':'SCMP_CMP_EQ','value':1},{'index':2,'op':'SCMP_CMP_EQ','value':2}]}";
    ((ObjectNode) profile.at("/syscalls/0")).set("args", profile(both).get("a"));
    calls(bench, profile, "-1 1", YIELD, 0, 0, 1);
    calls(bench, profile, "-1 1", YIELD, 0, 0, 2);
    calls(bench, profile, "0 0", YIELD, 0, 0, 3);
  }

  // Other ways in

  @Test
  void anotherArchitecturesNumbersAreNoWayAround(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    if (!X86_64) {
      // The other way in has other numbers of the same calls, and needs a 32-bit program.
      calls(bench, profile, "-1 1", YIELD, 0, 0);
      return;
    }
    // The 32-bit sched_yield is 158.
    int x32 = 0x40000000 | YIELD;
    Bundle compat = calling(bench, "compat", 158, 0, 0);
    Bundle withBit = calling(bench, "plain", x32, 0, 0);
    bench.run(filtered(compat, profile)).exits(128 + SIGSYS);
    bench.run(filtered(withBit, profile)).exits(128 + SIGSYS);
    profile.set("architectures", profile("{'a':['SCMP_ARCH_X86','SCMP_ARCH_X32']}").get("a"));
    assertEquals("-1 1", bench.run(filtered(compat, profile)).succeeds().text());
    assertEquals("-1 1", bench.run(filtered(withBit, profile)).succeeds().text());
  }

  @Test
  void aCallNewerThanTheProfileIsMissingAndNotForbidden(Workbench bench) throws IOException {
    calls(bench, defaultProfile(), "-1 " + ENOSYS, 4000);
    calls(bench, defaultProfile(), "-1 " + EPERM, KEYCTL, 0, 0);
  }

  // The profile that engines send by default

  @Test
  @Tag("smoke")
  void theDefaultProfileOfEnginesIsEnforced(Workbench bench) throws IOException {
    ObjectNode profile = defaultProfile();
    int names = 0;
    for (JsonNode rule : profile.get("syscalls")) {
      names += rule.get("names").size();
    }
    assertTrue(names > 350, "names: " + names);
    Bundle bundle =
        filtered(
            calls.into(
                bench
                    .bundle()
                    .set("/process/noNewPrivileges", true)
                    .script(
                        "grep Seccomp /proc/self/status; mount -t tmpfs x /tmp; unshare -m true;"
                            + " calls plain "
                            + KEYCTL
                            + "; ls / >/dev/null && echo rest"),
                "/bin/calls"),
            profile);
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals(List.of("Seccomp:\t2", "Seccomp_filters:\t1", "-1 1", "rest"), outcome.lines());
    assertTrue(outcome.err().contains("mount: "), outcome::toString);
    assertTrue(outcome.err().contains("unshare(0x20000): Operation not permitted"), outcome.err());
  }

  /** Whoever comes into a container later is under its filter like all that are there. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsExecutedInTheContainerIsFilteredToo(boolean noNewPrivileges, Workbench bench)
      throws IOException {
    Bundle bundle =
        filtered(
            calls.into(
                bench.bundle().lasting().set("/process/noNewPrivileges", noNewPrivileges),
                "/bin/calls"),
            only("sched_yield", "SCMP_ACT_ERRNO"));
    String id = bench.created(bundle);
    bench.jrun("start", id).succeeds();
    String held = "grep -E 'Seccomp:|CapEff' /proc/self/status";
    Outcome outcome =
        bench.jrun("exec", id, "sh", "-c", "calls plain " + YIELD + "; " + held).succeeds();
    assertEquals("-1 1", outcome.lines().get(0), outcome::toString);
    assertEquals("Seccomp:\t2", outcome.lines().get(2), outcome::toString);
    // What loading the filter took is given up: CAP_SYS_ADMIN is bit 21.
    long capabilities = Long.parseLong(outcome.lines().get(1).split("\t")[1], 16);
    assertEquals(0, capabilities >> 21 & 1, outcome::toString);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "8, true", "0xffffffff, true", "4, false", "0x100000008, false"})
  void theDefaultProfileLooksAtArguments(String persona, boolean passes, Workbench bench)
      throws IOException {
    String said =
        bench
            .run(filtered(calling(bench, "plain", PERSONALITY, persona), defaultProfile()))
            .succeeds()
            .text();
    assertEquals(passes, !said.equals("-1 1"), said);
  }

  @Test
  void theDefaultProfileKnowsNoSocketsOfVirtualMachines(Workbench bench) throws IOException {
    calls(bench, defaultProfile(), "-1 1", SOCKET, 40, 1, 0);
    calls(bench, defaultProfile(), "3 0", SOCKET, 1, 1, 0);
  }

  // Where it is loaded

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aUserWithoutCapabilitiesIsFilteredAndHoldsNone(boolean noNewPrivileges, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/noNewPrivileges", noNewPrivileges)
            .set("/process/user", profile("{'uid':1000,'gid':1000}"))
            .remove("/process/capabilities")
            .script("grep -E '^(Seccomp|NoNewPrivs|Cap.*):' /proc/self/status");
    assertEquals(
        List.of(
            "CapInh:\t0000000000000000",
            "CapPrm:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t" + (noNewPrivileges ? 1 : 0),
            "Seccomp:\t2"),
        bench.run(filtered(bundle, defaultProfile())).succeeds().lines());
  }

  @Test
  void aProfileNeedsToPermitLittleMoreThanTheProgramNeeds(Workbench bench) throws IOException {
    // What a static program does that says something; none of what init does before.
    ObjectNode profile =
        profile(
            "{'defaultAction':'SCMP_ACT_KILL_PROCESS','syscalls':[{'action':'SCMP_ACT_ALLOW','names':["
                + "'execve','brk','arch_prctl','set_tid_address','set_robust_list','rseq','prlimit64',"
                + "'readlink','readlinkat','getrandom','mprotect','newfstatat','fstat','write','exit_group','getpriority']}]}");
    Bundle bundle =
        calling(bench, "plain", GETPRIORITY, 0, 0).set("/process/noNewPrivileges", true);
    assertEquals("20 0", bench.run(filtered(bundle, profile)).succeeds().text());
  }

  @Test
  void aStartContainerHookIsFilteredToo(Workbench bench) throws IOException {
    Bundle bundle =
        filtered(bench.bundle().args("true"), only("sched_yield", "SCMP_ACT_ERRNO"))
            .set("/root/readonly", false)
            .hook(
                "startContainer",
                profile(
                    "{'path':'/bin/sh','args':['sh','-c','grep ^Seccomp: /proc/self/status"
                        + " >/tmp/hook']}"));
    bench.run(bundle).succeeds();
    assertEquals("Seccomp:\t2\n", Files.readString(bundle.inside("/tmp/hook")));
  }

  @Test
  void aProgramThatIsMissingIsToldAtCreateAndOneThatCannotStartAtStart(Workbench bench)
      throws IOException {
    Bundle bundle = filtered(bench.bundle(), defaultProfile());
    bench.create(bundle.args("/none"), Workbench.id()).failsNaming("no such file or directory");
    bundle.executable("/bin/bad", "#!/none\n");
    String id = bench.created(bundle.args("/bin/bad"));
    bench.start(id).failsNaming("exec /bin/bad: no such file or directory");
  }

  @Test
  void flagsAreTakenAndNoneMeansNone(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    ArrayNode flags = profile.putArray("flags");
    String speculation =
        "grep Speculation_Store_Bypass /proc/self/status; grep -c . /proc/self/status";
    bench.run(filtered(bench.bundle().script(speculation), profile)).succeedsSilently();
    for (String flag : List.of("TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV")) {
      flags.add("SECCOMP_FILTER_FLAG_" + flag);
    }
    bench.run(filtered(bench.bundle().script(speculation), profile)).succeedsSilently();
  }

  // Listeners

  private record Agent(Process process, Path said) implements AutoCloseable {
    static Agent start(Workbench bench, Path socket, String answer) throws IOException {
      Path said = bench.directory().resolve("agent." + answer);
      Process process =
          new ProcessBuilder(agent.file().toString(), socket.toString(), answer)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      Workbench.await("the agent listens", () -> Files.exists(socket));
      return new Agent(process, said);
    }

    /** The document it was sent: it says so after whoever has sent it has gone on. */
    JsonNode told() throws IOException {
      Workbench.await("what the agent was told", () -> text().contains("\n"));
      return JSON.readTree(text());
    }

    private String text() {
      try {
        return Files.readString(said);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** What it has said by the time it ends. */
    List<String> end() throws IOException {
      try {
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the agent ends");
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      List<String> lines = Files.readAllLines(said);
      assertEquals(0, process.exitValue(), lines::toString);
      return lines;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static ObjectNode notifying(Path socket) throws IOException {
    return only("sched_yield", "SCMP_ACT_NOTIFY")
        .put("listenerPath", socket.toString())
        .put("listenerMetadata", "a \"text\":          1");
  }

  @ParameterizedTest
  @CsvSource({"77, 77 0", "-98, -1 98", "continue, 0 0", "leave, -1 38"})
  void aListenerAnswersForTheKernel(String answer, String said, Workbench bench)
      throws IOException {
    Path socket = bench.directory().resolve("agent.sock");
    try (Agent listening = Agent.start(bench, socket, answer)) {
      Bundle bundle = filtered(calling(bench, "plain", YIELD, 0, 0), notifying(socket));
      String id = Workbench.id();
      assertEquals(said, bench.runCommand(bundle, id).run().succeeds().text());
      List<String> lines = listening.end();
      assertEquals(List.of(Integer.toString(YIELD)), lines.subList(1, lines.size()));
    }
  }

  @Test
  void aListenerIsToldWhoseFilterItIs(Workbench bench) throws IOException {
    Path socket = bench.directory().resolve("agent.sock");
    try (Agent listening = Agent.start(bench, socket, "0")) {
      Bundle bundle =
          filtered(bench.bundle().lasting().set("/annotations/a", ":          "), notifying(socket))
              .set(
                  "/linux/seccomp/flags",
                  profile("{'a':['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']}").get("a"));
      String id = bench.created(bundle);
      JsonNode told = listening.told();
      int pid = bench.pid(id);
      assertEquals("[\"seccompFd\"]", told.get("fds").toString());
      assertEquals(pid, told.get("pid").asInt());
      assertEquals("a \"text\":          1", told.get("metadata").asText());
      assertTrue(told.get("ociVersion").asText().startsWith("1."), told::toString);
      JsonNode state = told.get("state");
      assertEquals(id, state.get("id").asText());
      assertEquals("creating", state.get("status").asText());
      assertEquals(pid, state.get("pid").asInt());
      assertEquals(bundle.directory().toString(), state.get("bundle").asText());
      assertEquals(":          ", state.at("/annotations/a").asText());
      assertEquals("2", HostProcess.status(pid).get("Seccomp"));
      bench.start(id).succeedsSilently();
      bench.deleteByForce(id).succeedsSilently();
      listening.end();
    }
  }

  /** Its filter is loaded before it waits, and need not permit what noticing a signal takes. */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP", "PIPE", "SEGV", "RTMIN"})
  void aSignalEndsACreatedContainerThatIsListenedTo(String signal, Workbench bench)
      throws IOException {
    Path socket = bench.directory().resolve("agent.sock");
    try (Agent listening = Agent.start(bench, socket, "0")) {
      ObjectNode profile = notifying(socket);
      profile
          .withArray("syscalls")
          .addObject()
          .put("action", "SCMP_ACT_ERRNO")
          .putArray("names")
          .add("rt_sigprocmask")
          .add("rt_sigaction")
          .add("signalfd4");
      String id = bench.created(filtered(bench.bundle().lasting(), profile));
      listening.told();
      bench.kill(id, signal).succeedsSilently();
      bench.awaitStatus(id, "stopped");
      bench.delete(id).succeedsSilently();
      listening.end();
    }
  }

  @Test
  void whatIsExecutedLaterIsListenedToToo(Workbench bench) throws IOException {
    Path socket = bench.directory().resolve("agent.sock");
    String id;
    try (Agent first = Agent.start(bench, socket, "0")) {
      Bundle bundle = filtered(calling(bench, "plain", YIELD, 0, 0).lasting(), notifying(socket));
      id = bench.running(bundle);
      assertEquals(bench.pid(id), first.told().get("pid").asInt());
    }
    String[] yield = {"/bin/calls", "plain", Integer.toString(YIELD), "0", "0"};
    Outcome alone = bench.exec(id, yield).exits(255);
    assertTrue(
        alone.message().contains("failed to connect with seccomp agent at " + socket),
        alone::toString);
    for (String answer : List.of("77", "78")) {
      try (Agent listening = Agent.start(bench, socket, answer)) {
        // As root, and as a user who may not load a filter by himself.
        String user = answer.equals("77") ? "0" : "1000";
        Path pidFile = bench.directory().resolve("pid." + answer);
        List<String> options = List.of("--pid-file", pidFile.toString(), "--user", user);
        Outcome outcome = bench.execCommand(options, id, yield).run();
        assertEquals(answer + " 0", outcome.succeeds().text());
        List<String> lines = listening.end();
        JsonNode told = JSON.readTree(lines.get(0));
        assertEquals(Files.readString(pidFile).trim(), told.get("pid").asText());
        assertEquals(bench.pid(id), told.at("/state/pid").asInt());
        assertEquals("running", told.at("/state/status").asText());
        assertEquals("a \"text\":          1", told.get("metadata").asText());
        assertEquals(List.of(Integer.toString(YIELD)), lines.subList(1, lines.size()));
      }
    }
  }

  @Test
  void aListenerThatIsNotThereFailsTheCreate(Workbench bench) throws IOException {
    Path socket = bench.directory().resolve("nobody.sock");
    String id = Workbench.id();
    bench
        .create(filtered(bench.bundle(), notifying(socket)), id)
        .failsNaming("failed to connect with seccomp agent at " + socket + ": no such file");
    bench.assertNothingOf(id);
    Path file = Files.createFile(bench.directory().resolve("file.sock"));
    bench
        .create(filtered(bench.bundle(), notifying(file)), id)
        .failsNaming("failed to connect with seccomp agent", "connection refused");
    bench.assertNothingOf(id);
  }

  @Test
  void aListenerThatNobodyNeedsIsNotLookedFor(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO").put("listenerPath", "/none");
    bench.run(filtered(bench.bundle().args("true"), profile)).succeedsSilently();
  }

  // Profiles that are wrong

  @Test
  void everyProblemOfAProfileIsNamed(Workbench bench) throws IOException {
    ObjectNode profile =
        profile(
            "{'defaultAction':'SCMP_ACT_NO','flags':['NO'],"
                + "'listenerMetadata':'m','syscalls':[{'names':[],'action':'SCMP_ACT_ALLOW','errnoRet':1},"
                + "{'names':['write'],'action':'SCMP_ACT_NOTIFY','args':[{'index':6,'value':0,'op':'NO'}]}]}");
    String id = Workbench.id();
    bench
        .create(filtered(bench.bundle(), profile), id)
        .failsNaming(
            "/linux/seccomp/defaultAction: ",
            "/linux/seccomp/flags/0: ",
            "/linux/seccomp/listenerMetadata: ",
            "/linux/seccomp/syscalls/0/names: ",
            "/linux/seccomp/syscalls/0/errnoRet: ",
            "/linux/seccomp/syscalls/1/names/0: ",
            "/linux/seccomp/syscalls/1/action: ",
            "/linux/seccomp/syscalls/1/args/0/index: ",
            "/linux/seccomp/syscalls/1/args/0/op: ");
    bench.assertNothingOf(id);
  }

  @Test
  void anArchitectureThatCannotBeFilteredForIsNamed(Workbench bench) throws IOException {
    ObjectNode profile = only("sched_yield", "SCMP_ACT_ERRNO");
    profile.putArray("architectures").add("SCMP_ARCH_S390X");
    String id = Workbench.id();
    bench
        .create(filtered(bench.bundle(), profile), id)
        .failsNaming("/linux/seccomp/architectures: SCMP_ARCH_S390X: ", "byte order");
    bench.assertNothingOf(id);
  }

  // What there is to say of a profile

  @Test
  void noLibraryIsNeededAndNothingIsKept(Workbench bench) throws IOException {
    String hidden =
        "unshare -m sh -c 'for f in /usr/lib/*/libseccomp.so.2* /usr/lib*/libseccomp.so.2*; do"
            + " [ ! -f \"$f\" ] || mount --bind /dev/null \"$f\"; done; exec \"$0\" \"$@\"' \"$@\"";
    bench
        .runCommand(filtered(bench.bundle().args("true"), defaultProfile()), Workbench.id())
        .through(hidden)
        .run()
        .succeedsSilently();
    try (Stream<Path> all = Files.list(bench.root())) {
      assertEquals(List.of(), all.toList());
    }
  }

  @Test
  void whoMayNotEvenExitEndsAllTheSame(Workbench bench) throws IOException {
    Bundle bundle =
        filtered(bench.bundle().args("true"), profile("{'defaultAction':'SCMP_ACT_ERRNO'}"));
    Outcome outcome = bench.run(bundle).exits(128 + 4);
    assertTrue(outcome.err().contains("no rule is about execve"), outcome::toString);
  }

  @Test
  void whatAProfileDoesNotDoIsAWarning(Workbench bench) throws IOException {
    Bundle bundle =
        filtered(
            bench.bundle().args("true"),
            profile(
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':["
                    + "{'names':['bdflush','no_such_call'],'action':'SCMP_ACT_ERRNO'},"
                    + "{'names':['bdflush'],'action':'SCMP_ACT_KILL'},"
                    + "{'names':['uselib','bdflush'],'action':'SCMP_ACT_TRAP'},"
                    + "{'names':['personality'],'action':'SCMP_ACT_ERRNO','args':["
                    + "{'index':0,'value':3,'op':'SCMP_CMP_EQ'},"
                    + "{'index':0,'value':4,'op':'SCMP_CMP_EQ'}]},"
                    + "{'names':['sync'],'action':'SCMP_ACT_ALLOW'}]}"));
    List<String> warnings =
        List.of(
            "/linux/seccomp/syscalls/0/names/1: no architecture has a system call \"no_such_call\"",
            "/linux/seccomp/syscalls/1/names/0: no effect: rule 0 decides about bdflush",
            "/linux/seccomp/syscalls/3/args: several conditions are about argument 0",
            "/linux/seccomp/syscalls/4/action: the default action is the same");
    String said = bench.run(bundle).succeeds().err();
    warnings.forEach(each -> assertTrue(said.replace("\\\"", "\"").contains(each), said));
    assertEquals(4, said.lines().filter(line -> line.contains("level=warning")).count(), said);
    String checked =
        bench.jrun("check", "--bundle", bundle.directory().toString()).succeedsSilently().out();
    for (String each : warnings) {
      String[] parts = each.split(": ", 2);
      assertTrue(checked.contains(parts[0] + ": warning: " + parts[1]), checked);
    }
    // And the single name of rule 2, which a launch says nothing of.
    assertEquals(5, checked.lines().filter(line -> line.contains(": warning: ")).count(), checked);
  }

  @Test
  void aCallThatIsNewerThanAnyLibraryIsKnownByName(Workbench bench) throws IOException {
    // listns(2) of Linux 7.0: refused with the rule's errno, whether the kernel has it or not.
    ObjectNode profile = only("listns", "SCMP_ACT_ERRNO");
    ((ObjectNode) profile.at("/syscalls/0")).put("errnoRet", 98);
    calls(bench, profile, "-1 98", 470, 0, 0);
  }

  @Test
  void planShowsTheFilterAndMakesNothing(Workbench bench) throws IOException {
    Bundle bundle = filtered(bench.bundle(), defaultProfile()).write();
    String plan =
        bench
            .jrun("plan", "--bundle", bundle.directory().toString(), "--syscalls", Workbench.id())
            .succeedsSilently()
            .out();
    assertTrue(plan.contains("load the filter of system calls (/linux/seccomp)"), plan);
    assertTrue(plan.contains("seccomp(SECCOMP_SET_MODE_FILTER, SPEC_ALLOW, {"), plan);
    assertFalse(Files.exists(bench.root()));
  }
}
