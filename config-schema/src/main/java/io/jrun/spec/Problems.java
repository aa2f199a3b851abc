// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was found wrong with one document so far. Those that the parser finds know their location;
 * those of the mapper know their pointer, and are located in one more pass over the bytes when
 * reading ends in failure, so that success costs nothing.
 */
final class Problems {
  private record Unlocated(String pointer, String message) {}

  private final byte[] document;
  private final String name;
  private final List<Problem> located = new ArrayList<>();
  private final List<Unlocated> unlocated = new ArrayList<>();
  private int unlisted;

  Problems(byte[] document, String name) {
    this.document = document;
    this.name = name;
  }

  void add(Place place, String message) {
    if (isOpen()) {
      unlocated.add(new Unlocated(place.pointer(), message));
    }
  }

  void add(Place place, Location location, String message) {
    if (isOpen()) {
      add(new Problem(name, place.pointer(), location.line(), location.column(), message));
    }
  }

  void add(Problem problem) {
    located.add(problem);
  }

  private boolean isOpen() {
    boolean open = located.size() + unlocated.size() < Problem.MOST_LISTED;
    unlisted += open ? 0 : 1;
    return open;
  }

  /** {@code partial} is what was read nevertheless, or null. */
  void throwIfAny(Spec partial) {
    if (located.isEmpty() && unlocated.isEmpty()) {
      return;
    }
    locate();
    located.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    throw new InvalidDocumentException(located, unlisted, partial);
  }

  private void locate() {
    List<String> pointers = new ArrayList<>();
    for (Unlocated problem : unlocated) {
      pointers.add(problem.pointer());
    }
    List<Location> locations = Locations.of(document).find(pointers);
    for (int i = 0; i < locations.size(); i++) {
      Location at = locations.get(i);
      Unlocated problem = unlocated.get(i);
      located.add(new Problem(name, problem.pointer(), at.line(), at.column(), problem.message()));
    }
    unlocated.clear();
  }
}
