// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

/**
 * What one question found.
 *
 * @param subject what was asked about, in a few words
 * @param found what there is
 * @param remedy what is to be done about it; empty only if there is nothing to be done
 */
public record Finding(String subject, Verdict verdict, String found, String remedy) {
  /** What it means for containers. */
  public enum Verdict {
    /** Nothing is to be done. */
    OK,
    /** Nothing is wrong, and something could be had that is not. */
    NOTE,
    /** Containers run without it; those that ask for it are refused. */
    LIMITED,
    /** No container can be run. */
    BROKEN;

    /** As it is printed. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whatever is not well has a remedy. */
  public Finding {
    if (remedy.isEmpty() && verdict != Verdict.OK) {
      throw new IllegalArgumentException("no remedy for " + subject + ": " + found);
    }
  }

  static Finding ok(String subject, String found) {
    return new Finding(subject, Verdict.OK, found, "");
  }

  static Finding note(String subject, String found, String remedy) {
    return new Finding(subject, Verdict.NOTE, found, remedy);
  }

  static Finding limited(String subject, String found, String remedy) {
    return new Finding(subject, Verdict.LIMITED, found, remedy);
  }

  static Finding broken(String subject, String found, String remedy) {
    return new Finding(subject, Verdict.BROKEN, found, remedy);
  }

  /** Broken where no container could do without it, else limited. */
  static Finding lacking(boolean needed, String subject, String found, String remedy) {
    return needed ? broken(subject, found, remedy) : limited(subject, found, remedy);
  }
}
