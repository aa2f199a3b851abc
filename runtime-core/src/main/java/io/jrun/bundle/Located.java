// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.container.Problems;
import io.jrun.spec.Location;
import io.jrun.spec.Locations;
import io.jrun.spec.Problem;
import java.util.ArrayList;
import java.util.List;

/** What the checks found, with the lines and columns of the document it was found in. */
final class Located {
  private Located() {}

  /**
   * Locates all of them in one pass over the document.
   *
   * @param prefix where the document is in what was checked, which pointers begin with
   * @param name what to call the document
   */
  static List<Problem> in(
      byte[] document, String prefix, String name, List<Problems.Entry> entries) {
    List<String> pointers = new ArrayList<>(entries.size());
    for (Problems.Entry entry : entries) {
      String pointer = entry.pointer();
      pointers.add(pointer.startsWith(prefix) ? pointer.substring(prefix.length()) : pointer);
    }
    List<Location> locations = Locations.of(document).find(pointers);
    List<Problem> out = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Location at = locations.get(i);
      out.add(new Problem(name, pointers.get(i), at.line(), at.column(), entries.get(i).message()));
    }
    return out;
  }
}
