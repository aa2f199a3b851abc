// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code jrun doctor} on a host that is well, and on hosts with one thing wrong each, which are
 * namespaces of this one: it names what is wrong, with a remedy, and tells whether a container can
 * be run all the same.
 */
@ExtendWith(ResidueExtension.class)
class DoctorIT {
  private static final List<String> GROUPS =
      List.of(
          "jrun",
          "kernel",
          "namespaces",
          "cgroups",
          "security",
          "limits",
          "file system",
          "systemd",
          "checkpoint",
          "engines",
          "a container");

  private static final int FSOPEN = 430;

  private static CProgram deny;

  @BeforeAll
  static void prepare() throws IOException {
    deny = CProgram.built("deny");
    OrdinaryUser.prepare();
  }

  // A host that is well

  @Test
  @Tag("jvm")
  void aHostThatIsWellRunsAContainer(Workbench bench) {
    Outcome outcome = bench.jrun("doctor", "--json", bench.directory().toString());
    JsonNode report = outcome.succeedsSilently().json();
    assertTrue(report.get("runnable").asBoolean(), outcome::toString);
    Set<String> groups = new HashSet<>();
    for (JsonNode each : report.get("findings")) {
      groups.add(each.get("group").asText());
      boolean fine = each.get("verdict").asText().equals("ok");
      assertTrue(fine || !each.get("remedy").asText().isEmpty(), each::toString);
      assertFalse(each.get("verdict").asText().equals("broken"), each::toString);
    }
    assertEquals(new HashSet<>(GROUPS), groups);
    for (String subject :
        List.of("trial", "new mount calls", "user", "mnt", "overlay", "hierarchy", "seccomp")) {
      assertEquals("ok", verdict(outcome, subject), outcome::toString);
    }
  }

  /** As they are shared where systemd has booted: what is tried must not reach anybody else. */
  @Test
  @Tag("jvm")
  void theHostsMountsStayAsTheyAre(Workbench bench) {
    String script =
        "exec unshare -m --propagation shared sh -c '"
            + "cat /proc/self/mountinfo >before; \"$@\" >/dev/null;"
            + " cat /proc/self/mountinfo >after; cmp before after' sh \"$@\"";
    Outcome outcome =
        bench
            .command("doctor", bench.directory().toString())
            .in(bench.directory())
            .env("JRUN_CORE", "cold")
            .env("PATH", System.getenv("PATH"))
            .through(script)
            .run();
    assertEquals("", outcome.succeeds().out(), outcome::toString);
  }

