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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The document of {@code exec --process}: what config.json has under "process", as a file of its
 * own.
 */
public final class ProcessFile {
  private static final long MAX_SIZE = 64L << 20;
  private static final String PREFIX = "/process";

  private ProcessFile() {}

  /**
   * Reads and checks a process.
   *
   * @param path absolute
   * @param kept the container's config.json
   * @throws InvalidBundleException with every problem found
   */
  public static ExecSpec read(String path, Spec kept) {
    return parse(bytes(Path.of(path)), path, kept);
  }

  /**
   * Checks a document.
   *
   * @param name what to call it in problems
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

  private static byte[] bytes(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new InvalidBundleException("open " + file + ": no such file or directory");
      }
      // A FIFO would be waited for and a device read for ever.
      if (!Files.isRegularFile(file)) {
        throw new InvalidBundleException(file + ": not a regular file");
      }
      if (Files.size(file) > MAX_SIZE) {
        throw new InvalidBundleException(file + ": larger than 64 MiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidBundleException(file + ": cannot be read: permission denied");
    }
  }
}
