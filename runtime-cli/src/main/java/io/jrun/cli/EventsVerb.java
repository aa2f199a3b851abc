// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.verb.ReportEvents;

/** {@code jrun events}: what a container uses, and when it is short of memory. */
final class EventsVerb extends ContainerVerb {
  EventsVerb() {
    super("events", "display container events such as OOM notifications and resource usage");
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.text("TIME", "between two lines of resource usage, default: 5s", "--interval"));
    options.add(Option.flag("display the resource usage once", "--stats"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    String text = arguments.text("--interval").orElse("5s");
    long interval =
        GoDuration.milliseconds(text)
            .orElseThrow(
                () ->
                    new ContainerException(
                        "invalid value \"" + text + "\" for flag -interval: parse error"));
    if (interval <= 0) {
      throw new ContainerException("duration interval must be greater than 0");
    }
    ReportEvents events = new ReportEvents(invocation.session());
    if (arguments.flag("--stats")) {
      events.stats(arguments.id());
    } else {
      events.follow(arguments.id(), interval);
    }
    return 0;
  }
}
