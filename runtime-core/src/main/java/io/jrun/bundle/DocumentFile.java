// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.InvalidSpecException;
import io.jrun.container.Problems;
import io.jrun.spec.Location;
import io.jrun.spec.Locations;
import io.jrun.spec.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * A document as it was read, and what to call it: what checks find is told with the line and the
 * column where it is.
 *
 * @param prefix where the document is in what is checked, which pointers begin with; empty if it is
 *     all of it
 */
record DocumentFile(byte[] content, String name, String prefix) {
  /** A bundle's: bundle.md. */
  static final String CONFIG = "config.json";

  DocumentFile(byte[] content, String name) {
    this(content, name, "");
  }

  /** Locates all of them in one pass over the document. */
  List<Problem> locate(List<Problems.Entry> entries) {
    List<String> pointers = new ArrayList<>(entries.size());
    for (Problems.Entry entry : entries) {
      String pointer = entry.pointer();
      pointers.add(pointer.startsWith(prefix) ? pointer.substring(prefix.length()) : pointer);
    }
    List<Location> locations = Locations.of(content).find(pointers);
    List<Problem> out = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Location at = locations.get(i);
      out.add(new Problem(name, pointers.get(i), at.line(), at.column(), entries.get(i).message()));
    }
    return out;
  }

  /** What is wrong with the meaning of a document whose form is right. */
  InvalidBundleException refusal(InvalidSpecException meaning) {
    return new InvalidBundleException(locate(meaning.problems()), meaning.unlisted());
  }

  /** The same, where the checks have thrown nothing. */
  InvalidBundleException refusal(Problems meaning) {
    return new InvalidBundleException(locate(meaning.entries()), meaning.unlisted());
  }
}
