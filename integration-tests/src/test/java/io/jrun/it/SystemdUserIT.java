// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Cgroups that are units of an ordinary user's own systemd. The caller is outside of that: systemd
 * is who moves the container.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("jvm")
class SystemdUserIT {
  /** Whom the machine has for this. */
  private static final int ID = 1000;

  private static final String RUNTIME = "/run/user/" + ID;
  private static final Path MANAGER =
      Snapshot.CGROUPS.resolve("user.slice/user-" + ID + ".slice/user@" + ID + ".service");

  @BeforeAll
  static void startTheManager() throws Exception {
    execute("systemctl", "start", "user@" + ID + ".service");
  }

  @AfterAll
  static void stopTheManager() throws Exception {
    execute("systemctl", "stop", "user@" + ID + ".service", "user-runtime-dir@" + ID + ".service");
  }

  private static void execute(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static Jrun as(Jrun command) {
    return command
        .env("XDG_RUNTIME_DIR", RUNTIME)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("JRUN_CORE", "cold")
        .through(
            "exec setpriv --reuid %1$d --regid %1$d --clear-groups --inh-caps=-all \"$@\""
                .formatted(ID));
  }

  private static Outcome jrun(Workbench bench, String... args) {
    return as(bench.bareCommand(args)).run();
  }

  private static String show(Workbench bench, String unit, String property) {
    return as(bench
            .bareCommand("--user", "show", "--value", "-p", property, unit)
            .by(Path.of("/usr/bin/systemctl")))
        .run()
        .succeeds()
        .text();
  }

  private static Bundle bundle(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Files.setAttribute(bundle.rootfs(), "unix:uid", ID);
    Files.setAttribute(bundle.rootfs(), "unix:gid", ID);
    return bundle
        .remove("/mounts/2/options/5")
        .set("/linux/namespaces/-", Map.of("type", "user"))
        .set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, ID, 1)))
        .set("/linux/gidMappings", List.of(UserNamespaceIT.mapping(0, ID, 1)));
  }

  @Test
  void aContainerIsAScopeOfTheUsersManager(Workbench bench) throws IOException {
    String id = Workbench.id();
    Bundle bundle =
        bundle(bench)
            .set(
                "/linux/resources",
                Map.of("pids", Map.of("limit", 66), "memory", Map.of("limit", 48 << 20)))
            .write();
    jrun(bench, "--systemd-cgroup", "create", "--bundle", bundle.directory().toString(), id)
        .succeedsSilently();
    String unit = "jrun-" + id + ".scope";
    int pid = jrun(bench, "state", id).succeedsSilently().json().get("pid").asInt();
    Path cgroup = MANAGER.resolve("user.slice").resolve(unit);
    assertEquals(cgroup, cgroupOf(pid));
    assertEquals("66", show(bench, unit, "TasksMax"));
    assertEquals("66", Files.readString(cgroup.resolve("pids.max")).strip());
    assertEquals(
        Integer.toString(48 << 20), Files.readString(cgroup.resolve("memory.max")).strip());
    jrun(bench, "start", id).succeedsSilently();
    assertEquals("running", jrun(bench, "state", id).json().get("status").asText());
    jrun(bench, "update", "--pids-limit", "44", id).succeedsSilently();
    assertEquals("44", show(bench, unit, "TasksMax"));
    assertEquals("44", Files.readString(cgroup.resolve("pids.max")).strip());
    jrun(bench, "kill", id, "KILL").succeedsSilently();
    jrun(bench, "delete", "--force", id).succeedsSilently();
    assertEquals("not-found", show(bench, unit, "LoadState"));
    assertFalse(Files.exists(cgroup));
    // systemd keeps a slice that was started for a unit.
    as(bench.bareCommand("--user", "stop", "user.slice").by(Path.of("/usr/bin/systemctl")))
        .run()
        .succeeds();
    Files.deleteIfExists(Path.of(RUNTIME, "jrun"));
  }

  @Test
  void aUserWithoutAManagerIsTold(Workbench bench) throws IOException {
    Bundle bundle = bundle(bench).write();
    Outcome outcome =
        as(bench.bareCommand(
                "--systemd-cgroup",
                "create",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id()))
            .env("XDG_RUNTIME_DIR", "/nowhere")
            .run();
    outcome.failsNaming("/nowhere/systemd/private", "loginctl enable-linger");
    assertTrue(outcome.out().isEmpty());
  }
}
