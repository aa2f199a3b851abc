// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static io.jrun.linux.Linux.MOUNT_ATTR_NOATIME;
import static io.jrun.linux.Linux.MOUNT_ATTR_NODEV;
import static io.jrun.linux.Linux.MOUNT_ATTR_NODIRATIME;
import static io.jrun.linux.Linux.MOUNT_ATTR_NOEXEC;
import static io.jrun.linux.Linux.MOUNT_ATTR_NOSUID;
import static io.jrun.linux.Linux.MOUNT_ATTR_NOSYMFOLLOW;
import static io.jrun.linux.Linux.MOUNT_ATTR_RDONLY;
import static io.jrun.linux.Linux.MOUNT_ATTR_STRICTATIME;
import static io.jrun.linux.Linux.MOUNT_ATTR__ATIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jrun.linux.Linux;
import io.jrun.spec.Mount;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All 62 words of config.md, "Linux mount options". */
class MountOptionsTest {
  private static final MountOptions NONE = parse();

  private static MountOptions parse(String... words) {
    Problems problems = new Problems();
    MountOptions options =
        MountOptions.parse(
            new Mount("/a", "tmpfs", "t", List.of(words), null, null), "/mounts/0", problems);
    assertTrue(problems.isEmpty(), () -> problems.entries().toString());
    return options;
  }

  private static List<Problems.Entry> problems(String type, String... words) {
    Problems problems = new Problems();
    MountOptions.parse(
        new Mount("/a", type, "t", List.of(words), null, null), "/mounts/0", problems);
    return problems.entries();
  }

