// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Process;
import io.jrun.spec.Spec;
import io.jrun.spec.User;
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
   * A process described by a document of its own. What may be done in the container is the
   * container's where the document does not speak of it: capabilities, labels, umask, scheduling.
   * Whoever leaves them out wants a process like the others there; so do runc and crun. Limits and
   * no_new_privs are the document's alone, as with both.
   *
   * @param kept config.json as it was at create
   * @throws InvalidSpecException with every problem found; pointers begin with "/process"
   */
  public static ExecSpec parse(Spec kept, Process process) {
    return parse(kept, completed(process, kept.process()), new Problems());
  }

  private static Process completed(Process process, Process container) {
    return new Process(
        process.terminal(),
        process.consoleSize(),
        withUmask(process.user(), container.user()),
        process.args(),
        process.env(),
        process.cwd(),
        given(process.capabilities(), container.capabilities()),
        process.rlimits(),
        process.noNewPrivileges(),
        label(process.apparmorProfile(), container.apparmorProfile()),
        process.oomScoreAdj(),
        given(process.scheduler(), container.scheduler()),
        label(process.selinuxLabel(), container.selinuxLabel()),
        given(process.ioPriority(), container.ioPriority()),
        given(process.execCPUAffinity(), container.execCPUAffinity()));
  }

  private static <T> T given(T own, T ofContainer) {
    return own == null ? ofContainer : own;
  }

  /** An empty one is as good as none, for engines that write every field. */
  private static String label(String own, String ofContainer) {
    return own == null || own.isEmpty() ? ofContainer : own;
  }

  private static User withUmask(User user, User container) {
    Long umask = container == null ? null : container.umask();
    if (user == null) {
      return umask == null ? null : new User(0, 0, umask, null);
    }
    return new User(user.uid(), user.gid(), given(user.umask(), umask), user.additionalGids());
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
    ProcessSpec parsed = ProcessSpec.parse(process, kept.annotations(), kept.linux(), problems);
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
