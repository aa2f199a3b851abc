// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The one configuration of jackson-core that documents are read with: strict JSON, limits of our
 * own, no table of names that a document could fill or make collide.
 */
final class JsonParsing {
  /** Objects and arrays within one another that are looked into: no known key is as deep. */
  static final int DEEPEST_READ = 64;

  /** Objects and arrays within one another, all in all: as many as Go's reader takes. */
  static final int DEEPEST = 10_000;

  /** Characters of a string or a key. */
  static final int LONGEST_STRING = 16 << 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  // One deeper than ours, so that it is our own check that speaks.
                  .maxNestingDepth(DEEPEST + 1)
                  .maxStringLength(LONGEST_STRING)
                  .maxNameLength(LONGEST_STRING)
                  .maxDocumentLength(DocumentBytes.LARGEST)
                  .build())
          .build();

  private JsonParsing() {}

  static JsonParser open(byte[] document) throws IOException {
    // By way of a reader: columns are then counted in characters, and no encoding is guessed.
    return FACTORY.createParser(
        new InputStreamReader(new ByteArrayInputStream(document), StandardCharsets.UTF_8));
  }

  /** Where the current token starts. */
  static Location location(JsonParser parser) {
    return location(parser.currentTokenLocation());
  }

  static Location location(JsonLocation location) {
    return location == null
        ? Location.START
        : new Location(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}
