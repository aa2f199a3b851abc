// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.Problems;
import io.jrun.container.Resources;
import io.jrun.spec.InvalidDocumentException;
import io.jrun.spec.LinuxResources;
import io.jrun.spec.SpecReader;

/**
 * The document of {@code update --resources}: what config.json has under "linux.resources", as a
 * document of its own. Devices in it are not looked at: an update never changes them.
 */
public final class ResourcesFile {
  private ResourcesFile() {}

  /**
   * Checks a document.
   *
   * @param name what to call it in problems
   * @throws InvalidBundleException with every problem found
   */
  public static Resources parse(byte[] document, String name) {
    Problems problems = new Problems();
    try {
      LinuxResources declared = SpecReader.readResources(document, name);
      Resources resources = Resources.parse(declared, "", problems);
      if (problems.isEmpty()) {
        return resources;
      }
    } catch (InvalidDocumentException e) {
      throw new InvalidBundleException(e);
    }
    throw new DocumentFile(document, name).refusal(problems);
  }
}
