// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import java.util.List;

/**
 * Comparisons of a call's arguments as decisions. The machine has 32 bits and arguments have 64: of
 * each the upper half is looked at first. What is known already is not asked again: where a
 * comparison of one half has failed, the next alternative goes on with what was loaded, and an
 * upper half that was found equal stays so.
 */
final class Conditions {
  /** Offset of the arguments in struct seccomp_data of linux/seccomp.h; both halves are words. */
  private static final int ARGUMENTS = 16;

  private final boolean wide;

  /**
   * Comparisons on one architecture.
   *
   * @param wide whether arguments have upper halves
   */
  Conditions(boolean wide) {
    this.wide = wide;
  }

  /**
   * A word that is known to have a value where a decision is come to.
   *
   * @param more what else is known; null if nothing
   */
  private record Known(int offset, int value, Known more) {
    static Known find(Known known, int offset) {
      for (Known each = known; each != null; each = each.more) {
        if (each.offset == offset) {
          return each;
        }
      }
      return null;
    }
  }

  /** What to do where all the conditions hold, and where one does not. */
  Decision all(List<SeccompRule.Condition> conditions, Decision yes, Decision no) {
    Decision next = yes;
    for (int i = conditions.size() - 1; i >= 0; i--) {
      next = one(conditions.get(i), next, no);
    }
    return next;
  }

  private Decision one(SeccompRule.Condition c, Decision yes, Decision no) {
    int low = ARGUMENTS + 8 * c.index();
    int upper = (int) (c.value() >>> 32);
    int lower = (int) c.value();
    if (c.operator() == SeccompOperator.MASKED_EQ) {
      int upperWanted = (int) (c.valueTwo() >>> 32);
      Decision rest = masked(low, lower, (int) c.valueTwo(), yes, no);
      return wide ? masked(low + 4, upper, upperWanted, rest, no) : rest;
    }
    Decision half = half(c.operator(), low, lower, null, yes, no);
    if (!wide) {
      return half;
    }
    // Only equal upper halves leave it to the lower ones, which then know it.
    Known equal = new Known(low + 4, upper, null);
    Decision rest = half(c.operator(), low, lower, equal, yes, no);
    return switch (c.operator()) {
      case EQ -> equal(low + 4, upper, rest, no);
      case NE -> equal(low + 4, upper, rest, yes);
      case GT, GE -> ordered(low + 4, upper, yes, rest, no);
      default -> ordered(low + 4, upper, no, rest, yes);
    };
  }

  private Decision half(
      SeccompOperator operator, int offset, int value, Known known, Decision yes, Decision no) {
    return switch (operator) {
      case EQ -> test(Decision.Comparison.EQUAL, offset, value, known, yes, no);
      case NE -> test(Decision.Comparison.EQUAL, offset, value, known, no, yes);
      case GT -> test(Decision.Comparison.GREATER, offset, value, known, yes, no);
      case LE -> test(Decision.Comparison.GREATER, offset, value, known, no, yes);
      case GE -> test(Decision.Comparison.AT_LEAST, offset, value, known, yes, no);
      default -> test(Decision.Comparison.AT_LEAST, offset, value, known, no, yes);
    };
  }

  private static Decision equal(int offset, int value, Decision yes, Decision no) {
    return test(Decision.Comparison.EQUAL, offset, value, null, yes, no);
  }

  /** Three ways in two comparisons of one word. */
  private static Decision ordered(
      int offset, int value, Decision greater, Decision same, Decision less) {
    Decision rest = test(Decision.Comparison.EQUAL, offset, value, null, same, less);
    return test(Decision.Comparison.GREATER, offset, value, null, greater, rest);
  }

  private static Decision test(
      Decision.Comparison comparison,
      int offset,
      int value,
      Known known,
      Decision yes,
      Decision no) {
    Known more = comparison == Decision.Comparison.EQUAL ? new Known(offset, value, known) : known;
    Decision.Test test =
        new Decision.Test(
            comparison, value, enter(yes, offset, more), enter(no, offset, known), yes, no);
    return new Decision.Load(offset, test);
  }

  /** Where to go on when A holds a word and some are known. */
  private static Decision enter(Decision target, int held, Known known) {
    Decision at = target;
    while (at instanceof Decision.Load load && load.next instanceof Decision.Test test) {
      Known found = Known.find(known, load.offset);
      if (found == null) {
        return load.offset == held ? test : at;
      }
      at = test.comparison.holds(found.value, test.operand) ? test.plainYes : test.plainNo;
    }
    return at;
  }

  /** A word without its other bits. Nothing is known of it afterwards. */
  private static Decision masked(int offset, int mask, int wanted, Decision yes, Decision no) {
    if ((wanted & ~mask) != 0) {
      return no;
    }
    if (mask == 0) {
      return yes;
    }
    Decision test = new Decision.Test(Decision.Comparison.EQUAL, wanted, yes, no);
    return new Decision.Load(offset, mask == -1 ? test : new Decision.Mask(mask, test));
  }
}
