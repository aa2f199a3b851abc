// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Network devices: moved, renamed, with what they are to keep; and back if the launch fails. */
@ExtendWith(ResidueExtension.class)
class NetDevicesIT {
  private static final String MAC = "02:00:00:00:00:07";

  /** A network with the ends of a veth, one of them with all that can be kept and lost. */
  private static Network network() {
    Network network = new Network();
    network.ip("link", "add", "v0", "address", MAC, "mtu", "1400", "type", "veth", "peer", "v1");
    network.ip("addr", "add", "10.7.0.1/24", "brd", "10.7.0.255", "dev", "v0");
    network.ip("addr", "add", "10.7.0.2/24", "dev", "v0");
    network.ip("-6", "addr", "add", "fd07::7/64", "dev", "v0", "nodad");
    network.ip("addr", "add", "10.8.0.1/24", "scope", "link", "dev", "v0");
    network.ip("addr", "add", "10.9.0.1/24", "dev", "v0", "valid_lft", "999", "preferred_lft", "9");
    network.ip("link", "set", "v0", "up");
    return network;
  }

  private static Bundle with(Bundle bundle, Object devices) {
    return bundle.set("/linux/netDevices", devices);
  }

  private static Map<String, String> named(String name) {
    return Map.of("name", name);
  }

  private static void assertHasAll(String shown) {
    for (String each : List.of("10.7.0.1/24 brd 10.7.0.255", "10.7.0.2/24", "fd07::7/64")) {
      assertTrue(shown.contains(each), () -> each + " in " + shown);
    }
    assertTrue(shown.contains("mtu 1400") && shown.contains(MAC), shown);
    assertTrue(shown.contains(",UP"), shown);
  }

  @Test
  @Tag("smoke")
  void aDeviceIsMovedWithAllThatItKeeps(Workbench bench) throws Exception {
    try (Network network = network()) {
      Bundle bundle = with(bench.bundle(), Map.of("v0", named("eth7")));
      bundle.script("ip addr show dev eth7; ip link show dev v0 2>&1");
      Jrun run = network.within(bench.runCommand(bundle, Workbench.id()));
      Outcome outcome = run.run();
      String shown = outcome.out();
      assertHasAll(shown);
      assertFalse(shown.contains("10.8.0.1") || shown.contains("10.9.0.1"), shown);
      assertTrue(shown.contains("can't find device 'v0'"), shown);
      // It ends with the namespace and is not brought back; the other end goes with it.
      Workbench.await("the end of the veth", () -> network.devices().isEmpty());
    }
  }

  @Test
  void namesAreKeptOrMadeUpByTheKernel(Workbench bench) throws Exception {
    try (Network network = network()) {
      network.ip("tuntap", "add", "t0", "mode", "tap");
      network.ip("link", "add", "w0", "type", "veth", "peer", "w1");
      Bundle bundle =
          with(bench.bundle(), Map.of("v0", named("eth%d"), "w0", named("eth%d"), "t0", Map.of()));
      bundle.script("ls /sys/class/net | sort | xargs echo");
      Outcome outcome = network.within(bench.runCommand(bundle, Workbench.id())).run();
      assertEquals("eth0 eth1 lo t0\n", outcome.succeedsSilently().out());
    }
  }

  @Test
  void aCreatedContainerHasThemAndSoHaveItsHooks(Workbench bench) throws Exception {
    try (Network network = network()) {
      Bundle bundle = with(bench.bundle().lasting(), Map.of("v0", named("eth7")));
      String seen = bench.directory().resolve("seen").toString();
      bundle.hook(
          "createRuntime",
          Map.of(
              "path",
              "/bin/sh",
              "args",
              List.of(
                  "sh",
                  "-c",
                  "nsenter --net=/proc/$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')/ns/net ip -brief"
                      + " link >"
                      + seen),
              "env",
              List.of("PATH=" + System.getenv("PATH"))));
      bundle.hook(
          "createContainer",
          Map.of(
              "path",
              "/bin/sh",
              "args",
              List.of("sh", "-c", "ip addr show dev eth7 >" + seen + "-inside"),
              "env",
              List.of("PATH=" + System.getenv("PATH"))));
      String id = bench.keep(Workbench.id());
      network.within(bench.createCommand(bundle, id)).run().succeedsSilently();
      String hook = Files.readString(Path.of(seen));
      assertTrue(hook.contains("eth7"), hook);
      assertHasAll(Files.readString(Path.of(seen + "-inside")));
      assertEquals(List.of("v1"), network.devices());
      bench.start(id).succeedsSilently();
      assertHasAll(bench.exec(id, "ip", "addr", "show", "dev", "eth7").succeedsSilently().out());
    }
  }

