// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxNetDevice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network device of the host that becomes the container's. Source: config-linux.md "Network
 * Devices".
 *
 * @param device its name on the host
 * @param name its name in the container; "%d" in it stands for the first number that is free
 */
public record NetDevice(String device, String name, String pointer) {
  /** IFNAMSIZ of linux/if.h, with its NUL. */
  private static final int NAME_SIZE = 16;

  private static final String TEMPLATE = "%d";

  static List<NetDevice> parse(
      Map<String, LinuxNetDevice> declared, Namespaces namespaces, Problems problems) {
    if (declared == null || declared.isEmpty()) {
      return List.of();
    }
    problems.require(
        namespaces.isPrivate(NamespaceType.NETWORK),
        "/linux/netDevices",
        "unable to move network devices without a NET namespace: add {\"type\": \"network\"}");
    List<NetDevice> out = new ArrayList<>(declared.size());
    Map<String, NetDevice> named = new HashMap<>();
    for (Map.Entry<String, LinuxNetDevice> each : declared.entrySet()) {
      out.add(parse(each.getKey(), each.getValue(), named, problems));
    }
    return List.copyOf(out);
  }

  private static NetDevice parse(
      String device, LinuxNetDevice declared, Map<String, NetDevice> named, Problems problems) {
    String pointer = "/linux/netDevices/" + device.replace("~", "~0").replace("/", "~1");
    boolean renamed = declared.name() != null && !declared.name().isEmpty();
    String name = renamed ? declared.name() : device;
    boolean sound = isSound(device) && device.indexOf('%') < 0;
    problems.require(sound, pointer, "invalid network device name \"" + device + "\"");
    if (renamed) {
      problems.require(
          isSound(name) && isTemplateOrPlain(name),
          pointer + "/name",
          "invalid network device name \"" + name + "\"");
    }
    NetDevice out = new NetDevice(device, name, pointer);
    NetDevice other = out.isTemplate() ? null : named.putIfAbsent(name, out);
    if (other != null) {
      problems.add(
          pointer,
          "\"" + name + "\" is what " + other.device + " is to be called in the container already");
    }
    return out;
  }

  /** dev_valid_name of the kernel. */
  private static boolean isSound(String name) {
    return !name.isEmpty()
        && name.getBytes(StandardCharsets.UTF_8).length < NAME_SIZE
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == ':' || c <= ' ');
  }

  /** The kernel takes one "%d" and no other "%". */
  private static boolean isTemplateOrPlain(String name) {
    int percent = name.indexOf('%');
    return percent < 0 || percent == name.lastIndexOf('%') && name.startsWith(TEMPLATE, percent);
  }

  /** Whether the kernel is to choose a number for the name. */
  public boolean isTemplate() {
    return name.contains(TEMPLATE);
  }
}
