// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which tests are wanted, written as Maven takes it in {@code -Dit.test}: names of classes between
 * commas, each with the methods that are meant after a {@code #} and between pluses, all with
 * {@code *} and {@code ?}; what begins with {@code !} is left out.
 */
record Selection(List<Part> parts) {

  private record Part(boolean wanted, Pattern type, Pattern methods) {}

  static Selection parse(String text) {
    return new Selection(
        Arrays.stream(text.split(",")).map(String::strip).map(Selection::part).toList());
  }

  private static Part part(String text) {
    boolean wanted = !text.startsWith("!");
    String[] names = text.substring(wanted ? 0 : 1).split("#", 2);
    return new Part(wanted, pattern(names[0]), pattern(names.length > 1 ? names[1] : "*"));
  }

  private static Pattern pattern(String text) {
    String regex =
        Pattern.quote(text)
            .replace("*", "\\E.*\\Q")
            .replace("?", "\\E.\\Q")
            .replace("+", "\\E|\\Q");
    return Pattern.compile(regex);
  }

  /** Whether a method of a class, named with its package, is among them. */
  boolean has(String className, String method) {
    String simpleName = className.substring(className.lastIndexOf('.') + 1);
    Predicate<Part> matches =
        part -> part.type.matcher(simpleName).matches() && part.methods.matcher(method).matches();
    boolean all = parts.stream().noneMatch(Part::wanted);
    return (all || parts.stream().filter(Part::wanted).anyMatch(matches))
        && parts.stream().filter(part -> !part.wanted).noneMatch(matches);
  }
}
