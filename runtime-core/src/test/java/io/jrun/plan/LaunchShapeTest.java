// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.Capability;
import io.jrun.linux.Linux;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who begins with the root file system alone, and who with a copy of the host's mounts. */
class LaunchShapeTest {
  private static final long ALL = (1L << 41) - 1;
  private static final String BIND =
      "{'destination':'/a','type':'bind','source':'/srv/a','options':['bind']}";

  private static LaunchShape shape(
      String fragment, boolean treeNamespaces, Rights rights, long capabilities, boolean noPivot) {
    ContainerSpec spec = Configs.parse(fragment);
    HostFacts host =
        new HostFacts(
            rights,
            capabilities,
            new HostFacts.Cgroup("/sys/fs/cgroup", "/demo"),
            List.of(),
            new HostFacts.Mounts("", List.of(), treeNamespaces),
            HostFacts.Devices.NONE);
    return LaunchShape.of(
        spec,
        new LaunchOptions(
            "demo",
            "/bundle",
            "/run/jrun/demo",
            new LaunchOptions.Switches(true, noPivot, false, 0),
            host,
            Sockets.NONE,
            Optional.empty()));
  }

  private static LaunchShape shape(String fragment) {
    return shape(fragment, true, Rights.ROOT, ALL, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'mounts':[" + BIND + "]}",
        "{'mounts':[{'destination':'/a','type':'bind','source':'/bundle/data','options':['rbind']}]}",
        "{'mounts':[{'destination':'/a','type':'overlay','options':['lowerdir=/x:/y']}]}",
        "{'linux':{'rootfsPropagation':'private'}}",
        "{'linux':{'namespaces':[{'type':'mount'},{'type':'network','path':'/run/netns/a'}]}}",
        "{'linux':{'maskedPaths':['/proc/kcore']}}",
        "{'hooks':{'startContainer':[{'path':'/a'}],'poststart':[{'path':'/a'}],"
            + "'poststop':[{'path':'/a'}]}}"
      })
  void whatEnginesWriteBeginsWithTheRoot(String fragment) {
    LaunchShape shape = shape(fragment);
    assertTrue(shape.entersTree());
    assertEquals(0, shape.spawnFlags() & Linux.CLONE_NEWNS);
    assertFalse(shape.goesOnInClone());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'linux':{'rootfsPropagation':'shared'}}",
        "{'linux':{'rootfsPropagation':'rshared'}}",
        "{'hooks':{'prestart':[{'path':'/a'}]}}",
        "{'hooks':{'createRuntime':[{'path':'/a'}]}}",
        "{'hooks':{'createContainer':[{'path':'/a'}]}}",
        "{'linux':{'namespaces':[{'type':'mount','path':'/run/mnt'}]}}",
        "{'mounts':[{'destination':'/a','type':'bind','source':'/bundle/rootfs','options':['bind']}]}",
        "{'mounts':[{'destination':'/a','type':'bind','source':'/bundle/./rootfs/x',"
            + "'options':['bind']}]}",
        "{'mounts':[{'destination':'/a','type':'overlay',"
            + "'options':['lowerdir=/bundle/rootfs/x:/y']}]}"
      })
  void whoeverNeedsTheHostsMountsHasTheCopy(String fragment) {
    LaunchShape shape = shape(fragment);
    assertFalse(shape.entersTree());
    boolean joins = fragment.contains("/run/mnt");
    assertEquals(joins ? 0 : Linux.CLONE_NEWNS, shape.spawnFlags() & Linux.CLONE_NEWNS);
  }

  /** Those have ways of their own, in which init goes on in a clone. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'linux':{'namespaces':[{'type':'mount'},{'type':'user'}],"
            + "'uidMappings':[{'containerID':0,'hostID':1000,'size':9}],"
            + "'gidMappings':[{'containerID':0,'hostID':1000,'size':9}]}}",
        "{'linux':{'namespaces':[{'type':'mount'},{'type':'time'}]}}",
        "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid','path':'/proc/7/ns/pid'}]}}"
      })
  void whoGoesOnInACloneIsBornIntoItsMountNamespace(String fragment) {
    LaunchShape shape = shape(fragment);
    assertFalse(shape.entersTree());
    assertTrue(shape.goesOnInClone());
    assertTrue((shape.forkFlags() & Linux.CLONE_NEWNS) != 0);
  }

  @ParameterizedTest
  @CsvSource({
    "true,  ROOT,           true,  false, true",
    "false, ROOT,           true,  false, false",
    "true,  NAMESPACE_ROOT, true,  false, false",
    "true,  ROOT,           false, false, false",
    "true,  ROOT,           true,  true,  false"
  })
  void kernelRightsAndPivotDecide(
      boolean known, Rights rights, boolean mayChroot, boolean noPivot, boolean enters) {
    long capabilities = mayChroot ? ALL : ALL & ~Capability.CAP_SYS_CHROOT.bit();
    assertEquals(enters, shape("{}", known, rights, capabilities, noPivot).entersTree());
  }

  /** Each of them may hold a descriptor until it is attached. */
  @Test
  void moreThanSixtyFourMountsAreTakenOneByOne() {
    String most = String.join(",", Collections.nCopies(64, BIND));
    assertTrue(shape("{'mounts':[" + most + "]}").entersTree());
    assertFalse(shape("{'mounts':[" + most + "," + BIND + "]}").entersTree());
  }
}
