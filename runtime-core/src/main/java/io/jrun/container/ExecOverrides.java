// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Capability;
import io.jrun.spec.LinuxCapabilities;
import io.jrun.spec.Process;
import io.jrun.spec.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the command line of an exec asks for in place of config.json's process, as it was written. A
 * problem's pointer is the option's name.
 *
 * @param user "UID" or "UID:GID"; never a name
 */
public record ExecOverrides(
    List<String> args,
    Optional<String> cwd,
    List<String> env,
    Optional<String> user,
    List<String> additionalGids,
    List<String> capabilities,
    Optional<Boolean> noNewPrivileges,
    Optional<String> apparmorProfile,
    Optional<String> selinuxLabel,
    boolean terminal) {
  private static final long MAX_ID = 4294967294L;

  /** The container's process with these in it. Its terminal is its own: an exec asks anew. */
  Process applyTo(Process process, Problems problems) {
    boolean hasCwd = cwd.isPresent() && cwd.get().startsWith("/");
    problems.require(cwd.isEmpty() || hasCwd, "--cwd", "must be an absolute path");
    return new Process(
        terminal,
        process.consoleSize(),
        user(process.user() == null ? new User(0, 0, null, null) : process.user(), problems),
        args,
        environment(process.env(), problems),
        hasCwd ? cwd.get() : process.cwd(),
        capabilities(process.capabilities(), problems),
        process.rlimits(),
        noNewPrivileges.orElse(process.noNewPrivileges()),
        apparmorProfile.orElse(process.apparmorProfile()),
        process.oomScoreAdj(),
        process.scheduler(),
        selinuxLabel.orElse(process.selinuxLabel()),
        process.ioPriority(),
        process.execCPUAffinity());
  }

  private List<String> environment(List<String> base, Problems problems) {
    List<String> all = new ArrayList<>(base == null ? List.of() : base);
    for (String each : env) {
      if (each.indexOf('=') > 0) {
        all.add(each);
      } else {
        problems.add("--env", "must be of the form KEY=value");
      }
    }
    return all;
  }

  /** A user without a group keeps the container's. */
  private User user(User base, Problems problems) {
    long uid = base.uid();
    long gid = base.gid();
    if (user.isPresent()) {
      int colon = user.get().indexOf(':');
      uid = id(colon < 0 ? user.get() : user.get().substring(0, colon), "--user", problems);
      gid = colon < 0 ? gid : id(user.get().substring(colon + 1), "--user", problems);
    }
    List<Long> groups =
        new ArrayList<>(base.additionalGids() == null ? List.of() : base.additionalGids());
    for (String each : additionalGids) {
      groups.add(id(each, "--additional-gids", problems));
    }
    return new User(uid, gid, base.umask(), groups);
  }

  /** Digits and nothing else: all ones would mean "leave it" to the kernel, and a name is none. */
  private static long id(String text, String option, Problems problems) {
    boolean digits = !text.isEmpty() && text.length() <= 10;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    long id = digits ? Long.parseLong(text) : -1;
    problems.require(
        id >= 0 && id <= MAX_ID, option, "\"" + text + "\" is not a number from 0 to " + MAX_ID);
    return id;
  }

  /**
   * Bounding, permitted and effective get them; ambient only what the container may inherit anyway,
   * and inheritable never.
   */
  private LinuxCapabilities capabilities(LinuxCapabilities base, Problems problems) {
    if (capabilities.isEmpty()) {
      return base;
    }
    LinuxCapabilities of =
        base == null ? new LinuxCapabilities(null, null, null, null, null) : base;
    List<String> known = new ArrayList<>();
    List<String> ambient = new ArrayList<>();
    Set<String> unknown = new TreeSet<>();
    for (String each : capabilities) {
      if (Capability.named(each) == null) {
        unknown.add(each);
        continue;
      }
      known.add(each);
      if (of.inheritable() != null && of.inheritable().contains(each)) {
        ambient.add(each);
      }
    }
    if (!unknown.isEmpty()) {
      CapabilitySets.warnUnknown("--cap", unknown, problems);
    }
    return new LinuxCapabilities(
        with(of.bounding(), known),
        with(of.effective(), known),
        of.inheritable(),
        with(of.permitted(), known),
        with(of.ambient(), ambient));
  }

  private static List<String> with(List<String> base, List<String> more) {
    List<String> all = new ArrayList<>(base == null ? List.of() : base);
    all.addAll(more);
    return all;
  }
}
