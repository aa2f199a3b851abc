// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.InvalidBundleException;
import io.jrun.document.StateDocument;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.Containers;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Session;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.ProgramTooLongException;
import io.jrun.spec.Problem;
import io.jrun.state.ContainerState;
import java.util.List;
import java.util.Optional;

/** The verbs that change nothing: state, plan, check. They take no lock and never wait. */
public final class Queries {
  private final Session session;

  public Queries(Session session) {
    this.session = session;
  }

  /** The state document, for {@code state}. */
  public String state(String id) {
    Containers.Entry entry = new Containers(session).entry(id);
    // As runc has it: only list tells the owner.
    return StateDocument.pretty(entry.state(), entry.status(), "");
  }

  /** The plan of a create, compiled and not carried out. */
  public LaunchPlan plan(LaunchRequest request) {
    Launch launch = Launch.prepare(session, request, true, true);
    try {
      return LaunchPlan.compile(launch.input());
    } catch (ProgramTooLongException e) {
      throw Launch.refused(e);
    }
  }

  /**
   * Every problem of a bundle.
   *
   * @return empty if there is none; one without a place if there is no config.json to read
   */
  public Checked check(String bundle) {
    try {
      return new Checked(List.of(), new CallersFiles(session.front()).bundle(bundle).warnings());
    } catch (InvalidBundleException e) {
      return new Checked(
          e.problems().isEmpty()
              ? List.of(new Problem("config.json", "", 1, 1, e.getMessage()))
              : e.problems(),
          List.of());
    }
  }

  /**
   * What a check finds.
   *
   * @param problems for which a create would be refused
   * @param warnings that a create would give; none are looked for where there are problems
   */
  public record Checked(List<Problem> problems, List<Problem> warnings) {}

  /** Whether there is such a container. */
  public Optional<ContainerState> find(String id) {
    return session.store().load(Session.checkId(id));
  }
}
