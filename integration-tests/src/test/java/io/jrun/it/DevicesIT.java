// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The device rules: all denied, what every container needs allowed, and the ordered rules of the
 * configuration between.
 */
@ExtendWith(ResidueExtension.class)
class DevicesIT {

  private static Bundle withMknod(Workbench bench) {
    Bundle bundle = bench.bundle();
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set + "/-", "CAP_MKNOD");
      bundle.set("/process/capabilities/" + set + "/-", "CAP_SYSLOG");
    }
    return bundle;
  }

  private static Map<String, Object> rule(
      boolean allow, String type, Integer major, Integer minor, String access) {
    Map<String, Object> rule = new java.util.LinkedHashMap<>();
    rule.put("allow", allow);
    if (type != null) {
      rule.put("type", type);
    }
    if (major != null) {
      rule.put("major", major);
    }
    if (minor != null) {
      rule.put("minor", minor);
    }
    rule.put("access", access);
    return rule;
  }

  @Test
  void theDefaultDevicesCanBeUsed(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "echo x >/dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c && head -c 4 /dev/random | wc -c;"
                    + " head -c 2 /dev/full | wc -c; echo x >/dev/full");
    Outcome outcome = bench.run(bundle);
    assertEquals(List.of("4", "4", "4", "2"), outcome.lines(), outcome::toString);
    assertTrue(outcome.err().contains("No space left on device"), outcome::toString);
  }

  @Test
  @Tag("smoke")
  void anotherDeviceCanBeMadeButNotOpened(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .script(
                "mknod /dev/x c 1 11 && echo made; true </dev/x; mknod /dev/y b 7 0 && true </dev/y");
    Outcome outcome = bench.run(bundle);
    assertEquals("made\n", outcome.out());
    assertTrue(
        outcome
            .err()
            .lines()
            .anyMatch(line -> line.contains("/dev/x") && line.contains("Operation not permitted")),
        outcome::toString);
    assertTrue(
        outcome
            .err()
            .lines()
            .anyMatch(line -> line.contains("/dev/y") && line.contains("Operation not permitted")),
        outcome::toString);
  }

  @Test
  void anAllowedDeviceCanBeOpened(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .set("/linux/resources/devices/-", rule(true, "c", 1, 11, "r"))
            .script("mknod /dev/x c 1 11; true </dev/x && echo read; true >/dev/x");
    Outcome outcome = bench.run(bundle);
    assertEquals("read\n", outcome.out(), outcome::toString);
    assertTrue(outcome.err().contains("Operation not permitted"), outcome::toString);
  }

  @Test
  void theLastRuleThatMatchesCounts(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .set("/linux/resources/devices/-", rule(true, "c", 1, null, "rwm"))
            .set("/linux/resources/devices/-", rule(false, "c", 1, 11, "rwm"))
            .script("mknod /dev/x c 1 11; true </dev/x");
    assertTrue(bench.run(bundle).err().contains("Operation not permitted"));
  }

  @Test
  void aRuleWithoutATypeIsForAll(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .set("/linux/resources/devices", List.of(rule(true, null, null, null, "rwm")))
            .script("mknod /dev/x c 1 11; true </dev/x && echo read");
    assertEquals("read\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void withoutRulesTheDefaultsAreStillInForce(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .remove("/linux/resources")
            .script("echo x >/dev/null; mknod /dev/x c 1 11; true </dev/x && echo read");
    // runc denies only what is listed, so a configuration without rules allows nothing more than
    // the defaults.
    Outcome outcome = bench.run(bundle);
    assertTrue(outcome.err().contains("Operation not permitted"), outcome::toString);
  }

  @Test
  void theTerminalAndTheTunnelAreAmongTheDefaults(Workbench bench) {
    Bundle bundle =
        withMknod(bench)
            .script(
                "mknod /dev/p c 5 2; true </dev/pts/ptmx && echo ptmx; mknod /dev/n c 136 99; mknod /dev/t c 10 200; true </dev/t; true");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("ptmx\n", outcome.out(), outcome::toString);
    assertTrue(!outcome.err().contains("Operation not permitted"), outcome::toString);
  }

  /** A second program beside one that denies would change nothing. */
  @Test
  void theRulesOfALostContainerEndWhereItsCgroupIsUsedAgain(Workbench bench) throws Exception {
    String lost = Workbench.id();
    Bundle first = bench.bundle().lasting().set("/linux/cgroupsPath", "/" + lost);
    bench.create(first, lost).succeedsSilently();
    int pid = bench.pid(lost);
    ResidueExtension.command("rm", "-r", bench.root().resolve(lost).toString());
    ResidueExtension.command("kill", "-9", Integer.toString(pid));
    Path cgroup = Snapshot.CGROUPS.resolve(lost);
    Workbench.await(
        "an empty cgroup",
        () -> {
          try {
            return Files.readString(cgroup.resolve("cgroup.events")).contains("populated 0");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    Bundle second =
        withMknod(bench)
            .set("/linux/cgroupsPath", "/" + lost)
            .set("/linux/resources/devices/-", rule(true, "c", 1, 11, "r"))
            .script("mknod /dev/x c 1 11; true </dev/x && echo read; true >/dev/x");
    Outcome outcome = bench.run(second);
    assertEquals("read\n", outcome.out(), outcome::toString);
    assertTrue(outcome.err().contains("Operation not permitted"), outcome::toString);
    assertFalse(Files.exists(cgroup));
  }

  @Test
  void aRuleOfBadFormIsRefused(Workbench bench) {
    for (Map<String, Object> rule :
        List.of(
            rule(true, "q", 1, 1, "r"), rule(true, "c", 1, 1, "x"), rule(true, "c", -2, 1, "r"))) {
      bench
          .create(bench.bundle().set("/linux/resources/devices/-", rule), Workbench.id())
          .failsNaming("/linux/resources/devices/1");
    }
  }

  @Test
  void hundredRulesAreCompiled(Workbench bench) {
    Bundle bundle = withMknod(bench);
    for (int minor = 0; minor < 400; minor++) {
      bundle.set("/linux/resources/devices/-", rule(true, "c", 240 + minor % 10, minor, "rw"));
    }
    bundle
        .set("/linux/resources/devices/-", rule(true, "c", 1, 11, "r"))
        .script("mknod /dev/x c 1 11; true </dev/x && echo read");
    assertEquals("read\n", bench.run(bundle).succeedsSilently().out());
  }
}
