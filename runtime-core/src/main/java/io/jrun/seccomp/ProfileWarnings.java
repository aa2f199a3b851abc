// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.Problems;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What of a profile does not do what it looks like: carried out all the same, as by peers. */
public final class ProfileWarnings {
  private static final String RULES = "/linux/seccomp/syscalls/";

  private final SeccompSpec profile;
  private final List<Problems.Entry> warnings = new ArrayList<>(0);
  private final boolean all;

  /** For each call the first rule for it without conditions. */
  private final Map<String, Integer> unconditional = new HashMap<>();

  private ProfileWarnings(SeccompSpec profile, boolean all) {
    this.profile = profile;
    this.all = all;
  }

  /** Each with the JSON pointer of what it is about. */
  public static List<Problems.Entry> of(SeccompSpec profile) {
    return found(profile, true);
  }

  /**
   * What a launch tells of them: not that single names of a rule are decided by another one, which
   * is so in the profiles that engines have by default.
   */
  public static List<Problems.Entry> ofLaunch(SeccompSpec profile) {
    return found(profile, false);
  }

  private static List<Problems.Entry> found(SeccompSpec profile, boolean all) {
    ProfileWarnings found = new ProfileWarnings(profile, all);
    found.find();
    return found.warnings;
  }

  private void find() {
    boolean executes = profile.defaultAction().isPermissive();
    SystemCalls own = SystemCalls.of(FilterCompiler.nativeArchitecture());
    for (int i = 0; i < profile.rules().size(); i++) {
      SeccompRule rule = profile.rules().get(i);
      executes |= rule.names().contains("execve");
      for (int j = 0; j < rule.names().size(); j++) {
        String name = rule.names().get(j);
        if (own.number(name) == SystemCalls.NONE && !SystemCalls.isKnown(name)) {
          warn(
              i + "/names/" + j,
              "no architecture has a system call \""
                  + name
                  + "\", up to Linux "
                  + SystemCalls.KERNEL
                  + ": it is passed over");
        }
        if (rule.conditions().isEmpty() && rule.value() != profile.defaultValue()) {
          unconditional.putIfAbsent(name, i);
        }
      }
    }
    if (!executes) {
      warnings.add(
          new Problems.Entry(
              "/linux/seccomp/defaultAction",
              "no rule is about execve: no program can be executed"));
    }
    for (int i = 0; i < profile.rules().size(); i++) {
      look(profile.rules().get(i), i);
    }
  }

  private void look(SeccompRule rule, int at) {
    if (rule.value() == profile.defaultValue()) {
      warn(at + "/action", "the default action is the same: the rule has no effect");
      return;
    }
    Set<Integer> arguments = new HashSet<>();
    for (SeccompRule.Condition each : rule.conditions()) {
      if (!arguments.add(each.index())) {
        warn(
            at + "/args",
            "several conditions are about argument "
                + each.index()
                + ": one condition that holds is enough, whichever it is");
        break;
      }
    }
    overruled(rule, at);
  }

  /** Names for which another rule has no conditions, and says something else. */
  private void overruled(SeccompRule rule, int at) {
    List<Problems.Entry> found = new ArrayList<>(0);
    for (int j = 0; j < rule.names().size(); j++) {
      String name = rule.names().get(j);
      Integer other = unconditional.get(name);
      if (other != null && other != at && profile.rules().get(other).value() != rule.value()) {
        found.add(
            new Problems.Entry(
                RULES + at + "/names/" + j,
                "no effect: rule " + other + " decides about " + name + " without conditions"));
      }
    }
    if (all || found.size() == rule.names().size()) {
      warnings.addAll(found);
    }
  }

  private void warn(String where, String what) {
    warnings.add(new Problems.Entry(RULES + where, what));
  }
}
