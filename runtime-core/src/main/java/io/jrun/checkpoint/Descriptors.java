// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.jrun.linux.Procfs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the standard descriptors of a container were at its checkpoint: whoever restores it has
 * others in their places. Each text is that of the link in /proc/PID/fd, or CRIU's name for a file
 * that lies on no mount of the container's.
 *
 * @param names as {@link #FILE} has them, which is runc's file: for 0, 1 and 2
 * @param keys what CRIU calls what has to be replaced; empty for what has not
 * @param nulls what CRIU calls a /dev/null that another process of the container has
 */
public record Descriptors(List<String> names, List<String> keys, Set<String> nulls) {
  /** In the images' directory; runc and crun write and read it too. */
  public static final String FILE = "descriptors.json";

  /** The keys, which other runtimes do not have: three, and then those of other processes. */
  public static final String KEYS_FILE = "jrun-descriptors.json";

  public static final int COUNT = 3;
  private static final int[] OUTPUTS_FIRST = {1, 2, 0};
  private static final String PIPE = "pipe:";
  private static final String NULL = "/dev/null";
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Looks at processes; what is closed there, or has ended, has an empty name.
   *
   * @param pid of init
   * @param others what else is in the container
   */
  public static Descriptors of(long pid, List<Long> others) {
    List<String> names = new ArrayList<>(COUNT);
    List<String> keys = new ArrayList<>(COUNT);
    Set<String> mounts = mounts(pid);
    for (int i = 0; i < COUNT; i++) {
      String name = link(pid, i);
      names.add(name);
      keys.add(name.startsWith(PIPE) ? name : outside(pid, i, name, mounts));
    }
    Set<String> nulls = new TreeSet<>();
    for (long other : others) {
      for (int i = 0; i < COUNT; i++) {
        String key = link(other, i).equals(NULL) ? outside(other, i, NULL, mounts) : "";
        if (!key.isEmpty() && !keys.contains(key)) {
          nulls.add(key);
        }
      }
    }
    return new Descriptors(names, keys, nulls);
  }

  private static Set<String> mounts(long pid) {
    Set<String> mounts = new HashSet<>();
    for (String line : Procfs.read("/proc/" + pid + "/mountinfo").orElse("").split("\n")) {
      mounts.add(line.substring(0, Math.max(line.indexOf(' '), 0)));
    }
    return mounts;
  }

  private static String link(long pid, int number) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + number)).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** {@code file[MOUNT:INODE]}, both in hexadecimal; empty if the file is the container's own. */
  private static String outside(long pid, int number, String name, Set<String> mounts) {
    if (!name.startsWith("/") || name.startsWith("/dev/pts/") || name.startsWith("/dev/tty")) {
      return "";
    }
    String mount = "";
    String info = Procfs.read("/proc/" + pid + "/fdinfo/" + number).orElse("");
    for (String line : info.split("\n")) {
      mount = line.startsWith("mnt_id:") ? line.substring(7).strip() : mount;
    }
    if (mount.isEmpty() || mounts.contains(mount)) {
      return "";
    }
    try {
      long inode = (Long) Files.getAttribute(Path.of("/proc/" + pid + "/fd/" + number), "unix:ino");
      return "file["
          + Long.toHexString(Long.parseLong(mount))
          + ":"
          + Long.toHexString(inode)
          + "]";
    } catch (IOException e) {
      return "";
    }
  }

  /** What CRIU is to leave to whoever restores, beside pipes: those it knows. */
  public Set<String> outside() {
    Set<String> out = new HashSet<>(keys);
    out.removeIf(each -> each.isEmpty() || each.startsWith(PIPE));
    out.addAll(nulls);
    return out;
  }

  /**
   * What takes the place of what, by key: one of the numbers 0 to 2, or {@code devNull}. Of several
   * with one key an output counts before the input: it can be written to.
   *
   * @param devNull number of a descriptor of /dev/null that can be read and written
   */
  public Map<String, Integer> replacements(int devNull) {
    Map<String, Integer> out = new LinkedHashMap<>();
    for (int i : OUTPUTS_FIRST) {
      boolean isNull = names.get(i).equals(NULL);
      if (!keys.get(i).isEmpty()) {
        out.putIfAbsent(keys.get(i), isNull ? devNull : i);
      }
    }
    nulls.forEach(key -> out.put(key, devNull));
    return out;
  }

  /** The content of {@link #FILE}. */
  public byte[] namesFile() {
    return write(names);
  }

  /** The content of {@link #KEYS_FILE}. */
  public byte[] keysFile() {
    List<String> all = new ArrayList<>(keys);
    all.addAll(nulls);
    return write(all);
  }

  /**
   * Reads both files.
   *
   * @param keys null where the images are not jrun's: then pipes are all that is replaced
   * @throws IllegalArgumentException if one of them is not an array of three texts
   */
  public static Descriptors read(byte[] names, byte[] keys) {
    List<String> known = read(names, FILE).subList(0, COUNT);
    if (keys != null) {
      List<String> all = read(keys, KEYS_FILE);
      return new Descriptors(
          known, all.subList(0, COUNT), new TreeSet<>(all.subList(COUNT, all.size())));
    }
    List<String> pipes = new ArrayList<>(COUNT);
    for (String each : known) {
      pipes.add(each.startsWith(PIPE) ? each : "");
    }
    return new Descriptors(known, pipes, Set.of());
  }

  private static byte[] write(List<String> texts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartArray();
      for (String each : texts) {
        json.writeString(each);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static List<String> read(byte[] bytes, String file) {
    List<String> out = new ArrayList<>(COUNT);
    try (JsonParser json = JSON.createParser(bytes)) {
      JsonToken token = json.nextToken();
      while (token == JsonToken.START_ARRAY || token == JsonToken.VALUE_STRING) {
        if (token == JsonToken.VALUE_STRING) {
          out.add(json.getText());
        }
        token = json.nextToken();
      }
      if (token == JsonToken.END_ARRAY && out.size() >= COUNT) {
        return out;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": not JSON", e);
    }
    throw new IllegalArgumentException(file + ": not an array of three texts");
  }
}
