// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.FollowNode;
import io.jrun.verb.ReportEvents;

/**
 * {@code jrun events}: what a container uses, and when it is short of memory; with {@code --follow}
 * what all containers of the state root do.
 */
final class EventsVerb extends ContainerVerb {
  EventsVerb() {
    super("events", "display container events such as OOM notifications and resource usage");
  }

  @Override
  int minArguments(Arguments given) {
    return given.flag("--follow") ? 0 : minArguments();
  }

  @Override
  int maxArguments(Arguments given) {
    return minArguments(given);
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.text("TIME", "between two lines of resource usage, default: 5s", "--interval"));
    options.add(Option.flag("display the resource usage once", "--stats"));
    options.add(Option.flag("what all containers do, as it happens; without an id", "--follow"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    if (arguments.flag("--follow")) {
      new FollowNode(invocation.session()).follow();
    }
    long interval = GoDuration.interval(arguments.text("--interval").orElse("5s"));
    ReportEvents events = new ReportEvents(invocation.session());
    if (arguments.flag("--stats")) {
      events.stats(arguments.id());
    } else {
      events.follow(arguments.id(), interval);
    }
    return 0;
  }
}
