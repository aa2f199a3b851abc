// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.ExecSpec;
import io.jrun.container.InvalidSpecException;
import io.jrun.container.Problems;
import io.jrun.spec.InvalidDocumentException;
import io.jrun.spec.Location;
import io.jrun.spec.Locations;
import io.jrun.spec.Problem;
import io.jrun.spec.Process;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The document of {@code exec --process}: what config.json has under "process", as a file of its
 * own.
 */
public final class ProcessFile {
  private static final String PREFIX = "/process";

  private ProcessFile() {}

  /**
   * Checks a document.
   *
   * @param name what to call it in problems
   * @param kept the container's config.json
   * @throws InvalidBundleException with every problem found
   */
  public static ExecSpec parse(byte[] document, String name, Spec kept) {
    try {
      Process process = SpecReader.readProcess(document, name);
      return ExecSpec.parse(kept, process);
    } catch (InvalidDocumentException e) {
      throw new InvalidBundleException(e.problems());
    } catch (InvalidSpecException e) {
      throw new InvalidBundleException(located(e.problems(), name, document));
    }
  }

  private static List<Problem> located(List<Problems.Entry> entries, String path, byte[] document) {
    Locations locations = Locations.of(document);
    List<Problem> out = new ArrayList<>();
    for (Problems.Entry entry : entries) {
      String pointer = entry.pointer();
      String own = pointer.startsWith(PREFIX) ? pointer.substring(PREFIX.length()) : pointer;
      Location at = locations.find(own);
      out.add(new Problem(path, own, at.line(), at.column(), entry.message()));
    }
    return out;
  }
}
