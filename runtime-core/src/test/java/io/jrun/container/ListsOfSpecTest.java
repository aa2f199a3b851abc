// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Linux;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Device rules, hooks, namespaces: lists whose entries are checked one by one. */
class ListsOfSpecTest {
  private static List<DeviceRule> devices(String rules) {
    return Configs.parse("{'linux':{'resources':{'devices':" + rules + "}}}").cgroup().devices();
  }

  @Test
  void whatADeviceRuleDoesNotSayMeansAll() {
    assertEquals(
        List.of(
            new DeviceRule(false, 'a', -1, -1, "rwm"),
            new DeviceRule(true, 'c', 1, -1, "r"),
            new DeviceRule(true, 'b', -1, 4294967295L, "mw"),
            new DeviceRule(true, 'a', -1, -1, "rwm")),
        devices(
            "[{'allow':false},{'allow':true,'type':'c','major':1,'access':'r'},"
                + "{'allow':true,'type':'b','major':-1,'minor':4294967295,'access':'mw'},"
                + "{'allow':true,'type':'','access':''}]"));
  }

  @Test
  void wrongDeviceRulesAreRefusedByIndexAndField() {
    assertEquals(
        List.of(
            "/linux/resources/devices/1/type: must be \"a\", \"b\" or \"c\", not \"p\"",
            "/linux/resources/devices/1/access: must be made of r, w and m, not \"rx\"",
            "/linux/resources/devices/1/major: must be a device number or -1 for any",
            "/linux/resources/devices/1/minor: must be a device number or -1 for any"),
        Configs.problems(
            "{'linux':{'resources':{'devices':[{'allow':true},{'allow':true,'type':'p','access':'rx',"
                + "'major':-2,'minor':4294967296}]}}}"));
  }

  @Test
  void aHookHasItsPathAsItsOnlyArgumentUnlessItSaysOthers() {
    HooksSpec hooks =
        Configs.parse(
                "{'hooks':{'prestart':[{'path':'/a'},{'path':'/b','args':[]},"
                    + "{'path':'/c','args':['x','y'],'env':['A=b'],'timeout':2147483647}],'poststop':[]}}")
            .hooks();
    assertEquals(
        List.of(
            new HookSpec("/a", List.of("/a"), Optional.empty(), 0, "/hooks/prestart/0"),
            new HookSpec("/b", List.of("/b"), Optional.empty(), 0, "/hooks/prestart/1"),
            new HookSpec(
                "/c",
                List.of("x", "y"),
                Optional.of(List.of("A=b")),
                2147483647000L,
                "/hooks/prestart/2")),
        hooks.prestart());
    assertEquals(List.of(), hooks.poststop());
  }

  @Test
  void wrongHooksOfAnyKindAreRefused() {
    for (String kind :
        List.of(
            "prestart",
            "createRuntime",
            "createContainer",
            "startContainer",
            "poststart",
            "poststop")) {
      assertEquals(
          List.of(
              "/hooks/" + kind + "/0/path: must be an absolute path",
              "/hooks/" + kind + "/0/timeout: must be greater than 0"),
          Configs.problems("{'hooks':{'" + kind + "':[{'path':'bin/x','timeout':0}]}}"));
    }
  }

  @Test
  void namespacesAreNewJoinedOrTheCallers() {
    Namespaces namespaces =
        Configs.parse(
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'network','path':'/n'},"
                    + "{'type':'cgroup'},{'type':'pid'},{'type':'ipc','path':'/i'}]}}")
            .namespaces();
    assertTrue(namespaces.isNew(NamespaceType.MOUNT) && namespaces.isPrivate(NamespaceType.MOUNT));
    assertTrue(
        namespaces.isJoined(NamespaceType.NETWORK) && namespaces.isPrivate(NamespaceType.NETWORK));
    assertFalse(
        namespaces.isNew(NamespaceType.UTS)
            || namespaces.isJoined(NamespaceType.UTS)
            || namespaces.isPrivate(NamespaceType.UTS));
    assertTrue(namespaces.get(NamespaceType.UTS).isEmpty());
    assertEquals(
        "/linux/namespaces/1", namespaces.get(NamespaceType.NETWORK).orElseThrow().pointer());
    // The cgroup namespace is made by init itself, in the cgroup it was born in.
    assertEquals(Linux.CLONE_NEWNS | Linux.CLONE_NEWPID, namespaces.cloneFlags());
    assertEquals(
        List.of("/i", "/n"), namespaces.joined().stream().map(Namespaces.Entry::path).toList());
  }

  @Test
  void namespacesAreJoinedInOneOrderWhateverTheDocuments() {
    List<Namespaces.Entry> joined =
        Configs.parse(
                "{'linux':{'namespaces':[{'type':'mount','path':'/m'},{'type':'pid','path':'/p'},"
                    + "{'type':'network','path':'/n'},{'type':'uts','path':'/u'},"
                    + "{'type':'ipc','path':'/i'},{'type':'cgroup','path':'/c'}]}}")
            .namespaces()
            .joined();
    assertEquals(
        List.of("cgroup", "ipc", "uts", "network", "pid", "mount"),
        joined.stream().map(e -> e.type().specName()).toList());
  }
}
