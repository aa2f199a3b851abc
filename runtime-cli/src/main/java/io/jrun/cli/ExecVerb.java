// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.container.ExecOverrides;
import io.jrun.verb.ExecContainer;
import io.jrun.verb.ExecRequest;
import java.util.List;
import java.util.Optional;

/** {@code jrun exec}: one more process in a container. */
final class ExecVerb extends Verb {
  ExecVerb() {
    super(
        "exec",
        "<container-id> <command> [command options] || -p process.json <container-id>",
        "execute a new process inside a container");
  }

  @Override
  boolean stopsAtArgument() {
    return true;
  }

  @Override
  int minArguments() {
    return 1;
  }

  @Override
  int maxArguments() {
    return Integer.MAX_VALUE;
  }

  @Override
  String failurePrefix() {
    return "exec failed: ";
  }

  /** 1 may be the program's. */
  @Override
  int failureCode() {
    return 255;
  }

  @Override
  void describe(Options options) {
    options.add(Option.text("FILE", "JSON document that describes the process", "--process", "-p"));
    options.add(Option.flag("allocate a terminal", "--tty", "-t"));
    Tracing.describe(options);
    options.add(LaunchVerb.consoleSocket());
    options.add(
        Option.text(
            "PATH", "AF_UNIX socket that receives a pidfd of the process", "--pidfd-socket"));
    options.add(Option.text("DIR", "working directory in the container", "--cwd"));
    options.add(Option.texts("KEY=VALUE", "environment variable, may be repeated", "--env", "-e"));
    options.add(Option.text("UID[:GID]", "user of the process, by number", "--user", "-u"));
    options.add(
        Option.texts("GID", "additional group, may be repeated", "--additional-gids", "-g"));
    options.add(Option.texts("CAP", "additional capability, may be repeated", "--cap", "-c"));
    options.add(Option.flag("give up gaining privileges; =false: do not", "--no-new-privs"));
    options.add(Option.text("PROFILE", "AppArmor profile of the process", "--apparmor"));
    options.add(Option.text("LABEL", "SELinux label of the process", "--process-label"));
    options.add(Option.text("PATH", "cgroup below the container's", "--cgroup"));
    options.add(Option.flag("detach from the process", "--detach", "-d"));
    options.add(Option.text("PATH", "file to write the process's pid to", "--pid-file"));
    options.add(
        Option.text("N", "descriptors from 3 up that the process inherits", "--preserve-fds"));
    options.add(Option.flag("exec in a paused container too", "--ignore-paused"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    return new ExecContainer(invocation.session()).exec(request(arguments, invocation));
  }

  private static ExecRequest request(Arguments arguments, Invocation invocation) {
    List<String> words = arguments.words();
    ExecOverrides overrides =
        new ExecOverrides(
            words.subList(1, words.size()),
            given(arguments, "--cwd"),
            arguments.texts("--env"),
            given(arguments, "--user"),
            arguments.texts("--additional-gids"),
            arguments.texts("--cap"),
            arguments.given("--no-new-privs"),
            given(arguments, "--apparmor"),
            given(arguments, "--process-label"),
            arguments.flag("--tty"));
    return new ExecRequest(
        arguments.id(),
        path(arguments, "--process", invocation),
        overrides,
        arguments.text("--cgroup"),
        arguments.flag("--ignore-paused"),
        LaunchVerb.number(arguments.text("--preserve-fds")),
        arguments.flag("--detach"),
        path(arguments, "--pid-file", invocation),
        LaunchVerb.sockets(arguments, invocation));
  }

  /** An empty text is none. */
  private static Optional<String> given(Arguments arguments, String name) {
    String value = arguments.text(name).orElse("");
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static Optional<String> path(Arguments arguments, String name, Invocation invocation) {
    String path = arguments.text(name).orElse("");
    return path.isEmpty() ? Optional.empty() : Optional.of(invocation.absolute(path));
  }
}
