// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one reading of a document gathers beside the record: problems, and keys of other versions of
 * the specification.
 */
final class Reading {
  private static final int MOST_UNKNOWN_KEYS = 100;

  private final Problems problems;
  private final List<String> unknownKeys = new ArrayList<>();

  Reading(Problems problems) {
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  void unknownKey(Place place) {
    if (unknownKeys.size() < MOST_UNKNOWN_KEYS) {
      unknownKeys.add(place.pointer());
    }
  }

  List<String> unknownKeys() {
    return Collections.unmodifiableList(unknownKeys);
  }
}
