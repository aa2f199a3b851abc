// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;

/** All commands: the one asked for is made, all of them only for help. */
final class Verbs {
  static final List<String> NAMES =
      List.of(
          "check",
          "create",
          "daemon",
          "delete",
          "doctor",
          "events",
          "exec",
          "features",
          "kill",
          "list",
          "pause",
          "plan",
          "ps",
          "resume",
          "run",
          "spec",
          "start",
          "state",
          "stats",
          "update");

  private Verbs() {}

  /** The command of that name, or null. */
  static Verb named(String name) {
    return switch (name) {
      case "check" -> new CheckVerb();
      case "create" -> new CreateVerb();
      case "daemon" -> new DaemonVerb();
      case "delete" -> new DeleteVerb();
      case "doctor" -> new DoctorVerb();
      case "events" -> new EventsVerb();
      case "exec" -> new ExecVerb();
      case "features" -> new FeaturesVerb();
      case "kill" -> new KillVerb();
      case "list" -> new ListVerb();
      case "pause" -> new PauseVerb();
      case "plan" -> new PlanVerb();
      case "ps" -> new PsVerb();
      case "resume" -> new ResumeVerb();
      case "run" -> new RunVerb();
      case "spec" -> new SpecVerb();
      case "start" -> new StartVerb();
      case "state" -> new StateVerb();
      case "stats" -> new StatsVerb();
      case "update" -> new UpdateVerb();
      default -> null;
    };
  }

  /**
   * What is said of a name that no command has. Two are known from other runtimes: engines ask for
   * their help to find out whether there are checkpoints, so they have none here and fail, whatever
   * follows.
   */
  static UsageException unknown(String name) {
    String message =
        switch (name) {
          case "checkpoint", "restore" ->
              name + ": not supported: jrun can neither checkpoint a container nor restore one";
          default -> "No help topic for '" + name + "'";
        };
    return new UsageException(message, null, false);
  }
}
