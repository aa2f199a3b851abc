// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Filters that were made before: in this process, and in a directory below the state root, for
 * those to come. Compiling takes a tenth of a second in a new process; finding takes a millisecond.
 *
 * <p>A kept filter is obeyed by whoever is launched with it. So it counts only if it, the directory
 * and the state root belong to root or the caller and nobody else may write them, if it is whole,
 * if it was made of the very same bytes, and if the library that made it is still there unchanged.
 * Anything else is as if it were not there, and is written anew.
 */
public final class FilterCache {
  /** The directory below the state root. No container's id begins with a dot. */
  public static final String DIRECTORY = ".seccomp";

  private static final int MAX_FILES = 64;
  private static final int MAX_IN_MEMORY = 32;
  private static final int MAX_FILE_SIZE = 1 << 20;
  private static final int WRITABLE_BY_OTHERS = 022;

  private static final Map<FilterKey, byte[]> MEMORY = new LinkedHashMap<>();

  private final Path root;
  private final String version;
  private final long uid;

  /**
   * The cache of a state root.
   *
   * @param version of this build
   * @param uid the caller's effective one
   */
  public FilterCache(String root, String version, long uid) {
    this.root = Path.of(root);
    this.version = version;
    this.uid = uid;
  }

  /**
   * A filter.
   *
   * @param program classic BPF, 8 bytes an instruction
   * @param fresh what is to be kept of it; empty if it is already, or cannot be
   */
  public record Filter(byte[] program, Optional<Entry> fresh) {}

  /**
   * A file for the directory.
   *
   * @param evicted names of files in the directory that are to make room for it
   */
  public record Entry(String name, byte[] content, List<String> evicted) {}

  /**
   * The filter of a profile.
   *
   * @throws SeccompException if none can be made here
   */
  public Filter find(SeccompSpec profile) {
    FilterKey key = FilterKey.of(profile, version);
    byte[] known = inMemory(key);
    if (known != null) {
      return new Filter(known, Optional.empty());
    }
    byte[] kept = onDisk(key);
    if (kept != null) {
      remember(key, kept);
      return new Filter(kept, Optional.empty());
    }
    FilterCompiler.Compiled compiled = FilterCompiler.compile(profile);
    remember(key, compiled.filter());
    return new Filter(compiled.filter(), entry(key, compiled.filter(), compiled.library()));
  }

  /**
   * What would be kept of a filter.
   *
   * @param library path of the file that made it
   */
  public Optional<Entry> entry(SeccompSpec profile, byte[] filter, String library) {
    return entry(FilterKey.of(profile, version), filter, library);
  }

  private Optional<Entry> entry(FilterKey key, byte[] filter, String library) {
    String identity = library.isEmpty() ? "" : identity(library);
    if (identity.isEmpty()) {
      return Optional.empty();
    }
    byte[] content = new KeptFilter(key.bytes(), identity, filter).write();
    return Optional.of(new Entry(key.name(), content, superfluous(key.name())));
  }

  private static byte[] inMemory(FilterKey key) {
    synchronized (MEMORY) {
      return MEMORY.get(key);
    }
  }

  /** The oldest goes first: profiles are few, and a process that has had many is not in a hurry. */
  private static void remember(FilterKey key, byte[] filter) {
    synchronized (MEMORY) {
      MEMORY.put(key, filter);
      if (MEMORY.size() > MAX_IN_MEMORY) {
        Iterator<FilterKey> oldest = MEMORY.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    }
  }

  /** Null if there is none that may be obeyed. */
  private byte[] onDisk(FilterKey key) {
    Path directory = root.resolve(DIRECTORY);
    Path file = directory.resolve(key.name());
    try {
      if (!isTrusted(root) || !isTrusted(directory) || !isTrusted(file)) {
        return null;
      }
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || Files.size(file) > MAX_FILE_SIZE) {
        return null;
      }
      KeptFilter kept = KeptFilter.read(Files.readAllBytes(file)).orElse(null);
      boolean same = kept != null && Arrays.equals(kept.key(), key.bytes());
      return same && isUnchanged(kept.library()) ? kept.filter() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether nobody but root and the caller can have written it. No link is followed. */
  private boolean isTrusted(Path path) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
    int owner = (Integer) found.get("uid");
    int mode = (Integer) found.get("mode");
    return (owner == 0 || Integer.toUnsignedLong(owner) == uid) && (mode & WRITABLE_BY_OTHERS) == 0;
  }

  /** A file by path, place, size and time: an update of the library changes at least one. */
  private static String identity(String path) {
    try {
      BasicFileAttributes found = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
      return path
          + " "
          + found.fileKey()
          + " "
          + found.size()
          + " "
          + found.lastModifiedTime().toMillis();
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean isUnchanged(String identity) {
    int end = identity.indexOf(" (");
    return end > 0 && identity.equals(identity(identity.substring(0, end)));
  }

  /** The oldest files beyond the number that is kept, this one counted. */
  private List<String> superfluous(String name) {
    record Old(String name, FileTime time) {}
    List<Old> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(DIRECTORY))) {
      for (Path entry : entries) {
        String each = entry.getFileName().toString();
        if (!each.equals(name)) {
          all.add(new Old(each, Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS)));
        }
      }
    } catch (IOException e) {
      // Not made yet, or changed by someone else just now: nothing to make room in.
      return List.of();
    }
    all.sort((a, b) -> a.time().compareTo(b.time()));
    return all.stream().limit(Math.max(0, all.size() + 1 - MAX_FILES)).map(Old::name).toList();
  }
}
