// SPDX-License-Identifier: Apache-2.0
package io.jrun;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which class of this build names which, by their sources: a compiler's output does not tell who
 * took a constant from whom. What comments say does not count, nor that a sealed type lists those
 * who may be one.
 */
final class SourceTree {
  static final Path TOP = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

  private static final Pattern NO_CODE =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|\\bpermits [^{]*",
          Pattern.DOTALL);
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package io\\.jrun\\.([\\w.]+);");
  private static final Pattern QUALIFIED =
      Pattern.compile("(?<![\\w.])io\\.jrun\\.((?:[a-z]\\w*\\.)+)([A-Z]\\w*)");
  private static final Pattern SIMPLE = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

  /** By the class's name without {@code io.jrun.}: those that it names. */
  private final Map<String, Set<String>> uses = new TreeMap<>();

  private SourceTree() {}

  /** Lines of main sources that match, below a directory of the core's packages. */
  static List<String> lines(String below, Pattern wanted) {
    Path top = TOP.resolve("runtime-core/src/main/java/io/jrun/" + below);
    List<String> out = new ArrayList<>();
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (wanted.matcher(line).find()) {
            out.add(file.getFileName() + ": " + line.strip());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  /** Main sources of some modules that have more lines than that. */
  static List<String> longerThan(int lines, String... modules) {
    List<String> out = new ArrayList<>();
    for (String module : modules) {
      try (Stream<Path> files = Files.walk(TOP.resolve(module + "/src/main/java"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          int found = Files.readAllLines(file).size();
          if (found > lines) {
            out.add(file.getFileName() + ": " + found);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return out;
  }

  /** The main sources of some modules. */
  static SourceTree of(String... modules) {
    Map<String, String> sources = new TreeMap<>();
    for (String module : modules) {
      try (Stream<Path> files = Files.walk(TOP.resolve(module + "/src/main/java"))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          String code = NO_CODE.matcher(Files.readString(file)).replaceAll(" ");
          Matcher declared = PACKAGE.matcher(code);
          if (declared.find() && !name.equals("package-info")) {
            sources.put(declared.group(1) + "." + name, code);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    SourceTree tree = new SourceTree();
    sources.forEach((name, code) -> tree.uses.put(name, named(name, code, sources.keySet())));
    return tree;
  }

  private static Set<String> named(String name, String code, Set<String> all) {
    Set<String> out = new TreeSet<>();
    for (MatchResult each : QUALIFIED.matcher(code).results().toList()) {
      out.add(each.group(1) + each.group(2));
    }
    for (MatchResult each : SIMPLE.matcher(code).results().toList()) {
      out.add(packageOf(name) + "." + each.group());
    }
    out.retainAll(all);
    out.remove(name);
    return out;
  }

  private static String packageOf(String type) {
    return type.substring(0, type.lastIndexOf('.'));
  }

  /** Which classes a package's have in use of that package itself, by their names. */
  Map<String, Set<String>> within(String name) {
    Map<String, Set<String>> out = new TreeMap<>();
    uses.forEach(
        (type, used) -> {
          if (packageOf(type).equals(name)) {
            Set<String> of = new TreeSet<>(used);
            of.removeIf(each -> !packageOf(each).equals(name));
            out.put(type, of);
          }
        });
    return out;
  }

  /** By package: those that it imports, itself left out. */
  Map<String, Set<String>> packages() {
    Map<String, Set<String>> out = new TreeMap<>();
    uses.forEach(
        (name, used) -> {
          Set<String> of = out.computeIfAbsent(packageOf(name), key -> new TreeSet<>());
          used.forEach(each -> of.add(packageOf(each)));
          of.remove(packageOf(name));
        });
    return out;
  }

  /** Sets of classes of which each leads to every other one. */
  List<Set<String>> circles() {
    List<Set<String>> out = new ArrayList<>();
    Set<String> done = new TreeSet<>();
    Map<String, Set<String>> reached = new HashMap<>();
    uses.keySet().forEach(each -> reached.put(each, reachedFrom(each)));
    for (String each : uses.keySet()) {
      if (!done.contains(each) && reached.get(each).contains(each)) {
        Set<String> circle = new TreeSet<>(reached.get(each));
        circle.removeIf(other -> !reached.get(other).contains(each));
        done.addAll(circle);
        out.add(circle);
      }
    }
    return out;
  }

  private Set<String> reachedFrom(String start) {
    Set<String> found = new TreeSet<>();
    Deque<String> next = new ArrayDeque<>(uses.get(start));
    while (!next.isEmpty()) {
      String each = next.pop();
      if (found.add(each)) {
        Collection<String> more = uses.get(each);
        next.addAll(more);
      }
    }
    return found;
  }
}
