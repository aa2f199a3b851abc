// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Linux;
import io.jrun.spec.Process;
import io.jrun.spec.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The process to run. Source: config.md "Process".
 *
 * @param env "KEY=value", each key once; without HOME if that is to be looked up
 * @param terminal the terminal that becomes its standard descriptors, if it is to have one
 * @param keepsGroups whether its groups are to be the caller's, and additionalGids count for
 *     nothing: {@link #KEEPS_GROUPS}
 * @param umask file mode creation mask; 022 where the document says nothing, as every peer has it
 */
public record ProcessSpec(
    List<String> args,
    List<String> env,
    String cwd,
    long uid,
    long gid,
    List<Long> additionalGids,
    boolean keepsGroups,
    long umask,
    CapabilitySets capabilities,
    List<RlimitSpec> rlimits,
    boolean noNewPrivileges,
    OptionalInt oomScoreAdj,
    Optional<TerminalSpec> terminal,
    Optional<Scheduling> scheduling,
    Optional<SecurityLabels> labels) {

  /**
   * An annotation of crun's by which engines say so (Podman's {@code --group-add=keep-groups}):
   * what an ordinary user may open by a group of theirs has no other way into a container, for a
   * group that is not mapped cannot be named.
   */
  public static final String KEEPS_GROUPS = "run.oci.keep_original_groups";

  private static final long DEFAULT_UMASK = 022;

  /** NGROUPS_MAX of linux/limits.h. */
  private static final int MOST_GROUPS = 65_536;

  /** runc's words for a name that nothing has: engines take their exit code of 127 from them. */
  private static final String NO_PROGRAM = "exec: \"\": executable file not found in $PATH";

  private static final String PATH = "PATH=";
  private static final String HOME = "HOME=";

  /** Whether the container's passwd says what HOME is, the document being silent. */
  public boolean needsHome() {
    for (String variable : env) {
      if (variable.startsWith(HOME)) {
        return false;
      }
    }
    return true;
  }

  /** The directories of PATH in the process's own environment, empty items being ".". */
  public List<String> searchPath() {
    for (String variable : env) {
      if (variable.startsWith(PATH)) {
        List<String> out = new ArrayList<>();
        for (String directory : variable.substring(PATH.length()).split(":", -1)) {
          out.add(directory.isEmpty() ? "." : directory);
        }
        return out;
      }
    }
    return List.of();
  }

  /** Its environment with more variables, "KEY=value", in place of those of the same names. */
  public List<String> env(List<String> more) {
    if (more.isEmpty()) {
      return env;
    }
    List<String> out = new ArrayList<>(env);
    for (String each : more) {
      out.removeIf(old -> old.startsWith(each.substring(0, each.indexOf('=') + 1)));
      out.add(each);
    }
    return out;
  }

  /**
   * @param annotations the container's, or null
   * @param linux for what is said there of the process: personality, memoryPolicy
   */
  static ProcessSpec parse(
      Process process, Map<String, String> annotations, Linux linux, Problems problems) {
    if (process == null) {
      problems.add("/process", "process property must not be empty");
      return null;
    }
    List<String> args = process.args() == null ? List.of() : process.args();
    problems.require(!args.isEmpty(), "/process/args", "args must not be empty");
    problems.require(args.isEmpty() || !args.get(0).isEmpty(), "/process/args/0", NO_PROGRAM);
    String cwd = process.cwd() == null ? "" : process.cwd();
    problems.require(cwd.startsWith("/"), "/process/cwd", "cwd must be an absolute path");
    User user = process.user() == null ? new User(0, 0, null, null) : process.user();
    // Engines take four octal digits; the kernel passes over the first, as it does with umask(2).
    long umask = (user.umask() == null ? DEFAULT_UMASK : user.umask()) & 0777;
    List<Long> groups = user.additionalGids() == null ? List.of() : user.additionalGids();
    problems.require(
        groups.size() <= MOST_GROUPS,
        "/process/user/additionalGids",
        "has " + groups.size() + " entries: the kernel takes " + MOST_GROUPS + " of them");
    Integer oom = process.oomScoreAdj();
    problems.require(
        oom == null || (oom >= -1000 && oom <= 1000),
        "/process/oomScoreAdj",
        "must be between -1000 and 1000");
    CapabilitySets capabilities = CapabilitySets.parse(process.capabilities(), problems);
    capabilities.check(problems);
    return new ProcessSpec(
        List.copyOf(args),
        environment(process.env(), problems),
        cwd,
        user.uid(),
        user.gid(),
        List.copyOf(groups.subList(0, Math.min(groups.size(), MOST_GROUPS))),
        keepsGroups(annotations),
        umask,
        capabilities,
        RlimitSpec.parse(process.rlimits(), problems),
        Boolean.TRUE.equals(process.noNewPrivileges()),
        oom == null ? OptionalInt.empty() : OptionalInt.of(oom),
        TerminalSpec.parse(process, problems),
        Scheduling.parse(process, linux, problems),
        SecurityLabels.parse(process));
  }

  /** With any value but 0, as crun has it. */
  private static boolean keepsGroups(Map<String, String> annotations) {
    return annotations != null && !"0".equals(annotations.getOrDefault(KEEPS_GROUPS, "0"));
  }

  /** The last of several values of one variable counts; an empty HOME is none. */
  private static List<String> environment(List<String> declared, Problems problems) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      String each = declared.get(i);
      int equals = each.indexOf('=');
      if (equals <= 0) {
        problems.add("/process/env/" + i, "must be of the form KEY=value");
        continue;
      }
      variables.put(each.substring(0, equals), each);
    }
    variables.remove("HOME", HOME);
    return List.copyOf(variables.values());
  }
}
