// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import java.util.ArrayList;
import java.util.List;

/**
 * All numbers a call can have, unsigned and of 32 bits, divided into ranges that are answered
 * alike. They are told in ascending order; what is not told is answered by the default.
 */
final class Ranges {
  private record Range(int first, Decision decision) {}

  private final Decision otherwise;
  private final List<Range> ranges = new ArrayList<>(128);
  private boolean reachesTheEnd;
  private int next;

  Ranges(Decision otherwise) {
    this.otherwise = otherwise;
  }

  /** Answers the numbers from one to another, both included. */
  void set(int first, int last, Decision decision) {
    if (next != first) {
      begin(next, otherwise);
    }
    begin(first, decision);
    next = last + 1;
    reachesTheEnd = last == -1;
  }

  private void begin(int first, Decision decision) {
    if (ranges.isEmpty() || !isSame(ranges.get(ranges.size() - 1).decision(), decision)) {
      ranges.add(new Range(first, decision));
    }
  }

  private static boolean isSame(Decision one, Decision other) {
    return one == other
        || one instanceof Decision.Return a
            && other instanceof Decision.Return b
            && a.value == b.value;
  }

  /** What finds a number's answer when A holds it, in as few comparisons as there can be. */
  Decision search() {
    if (!reachesTheEnd) {
      begin(next, otherwise);
    }
    return search(0, ranges.size());
  }

  private Decision search(int from, int to) {
    if (to - from == 1) {
      return ranges.get(from).decision();
    }
    if (to - from == 3
        && ranges.get(from + 1).first() + 1 == ranges.get(from + 2).first()
        && isSame(ranges.get(from).decision(), ranges.get(from + 2).decision())) {
      return new Decision.Test(
          Decision.Comparison.EQUAL,
          ranges.get(from + 1).first(),
          ranges.get(from + 1).decision(),
          ranges.get(from).decision());
    }
    int middle = (from + to) >>> 1;
    return new Decision.Test(
        Decision.Comparison.AT_LEAST,
        ranges.get(middle).first(),
        search(middle, to),
        search(from, middle));
  }
}
