// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Linux;
import io.jrun.spec.LinuxNamespace;
import java.util.ArrayList;
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
  private final IdMappings mappings;
  private final String timeOffsets;

  private Namespaces(Map<NamespaceType, Entry> entries, IdMappings mappings, String timeOffsets) {
    this.entries = entries;
    this.mappings = mappings;
    this.timeOffsets = timeOffsets;
  }

  static Namespaces parse(Linux linux, Problems problems) {
    List<LinuxNamespace> declared = linux.namespaces();
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
    Namespaces out =
        new Namespaces(
            entries,
            IdMappings.parse(linux.uidMappings(), linux.gidMappings(), "/linux", problems),
            TimeOffsets.parse(linux.timeOffsets(), problems));
    out.check(problems);
    return out;
  }

  private void check(Problems problems) {
    if (isNew(NamespaceType.USER)) {
      String needed = "needed: a new user namespace maps nothing by itself";
      boolean none = mappings.uids().isEmpty() && mappings.gids().isEmpty();
      problems.require(!none, "/linux/uidMappings", needed);
      problems.require(!none, "/linux/gidMappings", needed);
    } else if (!isPrivate(NamespaceType.USER)) {
      String without = "only for a container with a user namespace: add {\"type\": \"user\"}";
      problems.require(mappings.uids().isEmpty(), "/linux/uidMappings", without);
      problems.require(mappings.gids().isEmpty(), "/linux/gidMappings", without);
    }
    problems.require(
        timeOffsets.isEmpty() || isNew(NamespaceType.TIME),
        "/linux/timeOffsets",
        isJoined(NamespaceType.TIME)
            ? "the time namespace is joined by path: its offsets cannot be changed any more"
            : "only for a container with a time namespace of its own: add {\"type\": \"time\"}");
  }

  /** Of the user namespace; {@link IdMappings#NONE} if there is none, or none are given. */
  public IdMappings mappings() {
    return mappings;
  }

  /** Lines for /proc/PID/timens_offsets; empty if there are none. */
  public String timeOffsets() {
    return timeOffsets;
  }

  /** Whether the container has a user namespace that is not the caller's. */
  public boolean hasUser() {
    return isPrivate(NamespaceType.USER);
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
    List<Entry> joined = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (!entry.isNew()) {
        joined.add(entry);
      }
    }
    return joined;
  }

  /** The flags for setns(2) of all that are not the caller's. */
  public long joinFlags() {
    long flags = 0;
    for (Entry entry : entries.values()) {
      flags |= entry.type().cloneFlag();
    }
    return flags;
  }

  /**
   * The flags for clone3(2) of those to make. The cgroup namespace is not among them, nor are user
   * and time: they are made before, for what has to be written to them first.
   */
  public long cloneFlags() {
    long flags = 0;
    for (Entry entry : entries.values()) {
      boolean apart =
          entry.type() == NamespaceType.CGROUP
              || entry.type() == NamespaceType.USER
              || entry.type() == NamespaceType.TIME;
      if (entry.isNew() && !apart) {
        flags |= entry.type().cloneFlag();
      }
    }
    return flags;
  }
}
