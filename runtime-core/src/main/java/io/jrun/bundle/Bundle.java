// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.InvalidSpecException;
import io.jrun.spec.InvalidDocumentException;
import io.jrun.spec.Problem;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A bundle as it was read: the directory with config.json in it. Source: bundle.md.
 *
 * @param directory absolute path
 * @param document config.json
 */
public record Bundle(String directory, byte[] document) {
  private static final String CONFIG = DocumentFile.CONFIG;

  /** MiB that a document may hold. */
  public static final int MAX_MIB = 64;

  private static final KnownDocuments<ContainerSpec> KNOWN = new KnownDocuments<>();
  private static final KnownDocuments<Spec> KEPT = new KnownDocuments<>();

  /**
   * Reads a bundle.
   *
   * @param directory absolute path
   * @throws InvalidBundleException if it is none
   */
  public static Bundle load(String directory) {
    return new Bundle(directory, read(directory));
  }

  /**
   * Checks it.
   *
   * @throws InvalidBundleException with every problem found
   */
  public CheckedBundle checked() {
    ContainerSpec known = KNOWN.find(document, directory);
    return new CheckedBundle(
        directory,
        document,
        known != null ? known : KNOWN.keep(document, directory, parse(document, directory)));
  }

  /**
   * Reads a document that was kept and checked: config.json as it was at create.
   *
   * @throws InvalidBundleException if it is not what it was
   */
  public static Spec kept(byte[] document) {
    Spec known = KEPT.find(document, CONFIG);
    return known != null ? known : KEPT.keep(document, CONFIG, readKept(document));
  }

  private static Spec readKept(byte[] document) {
    try {
      return SpecReader.read(document, CONFIG);
    } catch (InvalidDocumentException e) {
      throw new InvalidBundleException(e);
    }
  }

  /** Checks a document that was kept: config.json as it was at create. */
  public static ContainerSpec parse(byte[] document, String directory) {
    try {
      return ContainerSpec.parse(SpecReader.read(document, CONFIG), directory);
    } catch (InvalidDocumentException e) {
      throw withMore(e, document, directory);
    } catch (InvalidSpecException e) {
      throw new DocumentFile(document, CONFIG).refusal(e);
    }
  }

  /** What is wrong with the form, and what would be wrong with the rest were the form right. */
  private static InvalidBundleException withMore(
      InvalidDocumentException form, byte[] document, String directory) {
    List<Problem> out = new ArrayList<>(form.problems());
    if (form.partial().isEmpty()) {
      return new InvalidBundleException(form);
    }
    int unlisted = form.unlisted();
    try {
      ContainerSpec.parse(form.partial().get(), directory);
    } catch (InvalidSpecException e) {
      unlisted += e.unlisted();
      for (Problem each : new DocumentFile(document, CONFIG).locate(e.problems())) {
        if (form.problems().stream().noneMatch(known -> isAbout(known, each))) {
          out.add(each);
        }
      }
    }
    out.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    return new InvalidBundleException(out, unlisted);
  }

  /** A field that could not be read looks missing: that is not one more problem. */
  private static boolean isAbout(Problem known, Problem other) {
    String field = known.pointer();
    return field.equals(other.pointer())
        || field.startsWith(other.pointer() + "/")
        || other.pointer().startsWith(field + "/");
  }

  /** The errno's words, which an exception for a file that may not be read does not have. */
  private static String reason(IOException failure) {
    return failure instanceof FileSystemException file && file.getReason() != null
        ? file.getReason().toLowerCase(Locale.ROOT)
        : "permission denied";
  }

  private static byte[] read(String directory) {
    Path bundle = Path.of(directory);
    Path config = bundle.resolve(CONFIG);
    try {
      BasicFileAttributes attributes = Files.readAttributes(config, BasicFileAttributes.class);
      // A FIFO would be waited for and a device read for ever.
      if (!attributes.isRegularFile()) {
        throw new InvalidBundleException(config + ": not a regular file");
      }
      if (attributes.size() > (long) MAX_MIB << 20) {
        throw new InvalidBundleException(config + ": larger than " + MAX_MIB + " MiB");
      }
      return Files.readAllBytes(config);
    } catch (IOException e) {
      if (!Files.exists(bundle)) {
        throw new InvalidBundleException("bundle " + directory + ": no such file or directory");
      }
      if (!Files.isDirectory(bundle)) {
        throw new InvalidBundleException("bundle " + directory + ": not a directory");
      }
      if (!Files.exists(config)) {
        throw new InvalidBundleException(
            "JSON specification file config.json not found in " + directory);
      }
      throw new InvalidBundleException(config + ": cannot be read: " + reason(e));
    }
  }

  /** Whether a document may have hooks. Cheap and sure: without the key there are none. */
  public static boolean mentionsHooks(byte[] config) {
    return new String(config, StandardCharsets.ISO_8859_1).contains("\"hooks\"");
  }
}
