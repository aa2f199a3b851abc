// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.plan.CgroupManager;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The command line and its places, as native-shim's facts.h has them and as the core has them. */
class SharedFactsTest {
  private static final String FACTS = read();

  private static String read() {
    return read("native-shim/src/main/c/facts.h");
  }

  private static String read(String file) {
    try {
      Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
      return Files.readString(here.resolve("..").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String fact(String name, String form) {
    Matcher define = Pattern.compile("#define " + name + "[\\s\\\\]+" + form).matcher(FACTS);
    assertTrue(define.find(), "facts.h has no " + name);
    return define.group(1);
  }

  private static long number(String name) {
    return Long.parseLong(fact(name, "(\\d+)"));
  }

  private static String text(String name) {
    return fact(name, "\"([^\"]*)\"");
  }

  private static Set<String> words(String name) {
    return new TreeSet<>(
        List.of(fact(name, "\\{([^}]*)\\}").replaceAll("[\"\\s\\\\]", "").split(",")));
  }

  /** Names without dashes, of switches or of what takes a value. */
  private static Set<String> names(Options options, boolean switches) {
    Set<String> out = new TreeSet<>();
    for (Option each : options.all()) {
      if (each.isSwitch() == switches) {
        each.names().forEach(name -> out.add(name.replaceFirst("^--?", "")));
      }
    }
    return out;
  }

  @Test
  void optionsBeforeTheCommandTakeTheSame() {
    assertEquals(names(GlobalOptions.model(), false), words("OPTIONS_WITH_VALUE"));
    assertEquals(names(GlobalOptions.model(), true), words("OPTIONS_WITHOUT_VALUE"));
  }

  @Test
  void optionsOfStoredCommandsAreAmongThoseOfTheCores() {
    Set<String> force = names(new DeleteVerb().model(), true);
    force.removeAll(Set.of("help", "h"));
    assertEquals(force, words("FORCE_OPTIONS"));
    assertEquals(names(new KillVerb().model(), false), words("SIGNAL_OPTIONS"));
    for (Verb plain :
        List.of(new StartVerb(), new StateVerb(), new PauseVerb(), new ResumeVerb())) {
      Set<String> others = names(plain.model(), true);
      // With any of these the front asks a core: route_test.c.
      others.removeAll(Set.of("help", "h", "trace-calls"));
      assertEquals(Set.of(), others, plain.name());
    }
    assertFalse(new KillVerb().stopsAtArgument());
    assertFalse(new DeleteVerb().stopsAtArgument());
  }

  private static GlobalOptions options(FakeFront front) {
    return GlobalOptions.parse(front.open().caller());
  }

  @Test
  void wordsThatAnOptionTakesAreTheSame() {
    for (String core : words("CORES")) {
      options(FakeFront.calledWith("jrun", "--core", core)).check();
    }
    for (String format : words("LOG_FORMATS")) {
      options(FakeFront.calledWith("jrun", "--log-format", format)).check();
    }
    for (String manager : words("CGROUP_MANAGERS")) {
      assertTrue(CgroupManager.of(manager).isPresent(), manager);
    }
  }

  @Test
  void theStateRootIsTheSame() {
    String runtime = text("RUNTIME_DIRECTORY_VARIABLE");
    assertEquals(text("ROOT_OF_ROOT"), options(FakeFront.calledWith("jrun").as(0)).root());
    assertEquals(
        "/x" + text("ROOT_IN_RUNTIME_DIRECTORY"),
        options(FakeFront.calledWith("jrun").as(1000, runtime + "=/x")).root());
    CallerContext below = FakeFront.calledWith("jrun").below().as(0).open().caller();
    assertEquals(text("ROOT_OF_ROOT"), GlobalOptions.parse(below).root());
    assertFalse(below.isInFirstUserNamespace());
  }

  @Test
  void aWarmCoreIsLookedForInTheSamePlace() {
    Map<String, String> none = Map.of();
    Map<String, String> runtime = Map.of(text("RUNTIME_DIRECTORY_VARIABLE"), "/x");
    Map<String, String> told = Map.of(text("SOCKET_VARIABLE"), "/y");
    String place = text("SOCKET_PLACE");
    assertEquals(Optional.of(text("SOCKET_OF_ROOT") + place), place(true, none));
    assertEquals(Optional.of("/x" + place), place(false, runtime));
    assertEquals(Optional.empty(), place(false, none));
    assertEquals(Optional.of("/y"), place(true, told));
    String asked = text("CORE_VARIABLE") + "=warm";
    assertEquals("warm", options(FakeFront.calledWith("jrun").as(0, asked)).core());
  }

  private static Optional<String> place(boolean isRoot, Map<String, String> variables) {
    return WarmSocket.place(isRoot, name -> Optional.ofNullable(variables.get(name)));
  }

  /** Invocation#listenFds asks for the same variables; the front's own core is one of them. */
  @Test
  void whatIsHandedOverIsToldByTheSameVariables() {
    String pid = text("ACTIVATED_PID_VARIABLE") + "=" + ProcessHandle.current().pid();
    FakeFront front = FakeFront.calledWith("jrun");
    front.as(0, pid, text("ACTIVATED_COUNT_VARIABLE") + "=3");
    Front open = front.open();
    assertEquals(3, new Invocation(open, GlobalOptions.parse(open.caller()), null).listenFds());
  }

  /** A front hears of a core that is at work before it takes another. */
  @Test
  void aFrontWaitsForLongerThanACoreIsSilent() {
    assertTrue(number("FIRST_ANSWER_MS") >= 4 * Connections.TICK_MS);
    assertTrue(number("DEMANDED_ANSWER_MS") > number("FIRST_ANSWER_MS"));
  }

  /** What the native core reserves is what its front asks for, and 300,000 KiB are enough. */
  @Test
  void theAddressSpaceOfANativeCoreIsItsHeapsAndALittle() {
    Matcher option =
        Pattern.compile("-R:ReservedAddressSpaceSize=(\\d+)").matcher(read("scripts/native-core"));
    assertTrue(option.find());
    assertEquals(Long.parseLong(option.group(1)) + 36 * 1024 * 1024, number("NATIVE_SPACE_MIN"));
    assertTrue(number("NATIVE_SPACE_MIN") <= 300_000 * 1024);
    assertTrue(number("NATIVE_SPACE_MIN") < number("JVM_SPACE_MIN"));
    assertTrue(number("NATIVE_DATA_MIN") < number("JVM_DATA_MIN"));
    assertTrue(number("CORE_STACK_MIN") < number("CORE_STACK_WANTED"));
    assertTrue(number("NATIVE_FILES_MIN") <= number("JVM_FILES_MIN"));
    assertTrue(number("JVM_FILES_MIN") <= number("CORE_FILES_WANTED"));
  }
}
