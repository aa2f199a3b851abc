// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import io.jrun.container.ContainerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The program criu of the host.
 *
 * @param path absolute
 * @param environment the caller's, with a PATH: it runs tar, ip and the like
 */
public record CriuCommand(String path, List<String> environment) {
  /** 3.15: freezing by cgroup v2, files and pid namespaces of others. */
  public static final int OLDEST = 31_500;

  /** 3.19: can be told to lock no network. */
  public static final int LOCKS_NOTHING = 31_900;

  /** What is to be done where there is none, or one that is too old. */
  public static final String REMEDY =
      "checkpoint and restore need CRIU 3.15 or later: install the package criu, or have it in PATH";

  private static final String NAME = "criu";
  private static final String VARIABLE = "PATH=";

  /** Where nobody has a PATH, and where an ordinary one does not lead. */
  private static final String PLACES =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** Read if it is there, unless an annotation says otherwise: runc's. */
  private static final String CONFIG = "/etc/criu/runc.conf";

  private static final String ANNOTATION = "org.criu.config";

  /**
   * Looks for it in the caller's PATH, as runc does, and then where distributions have it. Relative
   * places of a PATH are passed over: what lies where the caller stands is not run as root.
   */
  public static Optional<CriuCommand> find(List<String> environment) {
    List<String> kept = new ArrayList<>(environment);
    String given = "";
    for (String each : environment) {
      given = each.startsWith(VARIABLE) ? each.substring(VARIABLE.length()) : given;
    }
    if (given.isEmpty()) {
      kept.add(VARIABLE + PLACES);
    }
    Set<String> places = new LinkedHashSet<>(List.of(given.split(":")));
    places.addAll(List.of(PLACES.split(":")));
    for (String place : places) {
      Path candidate = Path.of(place.startsWith("/") ? place : "/", NAME);
      if (place.startsWith("/")
          && Files.isRegularFile(candidate)
          && Files.isExecutable(candidate)) {
        return Optional.of(new CriuCommand(candidate.toString(), List.copyOf(kept)));
      }
    }
    return Optional.empty();
  }

  /** CRIU's configuration for a container; an empty annotation means none. */
  public static Optional<String> configuration(ContainerSpec spec) {
    String asked = spec.annotations().get(ANNOTATION);
    if (asked != null) {
      return asked.isEmpty() ? Optional.empty() : Optional.of(asked);
    }
    return Files.exists(Path.of(CONFIG)) ? Optional.of(CONFIG) : Optional.empty();
  }
}
