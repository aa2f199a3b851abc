// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.Problems;
import io.jrun.seccomp.ProfileWarnings;
import io.jrun.spec.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * A bundle that was checked: the very bytes, and what they say.
 *
 * @param directory absolute path
 * @param document config.json as it was read
 * @param spec what it says; it never changes
 */
public record CheckedBundle(String directory, byte[] document, ContainerSpec spec) {
  /** What is odd and carried out, or left out, with its places. */
  public List<Problem> warnings() {
    List<Problem> out = new ArrayList<>();
    List<Problems.Entry> entries = new ArrayList<>(spec.warnings());
    spec.restrictions().seccomp().ifPresent(profile -> entries.addAll(ProfileWarnings.of(profile)));
    for (Problem each : new DocumentFile(document, DocumentFile.CONFIG).locate(entries)) {
      out.add(
          new Problem(
              each.document(),
              each.pointer(),
              each.line(),
              each.column(),
              "warning: " + each.message()));
    }
    return out;
  }
}
