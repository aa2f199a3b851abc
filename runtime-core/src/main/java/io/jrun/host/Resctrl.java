// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.container.IntelRdt;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A command's dealings with resctrl, the file system of classes of service. */
public final class Resctrl {
  private Resctrl() {}

  /**
   * The description with what the host has of its class of service.
   *
   * @throws ContainerException naming the field, if the host has no classes, or not the one
   */
  public static ContainerSpec find(ContainerSpec spec, String id) {
    Optional<IntelRdt> declared = spec.names().intelRdt();
    if (declared.isEmpty()) {
      return spec;
    }
    String mount = mount(Procfs.mounts());
    IntelRdt rdt = declared.get().with(new IntelRdt.OnHost(mount, false));
    boolean made = Files.isDirectory(Path.of(rdt.directory(id)));
    check(rdt, id, made);
    return spec.withIntelRdt(rdt.with(new IntelRdt.OnHost(mount, made)));
  }

  private static String mount(List<Procfs.Mount> mounts) {
    for (Procfs.Mount each : mounts) {
      if (each.type().equals("resctrl")) {
        return each.path();
      }
    }
    throw new ContainerException(
        "/linux/intelRdt: intelRdt is specified in config, but Intel RDT is not enabled: mount"
            + " resctrl (mount -t resctrl resctrl /sys/fs/resctrl) where the processor has it, or"
            + " remove the field");
  }

  private static void check(IntelRdt rdt, String id, boolean made) {
    String directory = rdt.directory(id);
    if (rdt.closId().isEmpty()) {
      require(
          !made,
          "",
          "the class of service " + directory + " is there already: remove it, or take another id");
    } else if (!made) {
      require(
          !rdt.schemata().isEmpty(),
          "/closID",
          "the class of service "
              + directory
              + " is not there: make it, or say in schemata what it gets");
    } else if (!rdt.schemata().isEmpty()) {
      Optional<String> missing = rdt.missing(Procfs.read(directory + "/schemata").orElse(""));
      require(
          missing.isEmpty(),
          "/closID",
          "the schemata of "
              + directory
              + " do not match: it has no \""
              + missing.orElse("")
              + "\": take another class, or leave the schemata out");
    }
  }

  private static void require(boolean condition, String field, String message) {
    if (!condition) {
      throw new ContainerException("/linux/intelRdt" + field + ": " + message);
    }
  }

  /** The directory of what goes with a container; empty if nothing does. */
  public static String removedWith(ContainerSpec spec, String id) {
    Optional<IntelRdt> rdt = spec.names().intelRdt();
    return rdt.isPresent() ? rdt.get().removed(id) : "";
  }
}
