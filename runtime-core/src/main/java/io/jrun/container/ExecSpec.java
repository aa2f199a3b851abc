// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Process;
import io.jrun.spec.Spec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an exec has to know, checked: the process, and of the container what it joins. The rest of
 * config.json was checked at create and is not looked at again.
 *
 * @param oomScoreAdj the process's, else the container's
 * @param seccomp the container's filter of system calls: whatever runs in it gets the same
 * @param warnings what is odd about the process and left out
 */
public record ExecSpec(
    ProcessSpec process,
    Namespaces namespaces,
    OptionalInt oomScoreAdj,
    Optional<SeccompSpec> seccomp,
    List<Problems.Entry> warnings) {

  /** The CPUs before and after the process joins the container's cgroup. */
  public Optional<Scheduling.Affinity> affinity() {
    return process.scheduling().isPresent()
        ? process.scheduling().get().affinity()
        : Optional.empty();
  }

  /**
   * A process described by a document of its own.
   *
   * @param kept config.json as it was at create
   * @throws InvalidSpecException with every problem found; pointers begin with "/process"
   */
  public static ExecSpec parse(Spec kept, Process process) {
    return parse(kept, process, new Problems());
  }

  /**
   * The container's own process with what the command line asked for.
   *
   * @throws InvalidSpecException with every problem found
   */
  public static ExecSpec parse(Spec kept, ExecOverrides overrides) {
    Problems problems = new Problems();
    return parse(kept, overrides.applyTo(kept.process(), problems), problems);
  }

  private static ExecSpec parse(Spec kept, Process process, Problems problems) {
    ProcessSpec parsed = ProcessSpec.parse(process, kept.linux(), problems);
    // Of the container itself, create has told.
    List<Problems.Entry> warnings = problems.warnings();
    Optional<SeccompSpec> seccomp =
        kept.linux() == null
            ? Optional.empty()
            : SeccompSpec.parse(kept.linux().seccomp(), problems);
    Namespaces namespaces = Namespaces.parse(kept.linux(), problems);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    Integer ofContainer = kept.process().oomScoreAdj();
    OptionalInt oom =
        parsed.oomScoreAdj().isPresent() || ofContainer == null
            ? parsed.oomScoreAdj()
            : OptionalInt.of(ofContainer);
    return new ExecSpec(parsed, namespaces, oom, seccomp, warnings);
  }
}
