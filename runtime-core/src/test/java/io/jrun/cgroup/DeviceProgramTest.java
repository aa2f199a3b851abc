// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.DeviceRule;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The program decides what the rules say: for each kind of access the last rule about it counts.
 */
class DeviceProgramTest {
  private static final int MKNOD = 1;
  private static final int READ = 2;
  private static final int WRITE = 4;
  private static final int[] MAJORS = {0, 1, 5, 8, 10, 136, 255, 256, 4095, -1, Integer.MIN_VALUE};
  private static final int[] MINORS = {0, 1, 2, 3, 5, 7, 8, 9, 200, 256, 1048575, -1};

  /** runc's default allow-list, which stands after every container's own rules. */
  private static final List<DeviceRule> DEFAULTS =
      List.of(
          rule(true, 'c', -1, -1, "m"),
          rule(true, 'b', -1, -1, "m"),
          rule(true, 'c', 1, 3, "rwm"),
          rule(true, 'c', 1, 8, "rwm"),
          rule(true, 'c', 1, 7, "rwm"),
          rule(true, 'c', 5, 0, "rwm"),
          rule(true, 'c', 1, 5, "rwm"),
          rule(true, 'c', 1, 9, "rwm"),
          rule(true, 'c', 136, -1, "rwm"),
          rule(true, 'c', 5, 2, "rwm"),
          rule(true, 'c', 10, 200, "rwm"));

  private static DeviceRule rule(boolean allow, char type, long major, long minor, String access) {
    return new DeviceRule(allow, type, major, minor, access);
  }

  /** The model: each kind of access asked for, on its own, from the last rule to the first. */
  private static boolean model(List<DeviceRule> rules, int type, int access, int major, int minor) {
    for (int bit : new int[] {MKNOD, READ, WRITE}) {
      if ((access & bit) != 0 && !decide(rules, type, bit, major, minor)) {
        return false;
      }
    }
    return true;
  }

  private static boolean decide(List<DeviceRule> rules, int type, int bit, int major, int minor) {
    char letter = bit == MKNOD ? 'm' : bit == READ ? 'r' : 'w';
    boolean allowed = false;
    for (DeviceRule each : rules) {
      boolean matches =
          (each.type() == 'a' || each.type() == (type == 1 ? 'b' : 'c'))
              && (each.major() == DeviceRule.ANY || (int) each.major() == major)
              && (each.minor() == DeviceRule.ANY || (int) each.minor() == minor)
              && each.access().indexOf(letter) >= 0;
      allowed = matches ? each.allow() : allowed;
    }
    return allowed;
  }

  private static void compare(List<DeviceRule> rules) {
    DeviceMachine machine = new DeviceMachine(DeviceProgram.of(rules).instructions());
    List<DeviceRule> all = new ArrayList<>(rules);
    all.addAll(DEFAULTS);
    for (int type = 1; type <= 2; type++) {
      for (int access = 1; access <= 7; access++) {
        for (int major : MAJORS) {
          for (int minor : MINORS) {
            String what = type + " " + major + ":" + minor + " " + access + " under " + rules;
            assertEquals(
                model(all, type, access, major, minor),
                machine.allows(type, access, major, minor),
                what);
          }
        }
      }
    }
    assertTrue(machine.unreachable().isEmpty(), () -> "unreachable: " + machine.unreachable());
  }

  @Provide
  Arbitrary<List<DeviceRule>> rules() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of('a', 'b', 'c'),
            Arbitraries.of(-1L, -1L, 1L, 5L, 8L, 136L, 0xffffffffL, 0x80000000L),
            Arbitraries.of(-1L, -1L, 0L, 3L, 200L, 256L, 0xffffffffL),
            Arbitraries.of("r", "w", "m", "rw", "rm", "wm", "rwm", "mr", "rr"))
        .as(DeviceRule::new)
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 100)
  void theLastRuleAboutAnAccessCounts(@ForAll("rules") List<DeviceRule> rules) {
    compare(rules);
  }

  @Property(tries = 300)
  void noInstructionIsUnreachable(@ForAll("rules") List<DeviceRule> rules) {
    DeviceMachine machine = new DeviceMachine(DeviceProgram.of(rules).instructions());
    assertTrue(machine.unreachable().isEmpty());
  }

  @Property(tries = 50)
  void theSameRulesGiveTheSameProgram(@ForAll("rules") List<DeviceRule> rules) {
    DeviceProgram program = DeviceProgram.of(rules);
    assertEquals(
        ByteBuffer.wrap(program.instructions()),
        ByteBuffer.wrap(DeviceProgram.of(rules).instructions()));
    assertEquals(program.instructions().length, program.instructions().length);
  }

  @Example
  void withoutRulesTheDefaultsAreAllowedAndNothingElse() {
    compare(List.of());
    DeviceMachine machine = new DeviceMachine(DeviceProgram.of(List.of()).instructions());
    assertTrue(machine.allows(2, READ | WRITE, 1, 3));
    assertTrue(machine.allows(2, READ | WRITE | MKNOD, 136, 77));
    assertTrue(machine.allows(1, MKNOD, 8, 0));
    assertFalse(machine.allows(1, READ, 8, 0));
    assertFalse(machine.allows(1, READ | MKNOD, 8, 0));
  }

  @Example
  void denyAllLeavesTheDefaults() {
    List<DeviceRule> rules = List.of(rule(false, 'a', -1, -1, "rwm"));
    compare(rules);
    DeviceMachine machine = new DeviceMachine(DeviceProgram.of(rules).instructions());
    assertTrue(machine.allows(2, READ, 1, 9));
    assertFalse(machine.allows(2, READ, 1, 1));
  }

  @Example
  void allowAllAllowsAll() {
    List<DeviceRule> rules = List.of(rule(true, 'a', -1, -1, "rwm"));
    compare(rules);
    assertTrue(
        new DeviceMachine(DeviceProgram.of(rules).instructions()).allows(1, READ | WRITE, 8, 0));
  }

  @Example
  void theDefaultsCannotBeTakenAway() {
    List<DeviceRule> rules = List.of(rule(false, 'c', 1, 3, "rwm"));
    compare(rules);
  }

  @Example
  void whatStandsBeforeARuleForEverythingLeavesNoInstructions() {
    List<DeviceRule> shadowed =
        List.of(rule(true, 'c', 4, 4, "r"), rule(false, 'a', -1, -1, "rwm"));
    assertEquals(
        DeviceProgram.of(shadowed.subList(1, 2)).instructions().length,
        DeviceProgram.of(shadowed).instructions().length);
  }

  @Example
  void fourThousandRulesAreAProgram() {
    List<DeviceRule> rules =
        IntStream.range(0, 4096).mapToObj(i -> rule(true, 'c', i, i, "rw")).toList();
    DeviceMachine machine = new DeviceMachine(DeviceProgram.of(rules).instructions());
    assertTrue(machine.unreachable().isEmpty());
    assertTrue(machine.allows(2, READ, 4095, 4095));
    assertFalse(machine.allows(2, READ, 4095, 4094));
  }
}
