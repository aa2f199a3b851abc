// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.lifecycle.Session;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a host everything, in the order in which what is asked later depends on what came before.
 */
public final class Doctor {
  private static final List<Questions> ALL =
      List.of(
          new InstallationQuestions(),
          new KernelQuestions(),
          new NamespaceQuestions(),
          new CgroupQuestions(),
          new SecurityQuestions(),
          new LimitQuestions(),
          new FileSystemQuestions(),
          new SystemdQuestions(),
          new CheckpointQuestions(),
          new EngineQuestions(),
          new TrialQuestions());

  private Doctor() {}

  /** Examines the host of whoever called. */
  public static Report examine(Session session, Patient patient) {
    Examination host = new Examination(session, patient);
    List<Report.Group> groups = new ArrayList<>();
    for (Questions each : ALL) {
      groups.add(new Report.Group(each.title(), each.ask(host)));
    }
    return new Report(List.copyOf(groups));
  }
}
