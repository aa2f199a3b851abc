// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.failure.Remedies;
import io.jrun.host.CgroupMount;
import io.jrun.host.Controllers;
import io.jrun.host.Delegation;
import io.jrun.host.Rootless;
import io.jrun.linux.Procfs;
import io.jrun.plan.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The unified hierarchy: whether it is there, what of it is the caller's, which controllers. */
final class CgroupQuestions implements Questions {
  /** Those that engines ask for, by default or often. */
  private static final List<String> USUAL = List.of("cpu", "cpuset", "io", "memory", "pids");

  private static final String CONTROL = "/cgroup.subtree_control";

  @Override
  public String title() {
    return "cgroups";
  }

  @Override
  public List<Finding> ask(Examination host) {
    Optional<String> mount = CgroupMount.find();
    boolean needed = host.rights() == Rights.ROOT;
    if (mount.isEmpty()) {
      boolean legacy = Procfs.mounts().stream().anyMatch(each -> each.type().equals("cgroup"));
      return List.of(
          Finding.lacking(
              needed,
              "hierarchy",
              legacy ? "cgroup v1 alone is mounted" : "no cgroup v2 is mounted",
              Rootless.NOT_MOUNTED));
    }
    List<Finding> out = new ArrayList<>();
    out.add(Finding.ok("hierarchy", "cgroup v2 at " + mount.get()));
    String own = CgroupMount.own(host.caller().cgroup());
    out.add(Finding.ok("own cgroup", own));
    String place = place(host, mount.get());
    out.add(
        place.isEmpty()
            ? nowhere(host, mount.get(), needed)
            : Finding.ok("delegation", "containers' cgroups can be made in " + place));
    controllers(mount.get(), out);
    if (!place.isEmpty()) {
      handingOn(mount.get(), place, out);
    }
    return out;
  }

  /** In which cgroup a container's is made, or "" if nowhere; the root of the hierarchy is "/". */
  private static String place(Examination host, String mount) {
    String cgroup = host.caller().cgroup();
    String beside = CgroupMount.pathFor("", host.ownName(), cgroup);
    String inside = CgroupMount.own(cgroup).replaceFirst("/$", "") + "/" + host.ownName();
    boolean both = host.rights() != Rights.ROOT;
    for (String path : both ? List.of(beside, inside) : List.of(beside)) {
      if (Delegation.permits(mount, path, cgroup)) {
        return path.lastIndexOf('/') == 0 ? "/" : path.substring(0, path.lastIndexOf('/'));
      }
    }
    return "";
  }

  private static Finding nowhere(Examination host, String mount, boolean needed) {
    if (!host.isOrdinaryUser()) {
      return Finding.lacking(
          needed,
          "delegation",
          mount + " cannot be written",
          "mount it for writing (mount -o remount,rw "
              + mount
              + "); in a container of Docker's or Podman's: --privileged, or --cgroupns=private with a"
              + " writable cgroup2");
    }
    return Finding.limited(
        "delegation",
        "no cgroup is the caller's: containers run without limits, in the caller's own",
        Remedies.DELEGATION);
  }

  private static void controllers(String mount, List<Finding> out) {
    Set<String> there = words(mount + "/cgroup.controllers");
    out.add(Finding.ok("controllers", there.isEmpty() ? "none" : String.join(" ", there)));
    Map<String, List<String>> missing = new LinkedHashMap<>();
    for (String each : USUAL) {
      if (!there.contains(each)) {
        String why = Controllers.whyMissing(each, mount);
        missing.computeIfAbsent(why, key -> new ArrayList<>()).add(each);
      }
    }
    missing.forEach(
        (why, names) ->
            out.add(
                Finding.limited(
                    "controllers",
                    "limits of " + String.join(", ", names) + " cannot be set",
                    why)));
  }

  /** From the top down: what each cgroup has and does not hand on, as far as that stays so. */
  private static void handingOn(String mount, String place, List<Finding> out) {
    Set<String> have = words(mount + "/cgroup.controllers");
    String path = place.equals("/") ? "" : place;
    for (int slash = 0; slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String directory = mount + (slash == 0 ? "" : path.substring(0, slash));
      have = handedOn(directory, have, out);
      if (path.isEmpty()) {
        break;
      }
    }
    if (!path.isEmpty()) {
      have = handedOn(mount + path, have, out);
    }
    out.add(
        Finding.ok("for containers", have.isEmpty() ? "no controllers" : String.join(" ", have)));
  }

  private static Set<String> handedOn(String directory, Set<String> have, List<Finding> out) {
    Set<String> control = words(directory + CONTROL);
    control.retainAll(have);
    Set<String> lacking = new LinkedHashSet<>(have);
    lacking.removeAll(control);
    if (lacking.isEmpty()) {
      return control;
    }
    String what = String.join(" ", lacking) + (lacking.size() == 1 ? " is" : " are");
    if (!Files.isWritable(Path.of(directory + CONTROL))) {
      out.add(
          Finding.limited(
              "handing on",
              what + " not handed on by " + directory,
              "have its owner enable them (systemd: Delegate=yes, or Delegate=cpu cpuset io memory"
                  + " pids, for user@.service or the unit)"));
      return control;
    }
    boolean isRoot = !Files.exists(Path.of(directory, "cgroup.type"));
    if (!isRoot && !Procfs.read(directory + "/cgroup.procs").orElse("").isEmpty()) {
      out.add(
          Finding.limited(
              "handing on",
              what + " not handed on by " + directory + ", which has processes of its own",
              "move them to a cgroup below it: a cgroup with processes hands nothing on"));
      return control;
    }
    // A launch enables them.
    return have;
  }

  private static Set<String> words(String file) {
    Set<String> out = new LinkedHashSet<>();
    for (String word : Procfs.read(file).orElse("").strip().split(" ")) {
      if (!word.isEmpty()) {
        out.add(word);
      }
    }
    return out;
  }
}
