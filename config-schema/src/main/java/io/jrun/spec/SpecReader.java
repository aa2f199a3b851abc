// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Reads the OCI documents, and promises that whatever the bytes are, the outcome is a record or an
 * {@link InvalidDocumentException} that lists every problem. A syntax error, or a limit that is
 * passed, ends the reading where it is found; what else was noted until then is listed with it.
 *
 * <p>Nothing is coerced and nothing is defaulted. JSON null for a key counts as its absence, as in
 * Go programs; in arrays and maps it is a problem. Keys that runtime-spec lacks are read past;
 * known ones in the wrong case are refused, because runc would obey them.
 *
 * <p>Callable from any thread.
 */
public final class SpecReader {
  private SpecReader() {}

  /**
   * Reads a {@code config.json}.
   *
   * @param document the bytes of the file
   * @param name what to call it in problems
   */
  public static Spec read(byte[] document, String name) {
    return readReporting(document, name).spec();
  }

  /** {@link #read}, and which keys it read past. */
  public static SpecReading readReporting(byte[] document, String name) {
    Reading reading = new Reading(new Problems(document, name));
    Spec spec = (Spec) read(Kind.CONFIG, document, name, reading);
    return new SpecReading(spec, reading.unknownKeys());
  }

  /** Reads the document of {@code exec --process}. */
  public static Process readProcess(byte[] document, String name) {
    Reading reading = new Reading(new Problems(document, name));
    return (Process) read(Kind.PROCESS, document, name, reading);
  }

  /** Reads the document of {@code update --resources}. */
  public static LinuxResources readResources(byte[] document, String name) {
    Reading reading = new Reading(new Problems(document, name));
    return (LinuxResources) read(Kind.RESOURCES, document, name, reading);
  }

  private enum Kind {
    CONFIG,
    PROCESS,
    RESOURCES
  }

  private static Object read(Kind kind, byte[] document, String name, Reading reading) {
    try {
      JsonNode tree = DocumentTree.parse(document, name, reading.problems());
      Object record = tree == null ? null : map(kind, Fields.root(tree, reading));
      reading.problems().throwIfAny(record instanceof Spec spec ? spec : null);
      return record;
    } catch (OutOfMemoryError e) {
      // All that was allocated is garbage by now, and nobody else's work depends on it.
      Problem problem = new Problem(name, "", 1, 1, "is too large for the memory there is");
      throw new InvalidDocumentException(List.of(problem));
    }
  }

  private static Object map(Kind kind, Fields root) {
    if (root == null) {
      return null;
    }
    return switch (kind) {
      case CONFIG -> SpecMapper.spec(root);
      case PROCESS -> ProcessMapper.process(root);
      case RESOURCES -> ResourcesMapper.resources(root);
    };
  }
}
