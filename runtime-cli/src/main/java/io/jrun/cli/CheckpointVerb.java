// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.checkpoint.CheckpointRequest;
import io.jrun.checkpoint.PageServer;
import io.jrun.failure.ContainerException;
import io.jrun.verb.CheckpointContainer;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code jrun checkpoint}: a container's processes, written into images. */
final class CheckpointVerb extends ContainerVerb {
  CheckpointVerb() {
    super("checkpoint", "checkpoint a running container");
  }

  @Override
  String failurePrefix() {
    return "checkpoint failed: ";
  }

  @Override
  void describe(Options options) {
    CriuFlags.describe(options, false);
    options.add(
        Option.text(
            "DIR", "directory of earlier images, relative to --image-path", "--parent-path"));
    options.add(Option.flag("let the container run on", "--leave-running"));
    options.add(Option.flag("write memory alone, and let the container run on", "--pre-dump"));
    options.add(Option.flag("skip TCP connections in the making", "--tcp-skip-in-flight"));
    options.add(Option.flag("allow files that have no name any more", "--link-remap"));
    options.add(Option.text("FD", "descriptor to tell when pages can be asked for", "--status-fd"));
    options.add(Option.text("ADDRESS:PORT", "send pages to a server of pages", "--page-server"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new CheckpointContainer(invocation.session())
        .checkpoint(
            new CheckpointRequest(
                arguments.id(),
                CriuFlags.read(arguments, invocation),
                parent(arguments.text("--parent-path").orElse("")),
                arguments.flag("--leave-running"),
                arguments.flag("--pre-dump"),
                arguments.flag("--link-remap"),
                arguments.flag("--tcp-skip-in-flight"),
                pageServer(arguments.text("--page-server").orElse("")),
                statusFd(arguments.text("--status-fd").orElse(""))));
    return 0;
  }

  private static String parent(String path) {
    if (path.startsWith("/")) {
      throw new ContainerException("--parent-path must be relative");
    }
    return path;
  }

  private static Optional<PageServer> pageServer(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new ContainerException("Use --page-server ADDRESS:PORT to specify page server");
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port > 0 && port <= 0xffff) {
        return Optional.of(new PageServer(text.substring(0, colon), port));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ContainerException("Invalid port number: " + text.substring(colon + 1));
  }

  private static OptionalInt statusFd(String text) {
    if (text.isEmpty() || text.equals("-1")) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ContainerException("invalid value \"" + text + "\" for flag --status-fd");
  }
}