  /** word, set, clear. */
  static Stream<Arguments> attributes() {
    return Stream.of(
        arguments("ro", MOUNT_ATTR_RDONLY, 0L),
        arguments("rw", 0L, MOUNT_ATTR_RDONLY),
        arguments("nosuid", MOUNT_ATTR_NOSUID, 0L),
        arguments("suid", 0L, MOUNT_ATTR_NOSUID),
        arguments("nodev", MOUNT_ATTR_NODEV, 0L),
        arguments("dev", 0L, MOUNT_ATTR_NODEV),
        arguments("noexec", MOUNT_ATTR_NOEXEC, 0L),
        arguments("exec", 0L, MOUNT_ATTR_NOEXEC),
        arguments("nodiratime", MOUNT_ATTR_NODIRATIME, 0L),
        arguments("diratime", 0L, MOUNT_ATTR_NODIRATIME),
        arguments("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0L),
        arguments("symfollow", 0L, MOUNT_ATTR_NOSYMFOLLOW),
        arguments("noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME),
        arguments("atime", 0L, MOUNT_ATTR__ATIME),
        arguments("relatime", 0L, MOUNT_ATTR__ATIME),
        arguments("norelatime", 0L, MOUNT_ATTR__ATIME),
        arguments("strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME),
        arguments("nostrictatime", 0L, MOUNT_ATTR__ATIME));
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void aPlainWordIsAboutTheMountItself(String word, long set, long clear) {
    MountOptions options = parse(word);
    assertEquals(set, options.set());
    assertEquals(clear, options.clear());
    assertEquals(0, options.recursiveSet() | options.recursiveClear());
    assertEquals(List.of(), options.data());
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void withAnRItIsAboutAllBelowToo(String word, long set, long clear) {
    MountOptions options = parse("r" + word);
    assertEquals(set, options.recursiveSet());
    assertEquals(clear, options.recursiveClear());
    assertEquals(0, options.set() | options.clear());
    assertEquals(List.of(), options.data());
    assertEquals(List.of(), options.superblock());
  }

  static Stream<Arguments> propagations() {
    return Stream.of(
        arguments("shared", Linux.MS_SHARED),
        arguments("slave", Linux.MS_SLAVE),
        arguments("private", Linux.MS_PRIVATE),
        arguments("unbindable", Linux.MS_UNBINDABLE));
  }

  @ParameterizedTest
  @MethodSource("propagations")
  void propagationIsOfTheMountOrOfAllBelowToo(String word, long type) {
    assertEquals(
        List.of(
            new MountOptions.Propagation(type, false), new MountOptions.Propagation(type, true)),
        parse(word, "r" + word).propagation());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "defaults",
        "mand",
        "nomand",
        "loud",
        "silent",
        "iversion",
        "noiversion",
        "async",
        "nolazytime"
      })
  void wordsTheKernelDoesNotHaveAnyMoreAndEmptyOnesChangeNothing(String word) {
    assertEquals(NONE, parse(word));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sync", "dirsync", "lazytime"})
  void someWordsAreTheSuperblocks(String word) {
    assertEquals(List.of(word), parse(word).superblock());
    assertEquals(0, parse(word).set());
  }

  @Test
  void readOnlyIsOfTheSuperblockToo() {
    assertEquals(List.of("ro"), parse("ro").superblock());
    assertEquals(List.of("rw"), parse("ro", "rw").superblock());
    assertEquals(List.of("ro"), parse("rw", "ro").superblock());
  }

  @Test
  void bindingIsAskedForByTypeOrByOption() {
    assertTrue(parse("bind").bind());
    assertFalse(parse("bind").recursive());
    assertTrue(parse("rbind").bind() && parse("rbind").recursive());
    assertTrue(parse("remount").remount());
    Problems none = new Problems();
    assertTrue(
        MountOptions.parse(new Mount("/a", "bind", "/b", null, null, null), "", none).bind());
    assertFalse(NONE.bind() || NONE.recursive() || NONE.remount());
  }

  @Test
  void ofWordsThatContradictTheLastWins() {
    assertEquals(MOUNT_ATTR_RDONLY, parse("rw", "ro").set());
    assertEquals(0, parse("rw", "ro").clear());
    assertEquals(0, parse("ro", "rw").set());
    assertEquals(MOUNT_ATTR_RDONLY, parse("ro", "rw").clear());
    assertEquals(MOUNT_ATTR_STRICTATIME, parse("noatime", "strictatime").set());
    assertEquals(0, parse("noatime", "relatime").set());
    assertEquals(MOUNT_ATTR_NOATIME, parse("rstrictatime", "rnoatime").recursiveSet());
    assertEquals(List.of(), parse("sync", "async").superblock());
    assertEquals(List.of(), parse("lazytime", "nolazytime").superblock());
  }

  @Test
  void whatIsNotInTheTableIsData() {
    List<String> words =
        List.of(
            "size=64k",
            "mode=1777",
            "newinstance",
            "RO",
            "ro ",
            "rr",
            "r",
            "rbindx",
            "rsync",
            "rdefaults");
    assertEquals(words, parse(words.toArray(String[]::new)).data());
  }

  @Test
  void aBindMountTakesNoData() {
    List<Problems.Entry> found = problems("none", "size=1", "bind", "ro", "size=2");
    assertEquals(
        List.of("/mounts/0/options/0", "/mounts/0/options/3"),
        found.stream().map(Problems.Entry::pointer).toList());
    assertEquals(
        "bind mounts cannot have any filesystem-specific options applied: \"size=1\"",
        found.get(0).message());
    assertEquals(List.of(), problems("bind", "ro", "private", "sync", "rnosuid", "defaults", ""));
  }

  /** So that a word is not forgotten here: they are as many as runc lists. */
  @Test
  void theTableHasSixtyTwoWords() {
    long attributes = attributes().count() * 2;
    long propagations = propagations().count() * 2;
    int others =
        "bind rbind defaults remount async sync dirsync iversion noiversion lazytime nolazytime loud silent mand nomand idmap ridmap tmpcopyup"
            .split(" ")
            .length;
    assertEquals(62, attributes + propagations + others);
  }

  /** As data of mount(2). */
  static Stream<Arguments> lists() {
    return Stream.of(
        arguments("tmpfs", "size=1m,mode=750", List.of("size=1m", "mode=750")),
        arguments("tmpfs", ",size=1m,,mode=750,", List.of("size=1m", "mode=750")),
        arguments("tmpfs", "a\\,b", List.of("a\\", "b")),
        arguments("overlay", "lowerdir=/a\\,b,userxattr", List.of("lowerdir=/a\\,b", "userxattr")),
        arguments("overlay", "lowerdir=/a\\", List.of("lowerdir=/a\\")),
        arguments("overlay", "lowerdir=/a\\\\,userxattr", List.of("lowerdir=/a\\\\", "userxattr")),
        arguments(
            "tmpfs",
            "context=\"u:r:t:s0:c1,c2\",mode=1",
            List.of("context=u:r:t:s0:c1,c2", "mode=1")),
        arguments("tmpfs", "x=\"a,b", List.of("x=\"a", "b")));
  }

  @ParameterizedTest
  @MethodSource("lists")
  void aWordMayBeAListOfWhatTheFileSystemIsTold(String type, String word, List<String> data) {
    Problems problems = new Problems();
    Mount mount = new Mount("/a", type, "t", List.of(word), null, null);
    assertEquals(data, MountOptions.parse(mount, "/mounts/0", problems).data());
    assertTrue(problems.isEmpty());
  }

  @Test
  void whatTheKernelTakesOfAnOptionIsCountedInBytes() {
    assertFalse(MountOptions.isLong("size=" + "x".repeat(255)));
    assertTrue(MountOptions.isLong("size=" + "x".repeat(256)));
    assertTrue(MountOptions.isLong("size=" + "\u00e9".repeat(128)));
    assertFalse(MountOptions.isLong("size=" + "\u00e9".repeat(127)));
    assertTrue(MountOptions.isLong("x".repeat(256)));
    assertTrue(MountOptions.isLong("x".repeat(256) + "=1"));
  }
}