  @Test
  @Tag("jvm")
  void textTellsTheSameAndHowItIsInOneLine(Workbench bench) {
    Outcome outcome = bench.jrun("doctor").succeedsSilently();
    List<String> lines = outcome.lines();
    assertTrue(lines.containsAll(GROUPS), outcome::toString);
    assertTrue(
        lines.get(lines.size() - 1).startsWith("containers can be run here: "), outcome::toString);
    assertTrue(
        outcome.out().contains("\n  ok       trial                 created, started and deleted\n"),
        outcome::toString);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("  (note|limited|broken) .*")) {
        assertTrue(lines.get(i + 1).matches(" {11}-> .+"), lines.get(i));
      }
    }
  }

  @Test
  void anOrdinaryUserIsWellToo(Workbench bench) {
    OrdinaryUser user = OrdinaryUser.of(bench);
    Outcome outcome = user.jrun("doctor", "--json", "/tmp").succeedsSilently();
    assertEquals("ok", verdict(outcome, "trial"), outcome::toString);
    user.assertNothingIsLeft();
  }

  // Hosts that are not

  @Test
  void anOrdinaryUserWithoutACgroupOfTheirOwn(Workbench bench) {
    Outcome outcome = OrdinaryUser.of(bench).jrun("doctor", "--json", "/tmp").succeedsSilently();
    limited(outcome, "delegation", "no cgroup is the caller's", "Delegate=yes");
  }

  @Test
  void anOrdinaryUserWithoutSubordinateIds(Workbench bench) {
    OrdinaryUser user = OrdinaryUser.of(bench);
    Outcome outcome =
        user.apart(user.withRanges("other:100000:65536\n"), "doctor", "--json", "/tmp").run();
    outcome.succeedsSilently();
    limited(outcome, "/etc/subuid", "no range for this user", "usermod --add-subuids");
    limited(outcome, "/etc/subgid", "no range for this user", "--add-subgids 100000-165535 some");
  }

  @Test
  void anOrdinaryUserWhoseIdsCannotBeMapped(Workbench bench) {
    OrdinaryUser user = OrdinaryUser.of(bench);
    String ranges = user.withRanges("some:100000:65536\n");
    Outcome well = user.apart(ranges, "doctor", "--json", "/tmp").run().succeedsSilently();
    assertEquals("ok", verdict(well, "mapping"), well::toString);

    String without =
        "mount -o bind /usr/bin/newuidmap /usr/bin/newuidmap;"
            + " mount -o remount,bind,nosuid /usr/bin/newuidmap;";
    Outcome outcome = user.apart(ranges + without, "doctor", "--json", "/tmp").run();
    limited(outcome.succeedsSilently(), "mapping", "newuidmap", "nosuid");
  }

  @Test
  void anOrdinaryUserWithoutTheProgramsThatMapIds(Workbench bench) {
    OrdinaryUser user = OrdinaryUser.of(bench);
    String without = "mount --bind /dev/null /usr/bin/newgidmap;";
    Outcome outcome = user.apart(without, "doctor", "--json", "/tmp").run().succeedsSilently();
    limited(outcome, "newgidmap", "not installed", "uidmap");
  }

  @Test
  void userNamespacesAreOffForAnOrdinaryUser(Workbench bench) {
    Outcome outcome =
        through(
            bench,
            "exec unshare --map-user=4242 --map-group=4242 --keep-caps bash -c"
                + " 'echo 0 >/proc/sys/user/max_user_namespaces;"
                + " exec setpriv --inh-caps=-all --ambient-caps=-all \"$@\"' bash \"$@\"");
    broken(outcome, "user", "ENOSPC", "sysctl user.max_user_namespaces");
    assertEquals("broken", verdict(outcome, "trial"), outcome::toString);
  }

  @Test
  void thereMayBeNoMountNamespaces(Workbench bench) {
    Outcome outcome =
        through(
            bench,
            "exec unshare --map-root-user bash -c"
                + " 'echo 0 >/proc/sys/user/max_mnt_namespaces; exec \"$@\"' bash \"$@\"");
    broken(outcome, "mnt", "ENOSPC", "sysctl user.max_mnt_namespaces");
    limited(outcome, "max_mnt_namespaces", "0", "sysctl user.max_mnt_namespaces");
  }

  @Test
  void onlyTheOldHierarchiesAreMounted(Workbench bench) {
    Outcome outcome = apart(bench, "mount -t tmpfs none /sys/fs/cgroup");
    broken(outcome, "hierarchy", "cgroup v", "systemd.unified_cgroup_hierarchy=1");
    assertEquals("broken", verdict(outcome, "trial"), outcome::toString);
  }

  @Test
  void theHierarchyIsReadOnly(Workbench bench) {
    Outcome outcome = apart(bench, "mount -o remount,bind,ro /sys/fs/cgroup");
    broken(outcome, "delegation", "/sys/fs/cgroup cannot be written", "remount,rw");
    broken(outcome, "trial", "EROFS", "");
  }

  @Test
  void rootHasNotItsRights(Workbench bench) {
    Outcome outcome = through(bench, "exec setpriv --bounding-set=-sys_admin \"$@\"");
    broken(outcome, "rights", "without CAP_SYS_ADMIN", "--cap-add");
    broken(outcome, "mnt", "EPERM", "CAP_SYS_ADMIN");
  }

  @Test
  void aFilterHidesACallThatIsNeeded(Workbench bench) {
    Outcome outcome = through(bench, "exec " + deny.file() + " " + FSOPEN + " \"$@\"");
    broken(outcome, "new mount calls", "fsopen: function not implemented", "seccomp profile");
    assertEquals("broken", verdict(outcome, "trial"), outcome::toString);
  }

  @Test
  void limitsAreTiny(Workbench bench) {
    Outcome outcome = through(bench, "ulimit -n 40; ulimit -l 16; exec \"$@\"");
    limited(outcome, "open files", "no more than 40", "LimitNOFILE=");
    limited(outcome, "locked memory", "no more than 16384", "LimitMEMLOCK=");
  }

  @Test
  void thereIsNoProc(Workbench bench) {
    Outcome outcome =
        bench
            .command("doctor")
            .through("exec unshare -m bash -c 'mount -t tmpfs none /proc; exec \"$@\"' bash \"$@\"")
            .run()
            .exits(1);
    assertEquals(
        "jrun: the core ended unexpectedly: cannot find the core: /proc is not mounted: errno 2\n",
        outcome.err());
  }

  @Test
  void stateCannotBeWritten(Workbench bench) throws IOException {
    Files.createDirectory(bench.root());
    Outcome outcome = apart(bench, "mount -t tmpfs -o ro none " + bench.root());
    broken(outcome, "trial", "create", "");
    assertTrue(find(outcome, "trial").get("found").asText().contains("EROFS"), outcome::toString);
  }

  @Test
  void nothingCanBeTriedInTheDirectory(Workbench bench) {
    Outcome outcome = bench.jrun("doctor", "--json", "/proc").succeedsSilently();
    JsonNode found = find(outcome, "overlay, idmap");
    assertEquals("note", found.get("verdict").asText(), outcome::toString);
    assertTrue(found.get("remedy").asText().contains("jrun doctor DIR"), outcome::toString);
  }

  @Test
  void nobodyAnswersAtTheSocket(Workbench bench) throws IOException {
    Path socket = Files.createFile(bench.directory().resolve("core.sock"));
    Outcome outcome =
        bench
            .command("doctor", "--json")
            .env("JRUN_SOCKET", socket.toString())
            .run()
            .succeedsSilently();
    limited(outcome, "warm core", "does not answer at " + socket, "systemctl restart jrund.socket");
  }

  // Engines

  @Test
  void enginesThatKnowJrunAreTold(Workbench bench) throws IOException {
    Path etc = Files.createDirectories(bench.directory().resolve("etc/docker"));
    Files.writeString(
        etc.resolve("daemon.json"),
        "{\"runtimes\": {\"jrun\": {\"path\": \"" + Jrun.binary() + "\"}}}\n");
    Path podman = Files.createDirectories(etc.resolveSibling("containers/containers.conf.d"));
    Files.writeString(
        podman.resolve("jrun.conf"), "[engine.runtimes]\njrun = [\"/nowhere/jrun\"]\n");
    Outcome outcome =
        apart(bench, "mount -t overlay -o lowerdir=" + etc.getParent() + ":/etc none /etc");
    assertEquals("ok", verdict(outcome, "Docker"), outcome::toString);
    limited(outcome, "Podman", "names /nowhere/jrun, which cannot be executed", "bin/jrun");
    assertEquals("note", verdict(outcome, "containerd"), outcome::toString);
  }

  @Test
  void anOrdinaryUsersOwnConfigurationCounts(Workbench bench) throws IOException {
    Path home = Files.createDirectories(bench.directory().resolve("home/.config/containers"));
    Files.writeString(
        home.resolve("containers.conf"),
        "[engine.runtimes]\njrun = [\"" + OrdinaryUser.binary() + "\"]\n");
    Outcome outcome =
        OrdinaryUser.of(bench)
            .command("doctor", "--json", "/tmp")
            .env("HOME", bench.directory().resolve("home").toString())
            .run()
            .succeedsSilently();
    assertEquals("ok", verdict(outcome, "Podman"), outcome::toString);
  }

  private static Outcome through(Workbench bench, String script) {
    return bench
        .command("doctor", "--json", bench.directory().toString())
        .through(script + " # unshare ")
        .run();
  }

  /** In a mount namespace in which a command has been carried out. */
  private static Outcome apart(Workbench bench, String command) {
    return through(bench, "exec unshare -m bash -c '" + command + " && exec \"$@\"' bash \"$@\"");
  }

  private static JsonNode find(Outcome outcome, String subject) {
    for (JsonNode each : outcome.json().get("findings")) {
      if (each.get("subject").asText().equals(subject)) {
        return each;
      }
    }
    throw new AssertionError("no " + subject + " in\n" + outcome);
  }

  private static String verdict(Outcome outcome, String subject) {
    return find(outcome, subject).get("verdict").asText();
  }

  private static void limited(Outcome outcome, String subject, String found, String remedy) {
    has(outcome, subject, "limited", found, remedy);
  }

  /** And says by its exit code that no container can be run. */
  private static void broken(Outcome outcome, String subject, String found, String remedy) {
    outcome.exits(1);
    assertEquals("", outcome.err(), outcome::toString);
    assertFalse(outcome.json().get("runnable").asBoolean(), outcome::toString);
    has(outcome, subject, "broken", found, remedy);
  }

  private static void has(
      Outcome outcome, String subject, String verdict, String found, String remedy) {
    JsonNode finding = find(outcome, subject);
    assertEquals(verdict, finding.get("verdict").asText(), outcome::toString);
    assertTrue(finding.get("found").asText().contains(found), finding::toString);
    assertTrue(finding.get("remedy").asText().contains(remedy), finding::toString);
  }
}
