// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.cgroup.Enabling;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NetDevice;
import io.jrun.linux.Netlink;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.FoundNetDevice;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.RdtClass;
import io.jrun.plan.Rights;
import io.jrun.plan.Sockets;
import io.jrun.plan.process.HookSteps;
import io.jrun.spec.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cases of src/test/resources/plans: a directory each, with config.json, on demand
 * options.properties (what the command line and the host add), and what is expected of them:
 * plan.txt, or problems.txt where the config is refused.
 */
public final class PlanCases {
  public static final long ALL_CAPABILITIES = (1L << 41) - 1;
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "plans");

  private PlanCases() {}

  public static Path directory(String name) {
    return ROOT.resolve(name);
  }

  /** All cases, by name. */
  public static List<String> names() {
    try (Stream<Path> entries = Files.list(ROOT)) {
      return entries.map(p -> p.getFileName().toString()).sorted().collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that are carried out. */
  public static List<String> accepted() {
    return names().stream().filter(n -> !n.startsWith("refused-")).toList();
  }

  public static byte[] config(String name) {
    try {
      return Files.readAllBytes(directory(name).resolve("config.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The plan of a case. */
  public static LaunchPlan compile(String name) {
    return LaunchPlan.compile(input(name));
  }

  /** What the plan of a case is made of. */
  public static LaunchInput input(String name) {
    byte[] config = config(name);
    ContainerSpec spec = Bundle.parse(config, "/bundle");
    return LaunchInput.of(spec, onHost(spec, options(name)), new FixedDocuments(config));
  }

  /** A host that has the devices, with the indices 7, 8, ... and the address 10.0.0.1/24 each. */
  private static LaunchOptions onHost(ContainerSpec spec, LaunchOptions options) {
    byte[] address = {2, 24, 0, 0, 0, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1};
    List<FoundNetDevice> devices = new ArrayList<>();
    for (NetDevice each : spec.names().netDevices()) {
      devices.add(
          new FoundNetDevice(
              each, 7 + devices.size(), true, List.of(new Netlink.Address(address))));
    }
    HostFacts host = options.host();
    return new LaunchOptions(
        options.id(),
        options.bundle(),
        options.stateDirectory(),
        options.switches(),
        new HostFacts(
            host.rights(),
            host.capabilities(),
            host.cgroup(),
            host.mappers(),
            host.mounts(),
            new HostFacts.Devices(
                host.devices().nodes(),
                devices,
                spec.names().intelRdt().map(rdt -> new RdtClass(rdt, "/sys/fs/resctrl", false)))),
        options.sockets(),
        options.notifySocket());
  }

  public static LaunchPlan compile(ContainerSpec spec, byte[] config, LaunchOptions options) {
    return LaunchPlan.compile(spec, onHost(spec, options), new FixedDocuments(config));
  }

  /** What a case's file says: the plan's text, or a line for each problem. */
  public static String outcome(String name) {
    try {
      return PlanPrinter.print(compile(name), true);
    } catch (InvalidBundleException e) {
      return e.problems().stream()
          .map(Problem::toString)
          .collect(Collectors.joining("\n", "", "\n"));
    }
  }

  public static LaunchOptions options(String name) {
    Properties given = new Properties();
    Path file = directory(name).resolve("options.properties");
    if (Files.exists(file)) {
      try (var in = Files.newInputStream(file)) {
        given.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new LaunchOptions(
        "demo",
        "/bundle",
        "/run/jrun/demo",
        new LaunchOptions.Switches(
            Boolean.parseBoolean(given.getProperty("waits", "true")),
            Boolean.parseBoolean(given.getProperty("noPivot", "false")),
            Boolean.parseBoolean(given.getProperty("noNewKeyring", "false")),
            Integer.parseInt(given.getProperty("preserveFds", "0"))),
        facts(given),
        new Sockets(given.getProperty("consoleSocket", ""), given.getProperty("pidfdSocket", "")),
        Optional.empty());
  }

  private static HostFacts facts(Properties given) {
    String[] device = given.getProperty("device", "").split(" ");
    return new HostFacts(
        Rights.valueOf(given.getProperty("rights", "ROOT")),
        Long.decode(given.getProperty("capabilities", Long.toString(ALL_CAPABILITIES))),
        new HostFacts.Cgroup(
            "/sys/fs/cgroup",
            given.getProperty("cgroup", "/demo"),
            CgroupEntry.valueOf(given.getProperty("entry", "BORN")),
            enabling(given.getProperty("enabling", "")),
            List.of("cgroup.procs", "cgroup.threads"),
            Boolean.parseBoolean(given.getProperty("reused", "false")),
            given.containsKey("loadedDevices")
                ? OptionalLong.of(Long.parseLong(given.getProperty("loadedDevices")))
                : OptionalLong.empty()),
        words(given, "mappers"),
        new HostFacts.Mounts(
            given.getProperty("sharedParent", ""),
            words(given, "kernelTrees"),
            Boolean.parseBoolean(given.getProperty("treeNamespaces", "false"))),
        new HostFacts.Devices(
            device.length == 2 ? Map.of(device[0], device[1]) : Map.of(),
            List.of(),
            Optional.empty()));
  }

  private static List<String> words(Properties given, String key) {
    return given.containsKey(key) ? List.of(given.getProperty(key).split(" ")) : List.of();
  }

  /**
   * Written as "/sys/fs/cgroup:memory,pids /sys/fs/cgroup/a:memory"; after one more colon what else
   * is handed on, after a third one that the cgroup is to be threaded.
   */
  private static List<Enabling> enabling(String text) {
    return Stream.of(text.split(" "))
        .filter(each -> !each.isEmpty())
        .map(each -> each.split(":"))
        .map(
            each ->
                new Enabling(
                    each[0],
                    names(each[1]),
                    each.length > 2 ? names(each[2]) : List.of(),
                    each.length > 3))
        .toList();
  }

  private static List<String> names(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(","));
  }

  /** Documents without a time or a pid in them. */
  public record FixedDocuments(byte[] config) implements LaunchDocuments {
    @Override
    public byte[] creating() {
      return "{\"state\":\"creating\"}".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] hookState(String status) {
      return ("{\"status\":\"" + status + "\",\"pid\":" + HookSteps.PID_ROOM + "}")
          .getBytes(StandardCharsets.US_ASCII);
    }

    /** "Permit everything", twice. */
    @Override
    public byte[] filter() {
      return new byte[] {6, 0, 0, 0, 0, 0, -1, 0x7f, 6, 0, 0, 0, 0, 0, -1, 0x7f};
    }

    @Override
    public byte[] listenerState() {
      return ("{\"pid\":" + HookSteps.PID_ROOM + ",\"state\":{\"pid\":" + HookSteps.PID_ROOM + "}}")
          .getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** Prints every case: run in a JVM of its own that believes to be on another architecture. */
  public static void main(String[] arguments) {
    StringBuilder out = new StringBuilder();
    for (String name : names()) {
      out.append(name).append('\n').append(outcome(name));
    }
    System.out.write(
        out.toString().getBytes(StandardCharsets.UTF_8),
        0,
        out.toString().getBytes(StandardCharsets.UTF_8).length);
    System.out.flush();
  }
}
