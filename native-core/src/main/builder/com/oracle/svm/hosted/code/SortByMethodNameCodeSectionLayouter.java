// SPDX-License-Identifier: Apache-2.0
package com.oracle.svm.hosted.code;

import com.oracle.svm.hosted.meta.HostedMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.graal.compiler.code.CompilationResult;

/**
 * Takes the place of the builder's class of this name ({@code --patch-module}): methods that
 * commands use lie side by side, in the order of the file that the property io.jrun.methods names,
 * and the others after them, class by class. The kernel has 64 kB and more of a file in memory for
 * each place that is touched: what was spread over nine megabytes is in two.
 */
public class SortByMethodNameCodeSectionLayouter implements CodeSectionLayouter {
  @Override
  public List<HostedMethod> layout(Map<HostedMethod, CompilationResult> compilations) {
    String file = System.getProperty("io.jrun.methods");
    Map<String, Integer> places = read(Path.of(file));
    List<HostedMethod> methods = new ArrayList<>(compilations.keySet());
    if (methods.stream().noneMatch(method -> places.containsKey(name(method)))) {
      throw new IllegalStateException("no method is one of those of " + file);
    }
    methods.sort(
        Comparator.<HostedMethod>comparingInt(
                method -> places.getOrDefault(name(method), places.size()))
            .thenComparing(HostedMethod::getQualifiedName)
            .thenComparing(HostedMethod::getUniqueShortName));
    return methods;
  }

  private static Map<String, Integer> read(Path file) {
    Map<String, Integer> places = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.startsWith("#")) {
          places.put(line, places.size());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return places;
  }

  /** As the symbol of the method has it, but for the digest at that one's end. */
  private static String name(HostedMethod method) {
    String type = method.getDeclaringClass().toJavaName(false);
    return method.isConstructor() ? type : type + "_" + method.getName();
  }
}
