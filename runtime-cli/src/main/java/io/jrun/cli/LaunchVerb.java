// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.Sockets;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What create, run, plan and restore have in common: the options of a launch. */
abstract class LaunchVerb extends Verb {
  LaunchVerb(String name, String summary) {
    super(name, "<container-id>", summary);
  }

  @Override
  final int minArguments() {
    return 1;
  }

  @Override
  final int maxArguments() {
    return 1;
  }

  @Override
  final String failurePrefix() {
    return "jrun " + name() + " failed: ";
  }

  @Override
  void describe(Options options) {
    options.add(bundle());
    options.add(consoleSocket());
    options.add(
        Option.text("PATH", "AF_UNIX socket that receives a pidfd of init", "--pidfd-socket"));
    options.add(pidFile());
    options.add(
        Option.flag("do not use pivot_root, but chroot (for an initial ramdisk)", "--no-pivot"));
    options.add(Option.flag("keep the caller's session keyring", "--no-new-keyring"));
    options.add(
        Option.text("N", "descriptors from 3 up that the container inherits", "--preserve-fds"));
  }

  static Option bundle() {
    return Option.text(
        "DIR", "path to the bundle directory, default: the current one", "--bundle", "-b");
  }

  static Option consoleSocket() {
    return Option.text(
        "PATH", "AF_UNIX socket that receives the master end of the terminal", "--console-socket");
  }

  static Option pidFile() {
    return Option.text("PATH", "file to write init's pid to", "--pid-file");
  }

  final LaunchRequest request(Arguments arguments, Invocation invocation) {
    String pidFile = arguments.text("--pid-file").orElse("");
    return new LaunchRequest(
        arguments.id(),
        invocation.absolute(arguments.text("--bundle").orElse(".")),
        pidFile.isEmpty() ? Optional.empty() : Optional.of(invocation.absolute(pidFile)),
        sockets(arguments, invocation),
        arguments.flag("--no-pivot"),
        arguments.flag("--no-new-keyring"),
        number(arguments.text("--preserve-fds")),
        invocation.listenFds(),
        invocation.rootless(),
        invocation.cgroupManager());
  }

  /** The sockets of a caller who waits for a terminal or a pidfd; exec has the same options. */
  static Sockets sockets(Arguments arguments, Invocation invocation) {
    return new Sockets(
        socket("--console-socket", arguments, invocation),
        socket("--pidfd-socket", arguments, invocation));
  }

  private static String socket(String option, Arguments arguments, Invocation invocation) {
    String given = arguments.text(option).orElse("");
    String path = given.isEmpty() ? "" : invocation.absolute(given);
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.getBytes(StandardCharsets.UTF_8).length > Sockets.MAX_NAME) {
      throw new ContainerException(
          option + ": the name of the socket is longer than " + Sockets.MAX_NAME + " bytes");
    }
    return path;
  }

  static int number(Optional<String> text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= 0 && number <= 0xffff) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ContainerException("invalid value \"" + text.get() + "\" for flag --preserve-fds");
  }
}
