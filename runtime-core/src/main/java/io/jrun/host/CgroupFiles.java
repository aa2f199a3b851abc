// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files of one cgroup, read: numbers, tables of numbers, pressure. Files of controllers that it
 * does not have are as if they were empty. Source: cgroup-v2.rst, "Format".
 *
 * @param directory of the cgroup
 */
public record CgroupFiles(String directory) {
  /** What stands for no limit: the largest number without a sign. */
  public static final long UNLIMITED = -1;

  /** A number; {@link #UNLIMITED} for "max". */
  public OptionalLong number(String file) {
    String text = text(file).trim();
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(text.equals("max") ? UNLIMITED : Long.parseUnsignedLong(text));
  }

  /** A number that is a limit; empty if there is none. */
  public OptionalLong limit(String file) {
    OptionalLong number = number(file);
    return number.isPresent() && number.getAsLong() == UNLIMITED ? OptionalLong.empty() : number;
  }

  /** How many processes and threads there are; without the controller, how many processes. */
  public long tasks() {
    OptionalLong counted = number("pids.current");
    return counted.isPresent() ? counted.getAsLong() : CgroupTree.processes(directory).size();
  }

  /** Keys and numbers, by key. */
  public Map<String, Long> table(String file) {
    Map<String, Long> out = new TreeMap<>();
    for (String line : text(file).split("\n")) {
      int space = line.indexOf(' ');
      if (space > 0) {
        out.put(line.substring(0, space), Long.parseUnsignedLong(line.substring(space + 1).trim()));
      }
    }
    return out;
  }

  /** Lines of a name and keys with values, {@code 8:0 rbytes=1 wbytes=2}: by name and key. */
  public Map<String, Map<String, String>> lines(String file) {
    Map<String, Map<String, String>> out = new TreeMap<>();
    for (String line : text(file).split("\n")) {
      String[] words = line.trim().split(" ");
      Map<String, String> values = new TreeMap<>();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        if (equals > 0) {
          values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
      }
      if (!values.isEmpty()) {
        out.put(words[0], values);
      }
    }
    return out;
  }

  /** The sizes of huge pages that are counted, as file names spell them: 2MB. */
  public Iterable<String> hugepageSizes() {
    TreeSet<String> out = new TreeSet<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Path.of(directory), "hugetlb.*.max")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String size = name.substring("hugetlb.".length(), name.length() - ".max".length());
        if (size.indexOf('.') < 0) {
          out.add(size);
        }
      }
    } catch (IOException e) {
      // Gone meanwhile: then nothing is counted.
      return out;
    }
    return out;
  }

  /** All of a file; empty if the cgroup does not have it. */
  public String text(String file) {
    return Procfs.read(directory + "/" + file).orElse("");
  }
}
