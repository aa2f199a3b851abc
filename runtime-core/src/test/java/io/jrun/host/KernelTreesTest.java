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

  private void mount(int id, int parent, String root, String point, String type) {
    mounts.add(new Procfs.Mount(id, parent, root, point, false, type));
  }

  private List<String> found() {
    return KernelTrees.find(mounts, false);
  }

  @Test
  void wholeTreesAreFoundWhereverTheyAre() {
    mount(1, 1, "/", "/", "rootfs");
    mount(2, 1, "/", "/proc", "proc");
    mount(3, 2, "/", "/proc/sys/fs/binfmt_misc", "binfmt_misc");
    mount(4, 1, "/", "/sys", "sysfs");
    mount(5, 1, "/sys/net", "/srv/part", "proc");
    mount(6, 1, "/", "/srv/chroot/proc", "proc");
    assertEquals(List.of("/proc", "/sys", "/srv/chroot/proc"), found());
  }

  @Test
  void whatHidesOneGoesBefore() {
    mount(1, 0, "/", "/", "rootfs");
    mount(2, 1, "/", "/a/b/proc", "proc");
    mount(3, 1, "/", "/a/b", "tmpfs");
    mount(4, 1, "/", "/a", "tmpfs");
    mount(5, 4, "/", "/a/b", "tmpfs");
    mount(6, 1, "/", "/ab", "tmpfs");
    assertEquals(List.of("/a", "/a/b", "/a/b/proc"), found());
  }

  @Test
  void ofAStackTheTopGoesFirst() {
    mount(1, 0, "/", "/", "rootfs");
    mount(2, 1, "/", "/p", "proc");
    mount(3, 2, "/", "/p", "sysfs");
    mount(4, 3, "/", "/p", "tmpfs");
    assertEquals(List.of("/p", "/p", "/p"), found());
  }

  @Test
  void coversAreMadeOnceFromTheInsideOut() {
    mount(1, 0, "/", "/", "rootfs");
    mount(2, 1, "/", "/p", "proc");
    mount(3, 2, "/", "/p", "proc");
    mount(4, 3, "/", "/p/sys", "sysfs");
    mount(5, 1, "/", "/a", "tmpfs");
    assertEquals(List.of("/p/sys", "/p"), KernelTrees.find(mounts, true));
  }

  @Test
  void namesAreTextOrRefused() {
    mount(1, 0, "/", "/", "rootfs");
    mount(2, 1, "/", latin("/\u00fc a\n"), "proc");
    assertEquals(List.of("/\u00fc a\n"), found());
    mount(3, 1, "/", "/\u00fc", "proc");
    String message = assertThrows(ContainerException.class, this::found).getMessage();
    assertTrue(message.contains("--no-pivot"), message);
  }

  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
