// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sysctls are a container's own, and where they lie. */
class SysctlTest {
  private static String with(String key, String namespaces) {
    StringBuilder all = new StringBuilder("{'type':'mount'}");
    for (String each : namespaces.split(" ")) {
      all.append(each.isEmpty() ? "" : ",{'type':'" + each + "'}");
    }
    return "{'linux':{'namespaces':[" + all + "],'sysctl':{'" + key + "':'1'}}}";
  }

  @ParameterizedTest
  @CsvSource({
    "kernel.msgmax, ipc",
    "kernel.msgmnb, ipc",
    "kernel.msgmni, ipc",
    "kernel.sem, ipc",
    "kernel.shmall, ipc",
    "kernel.shmmax, ipc",
    "kernel.shmmni, ipc",
    "kernel.shm_rmid_forced, ipc",
    "fs.mqueue.msg_max, ipc",
    "net.core.somaxconn, network",
    "kernel.domainname, uts",
    "kernel.pid_max, pid",
    "vm.memfd_noexec, pid"
  })
  void aSysctlNeedsTheNamespaceItBelongsTo(String key, String namespace) {
    assertEquals(List.of(), Configs.problems(with(key, namespace)));
    assertEquals(1, Configs.problems(with(key, "")).size());
    String others = "ipc network pid uts".replace(namespace, "").replace("  ", " ").trim();
    assertEquals(1, Configs.problems(with(key, others)).size());
  }

  @ParameterizedTest
  @CsvSource({
    "net.ipv4.ip_forward, sys/net/ipv4/ip_forward",
    "net/ipv4/ip_forward, sys/net/ipv4/ip_forward",
    "net.ipv4.conf.eno2/100.rp_filter, sys/net/ipv4/conf/eno2.100/rp_filter",
    "net/ipv4/conf/eno2.100/rp_filter, sys/net/ipv4/conf/eno2.100/rp_filter"
  })
  void dotsAndSlashesSeparate(String key, String path) {
    assertEquals(path, Configs.parse(with(key, "network")).names().sysctls().get(0).path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net..ip_forward",
        ".net",
        "net.",
        "net/../../kernel/x",
        "net.ipv4.//.x",
        "net.a b",
        "net.a+b",
        "net.\u00e9",
        "/",
        ".",
        "net/./x"
      })
  void aNameThatIsNoneIsRefused(String key) {
    assertEquals(
        List.of(
            "/linux/sysctl/"
                + key.replace("/", "~1")
                + ": \""
                + key
                + "\" is not the name of a sysctl like net.ipv4.ip_forward"),
        Configs.problems(with(key, "network")));
  }

  @ParameterizedTest
  @CsvSource({
    "kernel.sem, IPC, ",
    "fs/mqueue/msg_max, IPC, ",
    "net/core/somaxconn, NETWORK, ",
    "kernel/domainname, UTS, ",
    "kernel/pid_max, PID, 6.14",
    "vm.memfd_noexec, PID, 6.3"
  })
  void aSysctlSaysWhoseItIsAndSinceWhen(String key, NamespaceType namespace, String since) {
    Sysctl sysctl = Configs.parse(with(key, "ipc network pid uts")).names().sysctls().get(0);
    assertEquals(namespace, sysctl.namespace());
    assertEquals(
        Optional.ofNullable(since), sysctl.since().map(each -> each.major() + "." + each.minor()));
  }

  @Test
  void theHostnameHasAFieldOfItsOwn() {
    assertEquals(
        List.of(
            "/linux/sysctl/kernel.hostname: sysctl \"kernel.hostname\" is not allowed as it"
                + " conflicts with the OCI \"hostname\" field"),
        Configs.problems(with("kernel.hostname", "uts")));
  }
}
