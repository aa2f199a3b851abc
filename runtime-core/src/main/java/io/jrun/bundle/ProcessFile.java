// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.ExecSpec;
import io.jrun.container.InvalidSpecException;
import io.jrun.spec.InvalidDocumentException;
import io.jrun.spec.Process;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;

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
      throw new InvalidBundleException(e);
    } catch (InvalidSpecException e) {
      throw new DocumentFile(document, name, PREFIX).refusal(e);
    }
  }
}
