// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelTreesTest {
  private final List<Procfs.Mount> mounts = new ArrayList<>();

  /** Each "id parent point type", and the root of what is a part of a file system. */
  private void mounted(String... lines) {
    for (String line : lines) {
      String[] words = line.split(" ");
      mounts.add(
          new Procfs.Mount(
              Integer.parseInt(words[0]),
              Integer.parseInt(words[1]),
              words.length > 4 ? words[4] : "/",
              words[2],
              false,
              words[3]));
    }
  }

  private void mount(int id, int parent, String point) {
    mounts.add(new Procfs.Mount(id, parent, "/", point, false, "proc"));
  }

  private List<String> found() {
    return KernelTrees.find(mounts, false);
  }

  @Test
  void wholeTreesAreFoundWhereverTheyAre() {
    mounted(
        "1 1 / rootfs",
        "2 1 /proc proc",
        "3 2 /proc/sys/fs/binfmt_misc binfmt_misc",
        "4 1 /sys sysfs",
        "5 1 /srv/part proc /sys/net",
        "6 1 /srv/chroot/proc proc");
    assertEquals(List.of("/proc", "/sys", "/srv/chroot/proc"), found());
  }

  @Test
  void whatHidesOneGoesBefore() {
    mounted(
        "1 0 / rootfs",
        "2 1 /a/b/proc proc",
        "3 1 /a/b tmpfs",
        "4 1 /a tmpfs",
        "5 4 /a/b tmpfs",
        "6 1 /ab tmpfs");
    assertEquals(List.of("/a", "/a/b", "/a/b/proc"), found());
  }

  @Test
  void ofAStackTheTopGoesFirst() {
    mounted("1 0 / rootfs", "2 1 /p proc", "3 2 /p sysfs", "4 3 /p tmpfs");
    assertEquals(List.of("/p", "/p", "/p"), found());
  }

  @Test
  void coversAreMadeOnceFromTheInsideOut() {
    mounted("1 0 / rootfs", "2 1 /p proc", "3 2 /p proc", "4 3 /p/sys sysfs", "5 1 /a tmpfs");
    assertEquals(List.of("/p/sys", "/p"), KernelTrees.find(mounts, true));
  }

  @Test
  void namesAreTextOrRefused() {
    mounted("1 0 / rootfs");
    mount(2, 1, latin("/\u00fc a\n"));
    assertEquals(List.of("/\u00fc a\n"), found());
    mount(3, 1, "/\u00fc");
    String message = assertThrows(ContainerException.class, this::found).getMessage();
    assertTrue(message.contains("--no-pivot"), message);
  }

  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
