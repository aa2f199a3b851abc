// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import io.jrun.wire.CallerContext;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/** Refuses what this host, or this caller, cannot have, before anything is done. */
public final class HostChecks {
  private HostChecks() {}

  /** Refuses what this host, or this caller, cannot have. */
  public static void check(ContainerSpec spec, CallerContext caller) {
    checkKernel();
    checkRootfs(spec);
    if (spec.process().labels().isPresent()) {
      SecurityModules.require(spec.process().labels().get());
    }
    if (!spec.rootfs().label().isEmpty()) {
      SecurityModules.requireSelinux("/linux/mountLabel");
    }
    HostNamespaces.check(spec, caller.pid());
  }

  /** cgroup.kill is of 5.14; everything else that is needed is older. */
  private static void checkKernel() {
    if (!Procfs.isKernelAtLeast(5, 14)) {
      throw new ContainerException(
          "Linux 5.14 or later is needed, and this is " + Procfs.kernelRelease());
    }
  }

  /** Whether SCHED_OTHER and SCHED_BATCH have a slice, in the field of a runtime. */
  public static boolean hasSlices() {
    return Procfs.isKernelAtLeast(6, 12);
  }

  private static void checkRootfs(ContainerSpec spec) {
    Path rootfs = Path.of(spec.rootfs().path());
    String where = "invalid rootfs: /root/path: " + rootfs + ": ";
    try {
      if (!Files.readAttributes(rootfs, BasicFileAttributes.class).isDirectory()) {
        throw new ContainerException(where + "not a directory");
      }
    } catch (NoSuchFileException e) {
      if (CallersNames.everybodys(spec.rootfs().path()).isEmpty()) {
        return; // init will see: it is the caller's child, and no core is
      }
      throw new ContainerException(where + "no such file or directory", e);
    } catch (AccessDeniedException e) {
      throw new ContainerException(where + "permission denied", e);
    } catch (FileSystemException e) {
      throw new ContainerException(where + e.getReason().toLowerCase(Locale.ROOT), e);
    } catch (IOException e) {
      throw new ContainerException(where + e.getMessage(), e);
    }
  }
}