  @Test
  void theContainerMayHaveAUserNamespace(Workbench bench) throws Exception {
    try (Network network = network()) {
      List<Object> one = List.of(Map.of("containerID", 0, "hostID", 100000, "size", 10));
      Bundle bundle = with(bench.bundle(), Map.of("v0", named("eth7")));
      // The container's root makes what is missing there.
      Files.setPosixFilePermissions(bundle.rootfs(), PosixFilePermissions.fromString("rwxrwxrwx"));
      bundle.set("/linux/namespaces/-", Map.of("type", "user"));
      bundle.set("/linux/uidMappings", one).set("/linux/gidMappings", one);
      bundle.script("ip addr show dev eth7");
      Outcome outcome = network.within(bench.runCommand(bundle, Workbench.id())).run();
      assertHasAll(outcome.succeedsSilently().out());
    }
  }

  /** It fails after the move, and before or after the container is on record. */
  @ParameterizedTest
  @ValueSource(strings = {"create", "run", "run --detach"})
  void aLaunchThatFailsGivesThemBack(String verb, Workbench bench) throws Exception {
    try (Network network = network()) {
      network.ip("link", "add", "w0", "type", "veth", "peer", "w1");
      Bundle bundle =
          with(bench.bundle(), Map.of("v0", named("eth7"), "w0", named("eth%d")))
              .executable("/bin/odd", "#!/no/such/interpreter\n")
              .args("/bin/odd");
      if (verb.equals("create")) {
        bundle.args("/no/such/program");
      }
      bundle.write();
      String id = Workbench.id();
      List<String> words = new ArrayList<>(List.of(verb.split(" ")));
      words.addAll(List.of("--bundle", bundle.directory().toString(), id));
      network
          .within(bench.command(words.toArray(String[]::new)))
          .run()
          .failsNaming("no such file or directory");
      bench.assertNothingOf(id);
      assertHasAll(network.ip("addr", "show", "dev", "v0"));
      assertEquals(List.of("v0", "v1", "w0", "w1"), network.devices());
      String other = network.ip("addr", "show", "dev", "w0");
      assertFalse(other.contains(",UP"), other);
    }
  }

  @Test
  void aNameThatIsTakenInTheNamespaceFailsAndGivesBackWhatWasMoved(Workbench bench)
      throws Exception {
    try (Network network = network();
        Network pod = new Network()) {
      pod.ip("link", "add", "eth7", "type", "veth", "peer", "eth8");
      network.ip("tuntap", "add", "t0", "mode", "tap");
      Map<String, Object> devices = new LinkedHashMap<>();
      devices.put("t0", Map.of());
      devices.put("v0", named("eth7"));
      Bundle bundle = with(bench.bundle().join("network", pod.path().toString()), devices);
      String id = Workbench.id();
      network
          .within(bench.createCommand(bundle, id))
          .run()
          .failsNaming(
              "/linux/netDevices/v0: the container's network namespace has a device eth7 already");
      bench.assertNothingOf(id);
      assertEquals(List.of("t0", "v0", "v1"), network.devices());
      assertEquals(List.of("eth7", "eth8"), pod.devices());
      // A template goes round it; the pod outlives the container, and keeps the device.
      with(bundle, Map.of("v0", named("eth%d"))).script("ip addr show dev eth0");
      Outcome run = network.within(bench.runCommand(bundle, Workbench.id())).run();
      assertHasAll(run.succeedsSilently().out());
      assertEquals(List.of("eth0", "eth7", "eth8"), pod.devices());
    }
  }

  @Test
  void aDeviceThatIsNotThereIsNamedBeforeAnythingIsDone(Workbench bench) throws Exception {
    try (Network network = network()) {
      String id = Workbench.id();
      Bundle bundle = with(bench.bundle(), Map.of("v0", Map.of(), "nix", Map.of()));
      network
          .within(bench.createCommand(bundle, id))
          .run()
          .failsNaming("/linux/netDevices/nix: network device nix: no such device");
      bench.assertNothingOf(id);
      assertEquals(List.of("v0", "v1"), network.devices());
    }
  }

  @Test
  void aDeviceThatCannotBeMovedIsNamed(Workbench bench) throws Exception {
    try (Network network = network()) {
      String id = Workbench.id();
      network
          .within(bench.createCommand(with(bench.bundle(), Map.of("lo", named("lo9"))), id))
          .run()
          .failsNaming(
              "/linux/netDevices/lo: move network device lo: ",
              "EINVAL",
              "stay in the network namespace they were made in");
      bench.assertNothingOf(id);
    }
  }

  @Test
  void theCallersOwnNamespaceIsNoPlaceToMoveTo(Workbench bench) throws Exception {
    try (Network network = network()) {
      for (Bundle bundle :
          List.of(
              bench.bundle().withoutNamespace("network"),
              bench.bundle().join("network", "/proc/self/ns/net"),
              bench.bundle().join("network", network.path().toString()))) {
        String id = Workbench.id();
        network
            .within(bench.createCommand(with(bundle, Map.of("v0", Map.of())), id))
            .run()
            .failsNaming("unable to move network devices without a NET namespace");
        bench.assertNothingOf(id);
      }
      assertEquals(List.of("v0", "v1"), network.devices());
    }
  }
}
