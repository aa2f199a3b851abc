// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.container.ContainerSpec;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.init.InitSteps;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import java.util.Optional;

/**
 * The programs of a launch, as {@link LaunchSteps} makes them, whole.
 *
 * @param opening what the front runs first, where somebody else makes the cgroup: at its end init
 *     is there and has done nothing
 * @param front what the front runs: all of it, but for the opening
 */
public record LaunchPlan(Optional<Program> opening, Program front) {
  /** The plan of a launch that ends where init is ready. */
  public static LaunchPlan compile(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents) {
    return compile(LaunchInput.of(spec, options, documents));
  }

  /** The same. */
  public static LaunchPlan compile(LaunchInput input) {
    LaunchSteps.Begun begun = LaunchSteps.begin(new Recorder(), input);
    LaunchSteps.finish(begun, input);
    return of(begun);
  }

  /** What init runs, where nothing else is known of the host any more. */
  public static Program initOf(LaunchInput input) {
    return InitSteps.compile(input);
  }

  /** What has been recorded. */
  public static LaunchPlan of(LaunchSteps.Begun begun) {
    return new LaunchPlan(
        begun.isInTwo() ? Optional.of(begun.claiming().program()) : Optional.empty(),
        begun.front().program());
  }

  /** The program that claims the id and clones init, with init's inside it. */
  public Program claiming() {
    return opening.orElse(front);
  }

  /** What init runs. */
  public Program init() {
    return claiming().children().get(0);
  }
}
