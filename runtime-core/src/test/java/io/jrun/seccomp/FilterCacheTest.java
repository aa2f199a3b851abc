// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.SeccompSpec;
import io.jrun.linux.LibSeccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is kept of a filter and when it counts. In memory every filter is found that this process
 * has made: each look at the disk is therefore made in the name of another version.
 */
class FilterCacheTest {
  private static final String PROFILE =
      "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['read'],'action':'SCMP_ACT_ALLOW'}]}";

  private static int versions;

  @TempDir Path root;
  private Path directory;
  private String version;
  private long uid;

  @BeforeEach
  void prepare() throws IOException {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    directory = root.resolve(FilterCache.DIRECTORY);
    version = "version " + ++versions;
    uid = (Integer) Files.getAttribute(root, "unix:uid");
  }

  private FilterCache cache() {
    return new FilterCache(root.toString(), version, uid);
  }

  private static SeccompSpec profile(int errno) {
    return Profiles.parse(
        PROFILE.replace("'syscalls'", "'defaultErrnoRet':" + errno + ",'syscalls'"));
  }

  /** A file as it would be kept of the profile, but for another filter, by which it is known. */
  private Path keep(byte[] filter) throws IOException {
    FilterKey key = FilterKey.of(profile(1), version);
    Path library = Path.of(LibSeccomp.get().path().orElseThrow());
    String identity =
        library
            + " "
            + Files.readAttributes(library, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey()
            + " "
            + Files.size(library)
            + " "
            + Files.getLastModifiedTime(library).toMillis();
    return keep(key.name(), new KeptFilter(key.bytes(), identity, filter).write());
  }

  private Path keep(String name, byte[] content) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
    Path file = Files.write(directory.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private boolean isObeyed() {
    FilterCache.Filter found = cache().find(profile(1));
    assertEquals(found.program().length == MARKED.length, found.fresh().isEmpty());
    return found.program().length == MARKED.length;
  }

  private static final byte[] MARKED = {6, 0, 0, 0, 0, 0, 0, 0};

  @Test
  void whatIsKeptIsFoundByTheNextProcess() throws IOException {
    FilterCache.Filter made = cache().find(profile(1));
    FilterCache.Entry entry = made.fresh().orElseThrow();
    assertEquals(List.of(), entry.evicted());
    KeptFilter kept = KeptFilter.read(entry.content()).orElseThrow();
    assertArrayEquals(made.program(), kept.filter());
    // Under another version the memory knows nothing of it.
    keep(MARKED);
    version += " again";
    keep(MARKED);
    assertTrue(isObeyed());
  }

  @Test
  void aFilterIsKnownWithinTheProcess() {
    FilterCache.Filter first = cache().find(profile(1));
    FilterCache.Filter second = cache().find(profile(1));
    assertTrue(first.fresh().isPresent());
    assertTrue(second.fresh().isEmpty());
    assertArrayEquals(first.program(), second.program());
    assertTrue(cache().find(profile(2)).fresh().isPresent());
  }

  @Test
  void anotherProfileAnotherVersionAnotherArchitectureIsAnotherKey() {
    FilterKey key = FilterKey.of(profile(1), "a");
    assertEquals(key, FilterKey.of(profile(1), "a"));
    assertFalse(key.equals(FilterKey.of(profile(2), "a")));
    assertFalse(key.equals(FilterKey.of(profile(1), "b")));
    String real = System.getProperty("os.arch");
    try {
      System.setProperty("os.arch", "pdp11");
      assertFalse(key.equals(FilterKey.of(profile(1), "a")));
    } finally {
      System.setProperty("os.arch", real);
    }
  }

  @Test
  void namesThatLookLikeMoreThanOneAreToldApart() {
    String profile =
        "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':[%s],'action':'SCMP_ACT_ALLOW'}]}";
    FilterKey one = FilterKey.of(Profiles.parse(profile.replace("%s", "'read 4 open'")), "");
    FilterKey two = FilterKey.of(Profiles.parse(profile.replace("%s", "'read','open'")), "");
    assertFalse(one.equals(two));
  }

  @Test
  void whatOthersCanWriteIsNotObeyed() throws IOException {
    keep(MARKED);
    for (Path each :
        List.of(directory.resolve(FilterKey.of(profile(1), version).name()), directory, root)) {
      var before = Files.getPosixFilePermissions(each);
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwx---"));
      assertFalse(isObeyed(), each.toString());
      Files.setPosixFilePermissions(each, before);
      // What was made instead is remembered: the next in the name of another version.
      version += "'";
      keep(MARKED);
    }
    assertTrue(isObeyed());
  }

  @Test
  void whatIsAnothersIsNotObeyed() throws IOException {
    keep(MARKED);
    uid = uid == 0 ? 1 : uid + 1;
    // Root's counts for everybody; the tests may run as root.
    assertEquals((Integer) Files.getAttribute(root, "unix:uid") == 0, isObeyed());
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path file = keep(MARKED);
    Path elsewhere = Files.move(file, root.resolve("elsewhere"));
    Files.createSymbolicLink(file, elsewhere);
    assertFalse(isObeyed());
  }

  @Test
  void whatIsDamagedIsNotObeyed() throws IOException {
    byte[] whole = Files.readAllBytes(keep(MARKED));
    for (int length : new int[] {0, 1, 23, 24, whole.length - 8, whole.length - 1}) {
      assertTrue(KeptFilter.read(java.util.Arrays.copyOf(whole, length)).isEmpty(), "" + length);
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x20;
      assertTrue(KeptFilter.read(damaged).isEmpty(), "" + at);
    }
    byte[] longer = java.util.Arrays.copyOf(whole, whole.length + 8);
    assertTrue(KeptFilter.read(longer).isEmpty());
    keep(FilterKey.of(profile(1), version).name(), java.util.Arrays.copyOf(whole, 30));
    assertFalse(isObeyed());
  }

  @Test
  void aFilterOfAnotherKeyIsNotObeyed() throws IOException {
    byte[] other = Files.readAllBytes(keep(MARKED));
    version += " later";
    keep(FilterKey.of(profile(1), version).name(), other);
    assertFalse(isObeyed());
  }

  @Test
  void aFilterOfAnotherLibraryIsNotObeyed() throws IOException {
    FilterKey key = FilterKey.of(profile(1), version);
    for (String identity : List.of("", "/nonexistent (a) 1 1", "/bin/sh (a) 1 1")) {
      keep(key.name(), new KeptFilter(key.bytes(), identity, MARKED).write());
      assertFalse(cache().find(profile(1)).program().length == MARKED.length, identity);
    }
  }

  @Test
  void theOldestMakeRoom() throws IOException {
    for (int i = 0; i < 70; i++) {
      Path file = keep("f" + i, "x".getBytes(StandardCharsets.UTF_8));
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L + 1000 * i));
    }
    FilterCache.Entry entry = cache().find(profile(1)).fresh().orElseThrow();
    assertEquals(List.of("f0", "f1", "f2", "f3", "f4", "f5", "f6"), entry.evicted());
  }
}
