// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Namespaces: new, joined by path, or the caller's. */
@ExtendWith(ResidueExtension.class)
class NamespacesIT {

  private static final List<String> FILES = List.of("pid", "net", "ipc", "uts", "mnt", "cgroup");

  @Test
  @Tag("smoke")
  void newNamespacesDifferFromTheCallersAndTheOthersDoNot(Workbench bench) throws IOException {
    int pid = bench.pid(bench.created(bench.bundle().lasting()));
    for (String file : FILES) {
      assertNotEquals(HostProcess.ownNamespace(file), HostProcess.namespace(pid, file), file);
    }
    for (String file : List.of("user", "time")) {
      assertEquals(HostProcess.ownNamespace(file), HostProcess.namespace(pid, file), file);
    }
  }

  @ParameterizedTest
  @CsvSource({"network, net", "ipc, ipc", "uts, uts", "pid, pid", "cgroup, cgroup"})
  void aNamespaceThatIsNotListedIsTheCallers(String type, String file, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().lasting().withoutNamespace(type);
    if (type.equals("uts")) {
      bundle.remove("/hostname");
    }
    int pid = bench.pid(bench.created(bundle));
    assertEquals(HostProcess.ownNamespace(file), HostProcess.namespace(pid, file));
  }

  @ParameterizedTest
  @CsvSource({"network, net", "ipc, ipc", "uts, uts", "pid, pid", "cgroup, cgroup"})
  void aNamespaceIsJoinedByPath(String type, String file, Workbench bench) throws IOException {
    int first = bench.pid(bench.running(bench.bundle().lasting()));
    Bundle bundle = bench.bundle().lasting().join(type, "/proc/" + first + "/ns/" + file);
    if (type.equals("uts")) {
      bundle.remove("/hostname");
    }
    int second = bench.pid(bench.running(bundle));
    assertEquals(HostProcess.namespace(first, file), HostProcess.namespace(second, file));
    for (String other : FILES) {
      if (!other.equals(file)) {
        assertNotEquals(
            HostProcess.namespace(first, other), HostProcess.namespace(second, other), other);
      }
    }
  }

  @Test
  void aPodsNamespacesAreJoinedTogether(Workbench bench) throws IOException {
    int first = bench.pid(bench.running(bench.bundle().lasting()));
    Bundle bundle = bench.bundle().script("ps | grep -c sleep; hostname").remove("/hostname");
    for (String[] pair :
        new String[][] {{"network", "net"}, {"ipc", "ipc"}, {"uts", "uts"}, {"pid", "pid"}}) {
      bundle.join(pair[0], "/proc/" + first + "/ns/" + pair[1]);
    }
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertTrue(Integer.parseInt(lines.get(0)) >= 1, lines::toString);
    assertEquals("jrun", lines.get(1));
  }

  @Test
  void aPathThatDoesNotExistIsNamed(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().join("network", "/nonexistent/ns"), id)
        .failsNaming(
            Jrun.name() + " create failed: ", "/nonexistent/ns", "no such file or directory");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/ns/uts", "/etc/passwd", "/dev/null", "/"})
  void aPathOfAnotherKindIsRefused(String path, Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().join("network", path), id)
        .failsNaming(Jrun.name() + " create failed: ", path);
    bench.assertNothingOf(id);
  }

  @Test
  void aRelativePathIsRefused(Workbench bench) {
    bench
        .create(bench.bundle().join("network", "proc/self/ns/net"), Workbench.id())
        .failsNaming("/linux/namespaces");
  }

  // SEC-12
  @Test
  void aPathOfSeventyThousandBytesIsACleanError(Workbench bench) {
    String id = Workbench.id();
    Outcome outcome =
        bench.create(bench.bundle().join("network", "/" + "x".repeat(70_000)), id).exits(1);
    assertEquals(1, outcome.err().lines().count());
    bench.assertNothingOf(id);
  }

  @Test
  void hostAndDomainNameAreSet(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/hostname", "some-host")
            .set("/domainname", "some.domain")
            .script("cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname");
    assertEquals("some-host\nsome.domain\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aHostNameWithoutANamespaceOfItsOwnIsRefused(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().withoutNamespace("uts"), id)
        .failsNaming(
            Jrun.name() + " create failed: ",
            "unable to set hostname without a private UTS namespace");
    bench.assertNothingOf(id);
  }

  @Test
  void aHostNameThatIsTooLongIsAnError(Workbench bench) {
    String id = Workbench.id();
    bench.create(bench.bundle().set("/hostname", "x".repeat(65)), id).failsNaming("hostname");
    bench.assertNothingOf(id);
  }

  @Test
  void theCgroupNamespacesRootIsTheContainersCgroup(Workbench bench) {
    Bundle bundle = bench.bundle().script("grep ^0: /proc/self/cgroup");
    assertEquals("0::/\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theNewNetworkHasALoopbackAndNothingElse(Workbench bench) {
    Bundle bundle = bench.bundle().script("ls /sys/class/net; ip addr show lo | grep -c 127.0.0.1");
    assertEquals("lo\n1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void withoutAMountNamespaceTheCreateIsRefused(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().withoutNamespace("mount"), id)
        .failsNaming(Jrun.name() + " create failed: ", "MNT namespace");
    bench.assertNothingOf(id);
  }

  @Test
  void theHostsMountsAreNotSeenInTheContainer(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script("cat /proc/self/mountinfo | wc -l; grep -c ' /work' /proc/self/mountinfo");
    List<String> lines = bench.run(bundle).lines();
    assertTrue(Integer.parseInt(lines.get(0)) < 40, lines::toString);
    assertEquals("0", lines.get(1));
  }
}
