// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.checkpoint.CriuOptions;
import io.jrun.checkpoint.CriuRequest.CgroupMode;
import io.jrun.checkpoint.Externals;
import io.jrun.container.NamespaceType;
import io.jrun.failure.ContainerException;

/** Options that checkpoint and restore have in common, with runc's names and texts. */
final class CriuFlags {
  private CriuFlags() {}

  static void describe(Options options, boolean restores) {
    String images = restores ? "to restore from" : "for the images";
    options.add(
        Option.text("DIR", "directory " + images + ", default: ./checkpoint", "--image-path"));
    options.add(
        Option.text(
            "DIR", "directory for CRIU's log and its files, default: --image-path", "--work-path"));
    options.add(Option.flag("allow open TCP connections", "--tcp-established"));
    options.add(Option.flag("allow external Unix sockets", "--ext-unix-sk"));
    options.add(Option.flag("allow a terminal and a session of others'", "--shell-job"));
    options.add(Option.flag("handle file locks", "--file-locks"));
    options.add(Option.flag("leave pages of memory to a server of pages", "--lazy-pages"));
    options.add(
        Option.text(
            "MODE", "soft, full, strict or ignore; default: soft", "--manage-cgroups-mode"));
    options.add(Option.texts("NS", "namespace that is restored empty: network", "--empty-ns"));
    options.add(Option.flag("keep each page of memory in one image only", "--auto-dedup"));
  }

  static CriuOptions read(Arguments arguments, Invocation invocation) {
    String work = arguments.text("--work-path").orElse("");
    String images = arguments.text("--image-path").orElse("");
    return new CriuOptions(
        invocation.absolute(images.isEmpty() ? "checkpoint" : images),
        work.isEmpty() ? "" : invocation.absolute(work),
        arguments.flag("--tcp-established"),
        arguments.flag("--ext-unix-sk"),
        arguments.flag("--shell-job"),
        arguments.flag("--file-locks"),
        arguments.flag("--lazy-pages"),
        arguments.flag("--auto-dedup"),
        cgroupMode(arguments.text("--manage-cgroups-mode").orElse("")),
        emptyNamespaces(arguments));
  }

  private static CgroupMode cgroupMode(String word) {
    return switch (word) {
      case "", "soft" -> CgroupMode.SOFT;
      case "full" -> CgroupMode.FULL;
      case "strict" -> CgroupMode.STRICT;
      case "ignore" -> CgroupMode.IGNORE;
      default ->
          throw new ContainerException(
              "Invalid manage-cgroups-mode \"" + word + "\": soft, full, strict or ignore");
    };
  }

  private static long emptyNamespaces(Arguments arguments) {
    for (String each : arguments.texts("--empty-ns")) {
      if (!each.equals(NamespaceType.NETWORK.specName())) {
        throw new ContainerException(
            "namespace \"" + each + "\" is not supported: --empty-ns is for network");
      }
    }
    return Externals.emptyNamespaces();
  }
}
