// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxNamespace;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces of a container: those made for it, those joined by path; the caller's for the
 * rest. Source: config-linux.md "Namespaces".
 */
public final class Namespaces {
  /**
   * One namespace.
   *
   * @param path absolute path of the one to join; empty to make a new one
   */
  public record Entry(NamespaceType type, String path, String pointer) {
    public boolean isNew() {
      return path.isEmpty();
    }
  }

  private final Map<NamespaceType, Entry> entries;

  private Namespaces(Map<NamespaceType, Entry> entries) {
    this.entries = entries;
  }

  static Namespaces parse(List<LinuxNamespace> declared, Problems problems) {
    Map<NamespaceType, Entry> entries = new EnumMap<>(NamespaceType.class);
    for (int i = 0; declared != null && i < declared.size(); i++) {
      LinuxNamespace each = declared.get(i);
      String pointer = "/linux/namespaces/" + i;
      NamespaceType type = each.type() == null ? null : NamespaceType.named(each.type());
      if (type == null) {
        problems.add(pointer + "/type", "unknown namespace type \"" + each.type() + "\"");
        continue;
      }
      String path = each.path() == null ? "" : each.path();
      problems.require(
          path.isEmpty() || path.startsWith("/"), pointer + "/path", "must be an absolute path");
      if (type == NamespaceType.USER || type == NamespaceType.TIME) {
        problems.add(
            pointer + "/type", type.specName() + " namespaces are not supported by this version");
      }
      if (entries.put(type, new Entry(type, path, pointer)) != null) {
        problems.add(pointer, "malformed spec file: duplicated ns \"" + type.specName() + "\"");
      }
    }
    problems.require(
        entries.containsKey(NamespaceType.MOUNT),
        "/linux/namespaces",
        "a private mount namespace (MNT namespace) is needed: without one the container's mounts"
            + " would be the host's;"
            + " add {\"type\": \"mount\"}");
    return new Namespaces(entries);
  }

  public Optional<Entry> get(NamespaceType type) {
    return Optional.ofNullable(entries.get(type));
  }

  /** Whether the container has one that is not the caller's. */
  public boolean isPrivate(NamespaceType type) {
    return entries.containsKey(type);
  }

  public boolean isNew(NamespaceType type) {
    return entries.containsKey(type) && entries.get(type).isNew();
  }

  public boolean isJoined(NamespaceType type) {
    return entries.containsKey(type) && !entries.get(type).isNew();
  }

  /** Those to join, in the order in which they are joined. */
  public List<Entry> joined() {
    return entries.values().stream().filter(e -> !e.isNew()).toList();
  }

  /** The flags for clone3(2) of those to make; the cgroup namespace is not among them. */
  public long cloneFlags() {
    long flags = 0;
    for (Entry entry : entries.values()) {
      if (entry.isNew() && entry.type() != NamespaceType.CGROUP) {
        flags |= entry.type().cloneFlag();
      }
    }
    return flags;
  }
}
