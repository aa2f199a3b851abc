// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * jrun inside a container that jrun has made: docs/engines/nested.md. The outer container has the
 * host's /usr, read-only, for the libraries that a JVM is linked to.
 */
@ExtendWith(ResidueExtension.class)
class NestedContainersIT {
  /** All that this machine can be expected to have; CAP_SYS_RESOURCE is not among them. */
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_RAW",
          "CAP_NET_ADMIN",
          "CAP_SYS_CHROOT",
          "CAP_SYS_ADMIN",
          "CAP_MKNOD",
          "CAP_AUDIT_WRITE",
          "CAP_SETFCAP");

  /** A container with jrun at /opt/bin, and a bundle at /inner. */
  private static Bundle outer(Workbench bench, String script) throws IOException {
    Bundle inner = inner(bench.bundle().script("id -u; hostname; grep ^0: /proc/self/cgroup"));
    inner.write();
    return holding(bench.bundle(), Jrun.prefix().toString(), inner.directory().toString(), script);
  }

  /** Gives a container jrun, and a bundle. */
  private static Bundle holding(Bundle outer, String prefix, String inner, String script)
      throws IOException {
    outer.set("/root/readonly", false);
    for (String each : List.of("lib", "lib64")) {
      Files.createSymbolicLink(outer.inside("/" + each), Path.of("usr", each));
    }
    return outer
        .remove("/process/rlimits")
        .mount("/usr", "bind", "/usr", "rbind", "ro")
        .mount("/opt", "bind", prefix, "rbind", "ro")
        .mount("/inner", "bind", inner, "rbind")
        .script("export PATH=/bin:/opt/bin; " + script);
  }

  private static Bundle inner(Bundle bundle) {
    return bundle.set("/hostname", "inner").remove("/process/rlimits");
  }

  private static Bundle capable(Bundle outer) {
    for (String set : List.of("bounding", "effective", "permitted")) {
      outer.set("/process/capabilities/" + set, CAPABILITIES);
    }
    return outer;
  }

  /** Of the mount of the cgroups. */
  private static Bundle writable(Bundle outer) {
    return outer
        .withoutMount("/sys/fs/cgroup")
        .mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev");
  }

  private static final String STATE = "; echo $?; ls -A /run/jrun";

  @Test
  void anInnerContainerRuns(Workbench bench) throws IOException {
    Outcome outcome =
        bench.run(writable(capable(outer(bench, "jrun run --bundle /inner inner" + STATE))));
    assertEquals(List.of("0", "inner", "0::/", "0"), outcome.succeeds().lines());
    assertEquals("", outcome.err());
  }

  @Test
  void anInnerContainerLives(Workbench bench) throws IOException {
    Bundle outer =
        writable(
            capable(
                outer(
                    bench,
                    "sed -i 's/id -u; hostname; grep ^0: .proc.self.cgroup/sleep 1000/'"
                        + " /inner/config.json; set -e; jrun create --bundle /inner one </dev/null"
                        + " >/dev/null; jrun start one; jrun exec one hostname; jrun pause one;"
                        + " jrun resume one; jrun list -q; jrun kill one KILL; while ! jrun state"
                        + " one | grep -q stopped; do usleep 9000; done; jrun delete one; ls"
                        + " /sys/fs/cgroup | grep -c one || true")));
    Outcome outcome = bench.run(outer).succeedsSilently();
    assertEquals(List.of("inner", "one", "0"), outcome.lines());
  }

  @Test
  void cgroupsThatAreReadOnlyAreNamedAndNothingIsLeft(Workbench bench) throws IOException {
    Outcome outcome = bench.run(capable(outer(bench, "jrun run --bundle /inner inner" + STATE)));
    assertEquals("1\n", outcome.succeeds().out());
    assertTrue(
        outcome
            .message()
            .endsWith(
                "make cgroup /inner: mkdirat: read-only file system (EROFS): the cgroups are"
                    + " read-only here: in a container, have its own mounted without ro, or do"
                    + " without limits and pause: --cgroup-manager=disabled"),
        outcome::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_MKNOD"})
  void aCapabilityThatIsNotThereIsMissedWhereItIsNeeded(String capability, Workbench bench)
      throws IOException {
    Bundle outer = writable(outer(bench, "jrun run --bundle /inner inner" + STATE));
    List<String> others = CAPABILITIES.stream().filter(each -> !each.equals(capability)).toList();
    for (String set : List.of("bounding", "effective", "permitted")) {
      outer.set("/process/capabilities/" + set, others);
    }
    Outcome outcome = bench.run(outer);
    assertEquals("1\n", outcome.succeeds().out());
    assertTrue(outcome.message().contains("operation not permitted (EPERM)"), outcome::toString);
    if (capability.equals("CAP_NET_ADMIN")) {
      assertTrue(outcome.message().endsWith("it takes CAP_NET_ADMIN"), outcome::toString);
    }
  }

  /** An ordinary user of the outer container has no right over anything. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOrdinaryUserInsideNeedsAProcThatIsWhole(boolean whole, Workbench bench)
      throws IOException {
    String edit =
        "export XDG_RUNTIME_DIR=/tmp; cd /inner; rm config.json; jrun spec --rootless; sed -i"
            + " 's/\"terminal\": true/\"terminal\": false/; s/\"sh\"/\"id\", \"-u\"/' config.json;"
            + " ";
    Bundle outer =
        outer(bench, edit + "jrun run inner; echo $?; ls -A /tmp/jrun")
            .set("/process/user", Map.of("uid", OrdinaryUser.ID, "gid", OrdinaryUser.ID))
            .set("/linux/maskedPaths", whole ? List.of() : List.of("/proc/keys"))
            .set("/linux/readonlyPaths", List.of());
    Podman.execute("chmod", "1777", outer.inside("/tmp").toString());
    Podman.execute("chown", "-R", "4242:4242", bench.directory().resolve("bundle1").toString());
    Outcome outcome = bench.run(outer).succeeds();
    assertEquals(whole ? List.of("0", "0") : List.of("1"), outcome.lines());
    if (!whole) {
      String message = outcome.message();
      assertTrue(message.contains("mount proc at /proc (/mounts/0): fsmount: "), message);
      assertTrue(message.contains("only where one is whole"), message);
    }
  }

  /** Without limits and a pause, where the cgroups can only be read. */
  @Test
  void withoutACgroupManagerReadOnlyCgroupsAreEnough(Workbench bench) throws IOException {
    Outcome outcome =
        bench.run(
            capable(
                outer(
                    bench,
                    "jrun --cgroup-manager=disabled run --bundle /inner one; jrun --rootless=true"
                        + " run --bundle /inner two; ls -A /run/jrun")));
    assertEquals(
        List.of("0", "inner", "0::/", "0", "inner", "0::/"), outcome.succeedsSilently().lines());
  }

  /** As root everywhere, or each in a user namespace of its own below the one before. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void containersRunThreeDeep(boolean mapped, Workbench bench) throws IOException {
    Bundle innermost =
        inner(
            bench.bundle().script("cat /proc/self/uid_map; hostname; grep ^0: /proc/self/cgroup"));
    Bundle middle =
        holding(bench.bundle(), "/opt", "/innermost", "jrun run --bundle /inner innermost");
    Bundle outer =
        holding(
                bench.bundle(),
                Jrun.prefix().toString(),
                middle.directory().toString(),
                "jrun run --bundle /inner middle")
            .mount("/innermost", "bind", innermost.directory().toString(), "rbind");
    for (Bundle each : List.of(outer, middle, innermost)) {
      writable(capable(each));
      if (mapped) {
        each.set("/linux/maskedPaths", List.of()).set("/linux/readonlyPaths", List.of());
        UserNamespaceIT.mapped(each);
      }
    }
    for (Bundle each : List.of(middle, innermost)) {
      if (mapped) {
        for (String map : List.of("uid", "gid")) {
          each.set("/linux/" + map + "Mappings", List.of(UserNamespaceIT.mapping(0, 0, 65536)));
        }
      }
      each.write();
    }
    Outcome outcome = bench.run(outer).succeedsSilently();
    assertEquals(
        List.of(mapped ? "0 0 65536" : "0 0 4294967295", "inner", "0::/"),
        List.of(
            outcome.lines().get(0).trim().replaceAll(" +", " "),
            outcome.lines().get(1),
            outcome.lines().get(2)));
  }

  /** As in an engine's container that is not privileged, where the filter lets it. */
  @Test
  void rootWithoutCapabilitiesIsAnOrdinaryUser(Workbench bench) throws IOException {
    Bundle outer =
        outer(
                bench,
                "cd /inner; rm config.json; jrun spec --rootless; sed -i 's/\"terminal\":"
                    + " true/\"terminal\": false/; s/\"sh\"$/\"cat\", \"\\/proc\\/self\\/uid_map\"/'"
                    + " config.json; jrun run inner; ls -A /run/jrun")
            .set("/linux/maskedPaths", List.of())
            .set("/linux/readonlyPaths", List.of());
    for (String set : List.of("bounding", "effective", "permitted")) {
      outer.set("/process/capabilities/" + set, List.of("CAP_CHOWN", "CAP_SETFCAP", "CAP_SETGID"));
    }
    Outcome outcome = bench.run(outer).succeedsSilently();
    assertEquals("0 0 1", outcome.out().trim().replaceAll(" +", " "));
  }

  /** What is covered can be shown all the same, as Podman's image for this has it. */
  @Test
  void aProcThatIsCoveredIsBound(Workbench bench) throws IOException {
    Bundle inner =
        OrdinaryUser.mapped(bench.bundle())
            .withoutMount("/proc")
            .withoutMount("/sys/fs/cgroup")
            .mount("/proc", "bind", "/proc", "rbind")
            .script("cat /proc/sys/kernel/ostype; ls /proc/self/status; cat /proc/keys");
    inner(inner).write();
    Bundle outer =
        holding(
                bench.bundle(),
                Jrun.prefix().toString(),
                inner.directory().toString(),
                "export XDG_RUNTIME_DIR=/tmp; jrun run --bundle /inner inner; ls -A /tmp/jrun")
            .set("/process/user", Map.of("uid", OrdinaryUser.ID, "gid", OrdinaryUser.ID))
            .set("/linux/maskedPaths", List.of("/proc/keys"));
    Podman.execute("chmod", "1777", outer.inside("/tmp").toString());
    assertEquals(
        List.of("Linux", "/proc/self/status"), bench.run(outer).succeedsSilently().lines());
  }
}
