// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A parameter of the kernel, one that a namespace of the container has for itself: any other would
 * change the host. Source: config-linux.md "Sysctl"; namespaces(7) and proc(5) for what belongs to
 * which.
 *
 * @param key as written
 * @param path below /proc: "sys/net/ipv4/ip_forward"
 */
public record Sysctl(String key, String path, String value, String pointer) {
  private static final Set<String> IPC =
      Set.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  /** Those that a pid namespace has for itself, and the version of Linux from which on it has. */
  private static final Map<String, Since> PID =
      Map.of("kernel.pid_max", new Since(6, 14), "vm.memfd_noexec", new Since(6, 3));

  /** A version of Linux. */
  public record Since(int major, int minor) {}

  static List<Sysctl> parse(
      Map<String, String> declared, Namespaces namespaces, Problems problems) {
    if (declared == null || declared.isEmpty()) {
      return List.of();
    }
    List<Sysctl> out = new ArrayList<>(declared.size());
    for (Map.Entry<String, String> each : declared.entrySet()) {
      String key = each.getKey();
      String pointer = "/linux/sysctl/" + key.replace("~", "~0").replace("/", "~1");
      String dotted = dotted(key);
      if (!isSound(dotted)) {
        problems.add(
            pointer, "\"" + key + "\" is not the name of a sysctl like net.ipv4.ip_forward");
        continue;
      }
      checkNamespace(key, dotted, pointer, namespaces, problems);
      out.add(new Sysctl(key, "sys/" + path(dotted), each.getValue(), pointer));
    }
    return List.copyOf(out);
  }

  /** The namespace it belongs to. */
  public NamespaceType namespace() {
    String dotted = dotted(key);
    if (dotted.startsWith("net.")) {
      return NamespaceType.NETWORK;
    }
    if (dotted.startsWith("user.")) {
      return NamespaceType.USER;
    }
    if (PID.containsKey(dotted)) {
      return NamespaceType.PID;
    }
    return dotted.equals("kernel.domainname") ? NamespaceType.UTS : NamespaceType.IPC;
  }

  /** From which version of Linux on it does; empty if always. */
  public Optional<Since> since() {
    return Optional.ofNullable(PID.get(dotted(key)));
  }

  /** Whether it is one of the network namespace. */
  public boolean isOfNetwork() {
    return namespace() == NamespaceType.NETWORK;
  }

  /**
   * With dots between the parts. Which of dot and slash separates is told by which comes first; the
   * other stands for a dot within a part, as in a device's name: sysctl(8).
   */
  private static String dotted(String key) {
    int slash = key.indexOf('/');
    int dot = key.indexOf('.');
    boolean slashed = slash >= 0 && (dot < 0 || slash < dot);
    return slashed ? swapped(key) : key;
  }

  private static String path(String dotted) {
    return swapped(dotted);
  }

  private static String swapped(String key) {
    char[] out = key.toCharArray();
    for (int i = 0; i < out.length; i++) {
      out[i] = out[i] == '.' ? '/' : out[i] == '/' ? '.' : out[i];
    }
    return new String(out);
  }

  /** No part may lead elsewhere: not empty, not "." or "..", of plain characters. */
  private static boolean isSound(String dotted) {
    for (String part : path(dotted).split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return dotted
        .chars()
        .allMatch(
            c ->
                c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || "._-/:@".indexOf(c) >= 0);
  }

  private static void checkNamespace(
      String key, String dotted, String pointer, Namespaces namespaces, Problems problems) {
    String named = "sysctl \"" + key + "\" ";
    if (IPC.contains(dotted) || dotted.startsWith("fs.mqueue.")) {
      problems.require(
          namespaces.isPrivate(NamespaceType.IPC),
          pointer,
          named + "is not allowed in the hosts ipc namespace");
    } else if (dotted.startsWith("net.")) {
      problems.require(
          namespaces.isPrivate(NamespaceType.NETWORK),
          pointer,
          named + "not allowed in host network namespace");
    } else if (dotted.equals("kernel.hostname") && namespaces.isPrivate(NamespaceType.UTS)) {
      problems.add(
          pointer, named + "is not allowed as it conflicts with the OCI \"hostname\" field");
    } else {
      boolean own =
          dotted.equals("kernel.domainname") && namespaces.isPrivate(NamespaceType.UTS)
              || PID.containsKey(dotted) && namespaces.isPrivate(NamespaceType.PID)
              || dotted.startsWith("user.") && namespaces.isPrivate(NamespaceType.USER);
      problems.require(own, pointer, named + "is not in a separate kernel namespace");
    }
  }
}
