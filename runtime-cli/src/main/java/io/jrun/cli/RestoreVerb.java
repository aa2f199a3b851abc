// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.checkpoint.RestoreRequest;
import io.jrun.verb.RestoreContainer;

/** {@code jrun restore}: a container made of the images of a checkpoint. */
final class RestoreVerb extends LaunchVerb {
  RestoreVerb() {
    super("restore", "restore a container from a checkpoint");
  }

  @Override
  void describe(Options options) {
    options.add(bundle());
    options.add(consoleSocket());
    options.add(pidFile());
    options.add(
        Option.flag("accepted, as by runc: CRIU changes the root in its own way", "--no-pivot"));
    CriuFlags.describe(options, true);
    options.add(Option.flag("detach from the container's process", "--detach", "-d"));
    options.add(
        Option.flag("do not reap orphans of the container", "--no-subreaper", "-no-subreaper"));
    options.add(
        Option.text(
            "TYPE:NAME", "LSM profile of the processes, in place of theirs", "--lsm-profile"));
    options.add(
        Option.text(
            "CONTEXT", "SELinux context of the mounts, in place of theirs", "--lsm-mount-context"));
    Tracing.describe(options);
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    RestoreRequest restoring =
        new RestoreRequest(
            CriuFlags.read(arguments, invocation),
            arguments.flag("--detach"),
            !arguments.flag("--no-subreaper"),
            arguments.text("--lsm-profile").orElse(""),
            arguments.text("--lsm-mount-context").orElse(""));
    return new RestoreContainer(invocation.session(), request(arguments, invocation), restoring)
        .restore();
  }
}
