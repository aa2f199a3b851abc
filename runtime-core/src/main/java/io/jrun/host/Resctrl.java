// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.container.IntelRdt;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import io.jrun.plan.RdtClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A command's dealings with resctrl, the file system of classes of service. */
public final class Resctrl {
  private Resctrl() {}

  /**
   * The class of service that a description asks for, as the host has it.
   *
   * @throws ContainerException naming the field, if the host has no classes, or not the one
   */
  public static Optional<RdtClass> find(ContainerSpec spec, String id) {
    Optional<IntelRdt> declared = spec.names().intelRdt();
    if (declared.isEmpty()) {
      return Optional.empty();
    }
    String mount = mount(Procfs.mounts());
    String directory = declared.get().directory(mount, id);
    boolean made = Files.isDirectory(Path.of(directory));
    check(declared.get(), directory, made);
    return Optional.of(new RdtClass(declared.get(), mount, made));
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

  private static void check(IntelRdt rdt, String directory, boolean made) {
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
}
