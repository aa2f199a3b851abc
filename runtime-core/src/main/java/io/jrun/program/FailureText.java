// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import java.util.ArrayList;
import java.util.List;

/**
 * What is said where an instruction fails, in place of its step, its call and the error: words, and
 * between them what is only known then. Words are shown as they are, whatever is in them: paths of
 * a configuration are among them.
 */
public record FailureText(List<Part> parts) {
  /** A piece of it. */
  public sealed interface Part permits Words, Fact {}

  /** What was known when the instruction was recorded. */
  public record Words(String text) implements Part {}

  /** What is known when it has failed. */
  public enum Fact implements Part {
    /** The step, with its field. */
    STEP,
    /** The field of config.json that the step comes from, as a JSON pointer. */
    FIELD,
    /** The error in words. */
    ERRNO,
    /** The error that a netlink request was answered with. */
    ANSWER,
    /** How a program that was run has failed, and what it printed. */
    HOOK
  }

  private static final FailureText EMPTY = new FailureText(List.of());

  public static FailureText words(String text) {
    return EMPTY.and(text);
  }

  /** One that begins with the step and its field. */
  public static FailureText step() {
    return EMPTY.and(Fact.STEP);
  }

  /** One that begins with the field. */
  public static FailureText field() {
    return EMPTY.and(Fact.FIELD);
  }

  public FailureText and(String text) {
    return and(new Words(text));
  }

  public FailureText and(Part part) {
    if (parts.isEmpty()) {
      return new FailureText(List.of(part));
    }
    List<Part> all = new ArrayList<>(parts.size() + 1);
    all.addAll(parts);
    all.add(part);
    return new FailureText(all);
  }

  public FailureText andErrno() {
    return and(Fact.ERRNO);
  }

  public FailureText andHook() {
    return and(Fact.HOOK);
  }

  public boolean has(Fact fact) {
    return parts.contains(fact);
  }

  /** Whether it begins with these words. */
  public boolean startsWith(String text) {
    return parts.get(0) instanceof Words first && first.text().startsWith(text);
  }
}
