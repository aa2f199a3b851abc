// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sysctls: the container's own are set, the host's are left alone. */
@ExtendWith(ResidueExtension.class)
class SysctlIT {

  @Test
  @Tag("smoke")
  void whatIsSetIsTheContainersAndNotTheHosts(Workbench bench) throws Exception {
    Path host = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    String before = Files.readString(host);
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/linux/sysctl",
                Map.of(
                    "net.ipv4.ip_unprivileged_port_start", "77",
                    "net/ipv4/ping_group_range", "0 4711",
                    "kernel.msgmax", "4242",
                    "kernel.sem", "250 32000\n100 99\n",
                    "kernel.domainname", "mine",
                    "fs.mqueue.msg_max", "11",
                    "net.ipv4.conf.lo.rp_filter", "2"))
            .script(
                "cd /proc/sys; cat net/ipv4/ip_unprivileged_port_start net/ipv4/ping_group_range"
                    + " kernel/msgmax kernel/sem kernel/domainname fs/mqueue/msg_max"
                    + " net/ipv4/conf/lo/rp_filter");
    assertEquals(
        List.of("77", "0\t4711", "4242", "250\t32000\t100\t99", "mine", "11", "2"),
        bench.run(bundle).succeedsSilently().lines());
    assertEquals(before, Files.readString(host));
  }

  /** From Linux 6.14 on; before that it is the host's. */
  @Test
  void theMostPidsAreThePidNamespacesFromTheKernelOnThatHasIt(Workbench bench) throws Exception {
    Path host = Path.of("/proc/sys/kernel/pid_max");
    String before = Files.readString(host);
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/sysctl", Map.of("kernel.pid_max", "1234"))
            .args("cat", "/proc/sys/kernel/pid_max");
    if (HostProcess.isKernelAtLeast(6, 14)) {
      assertEquals("1234\n", bench.run(bundle).succeedsSilently().out());
      bench
          .run(bundle.join("pid", "/proc/self/ns/pid"))
          .failsNaming(
              "/linux/sysctl/kernel.pid_max: sysctl \"kernel.pid_max\" is not in a separate kernel"
                  + " namespace: the one to join is the caller's own");
    } else {
      bench
          .run(bundle)
          .failsNaming(
              "/linux/sysctl/kernel.pid_max: sysctl \"kernel.pid_max\" is not in a separate kernel"
                  + " namespace: a pid namespace has its own from Linux 6.14 on, and this is ");
    }
    bench
        .run(bundle.withoutNamespace("pid"))
        .failsNaming("sysctl \"kernel.pid_max\" is not in a separate kernel namespace");
    assertEquals(before, Files.readString(host));
  }

  /** A kernel namespace by path may be the caller's own, whichever it is. */
  @Test
  void theHostsIpcByPathIsTheHostsToo(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle =
        bench
            .bundle()
            .join("ipc", "/proc/self/ns/ipc")
            .set("/linux/sysctl", Map.of("kernel.shm_rmid_forced", "1"));
    bench
        .create(bundle, id)
        .failsNaming(
            "/linux/sysctl/kernel.shm_rmid_forced: sysctl \"kernel.shm_rmid_forced\" is not in a"
                + " separate kernel namespace: the one to join is the caller's own");
    bench.assertNothingOf(id);
  }

  @Test
  void oneThatCanOnlyBeWrittenIsWritten(Workbench bench) {
    Bundle bundle =
        bench.bundle().set("/linux/sysctl", Map.of("net.ipv4.route.flush", "1")).args("true");
    bench.run(bundle).succeedsSilently();
  }

  @Test
  void theContainersOwnProcIsNotTrusted(Workbench bench) throws Exception {
    // SEC-22: a /proc/sys of the image's making records what is written to it.
    Bundle bundle = bench.bundle().withoutMount("/proc").set("/linux/maskedPaths", List.of());
    bundle.set("/linux/readonlyPaths", List.of());
    Files.createDirectories(bundle.inside("/proc/sys/net/core"));
    Path inside = Files.createFile(bundle.inside("/proc/sys/net/core/somaxconn"));
    bundle.set("/linux/sysctl", Map.of("net.core.somaxconn", "77")).args("true");
    bench.run(bundle).succeedsSilently();
    assertEquals("", Files.readString(inside));
  }

  @ParameterizedTest
  @CsvSource({
    "vm.overcommit_memory, 'sysctl \"vm.overcommit_memory\" is not in a separate kernel namespace'",
    "kernel.hostname, 'sysctl \"kernel.hostname\" is not allowed as it conflicts with the OCI"
        + " \"hostname\" field'",
    "net.core.x y, is not the name of a sysctl"
  })
  void whatIsNotTheContainersIsRefused(String key, String message, Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/linux/sysctl", Map.of(key, "1")), id)
        .failsNaming("/linux/sysctl/", message);
    bench.assertNothingOf(id);
  }

  @Test
  void theHostsNetworkByPathIsTheHostsToo(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle =
        bench
            .bundle()
            .join("network", "/proc/self/ns/net")
            .set("/linux/sysctl", Map.of("net.core.somaxconn", "1"));
    bench
        .create(bundle, id)
        .failsNaming("sysctl \"net.core.somaxconn\" not allowed in host network namespace");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({"net.ipv4.no_such_thing, 1, ENOENT", "net.core.somaxconn, many, EINVAL"})
  void whatTheKernelRefusesIsNamed(String key, String value, String errno, Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/linux/sysctl", Map.of(key, value)), id)
        .failsNaming("/linux/sysctl/" + key, "set " + key + " to " + value, errno);
    bench.assertNothingOf(id);
  }
}
