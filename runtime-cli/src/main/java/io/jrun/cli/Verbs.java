// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;

/** All commands: the one asked for is made, all of them only for help. */
final class Verbs {
  static final List<String> NAMES =
      List.of(
          "check",
          "checkpoint",
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
          "restore",
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
      case "checkpoint" -> new CheckpointVerb();
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
      case "restore" -> new RestoreVerb();
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

  /** What is said of a name that no command has. */
  static UsageException unknown(String name) {
    return new UsageException("No help topic for '" + name + "'", null, false);
  }
}
