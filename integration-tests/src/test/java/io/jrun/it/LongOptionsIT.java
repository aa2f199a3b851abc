// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that mount(2) takes and one call of fsconfig(2) does not: long ones, and lists. */
@ExtendWith(ResidueExtension.class)
class LongOptionsIT {

  private static Path directory(Workbench bench, String path) throws IOException {
    return Files.createDirectories(bench.directory().resolve(path));
  }

  /** Directories with a file each, as a lowerdir lists them. */
  private static String layers(Workbench bench, int count, String name) throws IOException {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < count; i++) {
      Path layer = directory(bench, "layers/" + name + i);
      Files.writeString(layer.resolve("f" + i), "x");
      Files.writeString(layer.resolve("top"), "layer " + i + "\n");
      list.append(i == 0 ? "" : ":").append(layer);
    }
    return list.toString();
  }

  private static Bundle overlay(Workbench bench, String... options) {
    return bench.bundle().mount("/mnt", "overlay", "overlay", options);
  }

  @Test
  @Tag("smoke")
  void anOverlayHasAsManyLayersAsItIsGiven(Workbench bench) throws IOException {
    assertLayers(bench, 40);
  }

  /** Old kernels take 64 of them: docs/mounts.md. */
  @Test
  void anOverlayHasHundredsOfLayers(Workbench bench) throws IOException {
    assertLayers(bench, 300);
  }

  private static void assertLayers(Workbench bench, int count) throws IOException {
    Bundle bundle =
        overlay(
            bench,
            "lowerdir=" + layers(bench, count, "layer-"),
            "upperdir=" + directory(bench, "up"),
            "workdir=" + directory(bench, "work"));
    bundle.script("ls /mnt | wc -l; cat /mnt/top; echo new >/mnt/new; rm /mnt/f3");
    assertEquals(
        List.of(Integer.toString(count + 1), "layer 0"),
        bench.run(bundle).succeedsSilently().lines());
    assertEquals("new\n", Files.readString(bench.directory().resolve("up/new")));
  }

  @Test
  void directoriesOfAnOverlayMayBeDeep(Workbench bench) throws IOException {
    String deep = ("/" + "d".repeat(60)).repeat(6);
    Path lower = directory(bench, "lower" + deep);
    Files.writeString(lower.resolve("f"), "below\n");
    Path upper = directory(bench, "up" + deep);
    Bundle bundle =
        overlay(
            bench,
            "lowerdir=" + directory(bench, "first") + ":" + lower,
            "upperdir=" + upper,
            "workdir=" + directory(bench, "work" + deep));
    bundle.script("cat /mnt/f; echo new >/mnt/new; grep ' /mnt ' /proc/self/mountinfo");
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertEquals("below", lines.get(0));
    assertEquals("new\n", Files.readString(upper.resolve("new")));
    // A descriptor's number is nobody's name of a directory later.
    assertEquals(
        HostProcess.isKernelAtLeast(6, 13),
        lines.get(1).contains("upperdir=" + upper) && !lines.get(1).contains("/proc/self/fd"),
        lines::toString);
  }

  @Test
  void oneDeepDirectoryIsEnough(Workbench bench) throws IOException {
    String deep = ("/" + "d".repeat(60)).repeat(6);
    Files.writeString(directory(bench, "lower" + deep).resolve("f"), "below\n");
    Path upper = directory(bench, "up,per" + deep);
    Bundle bundle =
        overlay(
            bench,
            "lowerdir=" + bench.directory() + "/lower" + deep,
            "upperdir=" + upper.toString().replace(",", "\\,"),
            "workdir=" + directory(bench, "work"));
    bundle.script("cat /mnt/f; echo new >/mnt/new");
    assertEquals("below\n", bench.run(bundle).succeedsSilently().out());
    assertEquals("new\n", Files.readString(upper.resolve("new")));
  }

  /** A colon of a name has a backslash; two come before a directory that has only data. */
  @Test
  void aLongListIsReadAsTheKernelReadsIt(Workbench bench) throws IOException {
    Path odd = directory(bench, "odd:na,me");
    Files.writeString(odd.resolve("odd"), "odd\n");
    Path data = directory(bench, "data");
    Files.writeString(data.resolve("hidden"), "x");
    Bundle bundle =
        overlay(
            bench,
            "lowerdir="
                + odd.toString().replace(":", "\\:").replace(",", "\\,")
                + ":"
                + layers(bench, 20, "layer-")
                + "::"
                + data,
            "metacopy=on",
            "redirect_dir=on",
            "upperdir=" + directory(bench, "up"),
            "workdir=" + directory(bench, "work"));
    bundle.script("cat /mnt/odd; ls /mnt | wc -l; ls /mnt/hidden 2>/dev/null; true");
    assertEquals(List.of("odd", "22"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void aLayerThatIsNotThereIsAnError(Workbench bench) throws IOException {
    String id = Workbench.id();
    Bundle bundle =
        overlay(bench, "lowerdir=" + layers(bench, 20, "layer-") + ":/nonexistent/layer");
    bench.create(bundle, id).failsNaming("/mounts/7", "lowerdir+", "ENOENT");
    bench.assertNothingOf(id);
  }

  @Test
  void underAUserNamespaceItIsTheSame(Workbench bench) throws IOException {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .mount(
                "/mnt",
                "overlay",
                "overlay",
                "lowerdir=" + layers(bench, 40, "layer-"),
                "userxattr")
            .script("ls /mnt | wc -l");
    assertEquals("41\n", bench.run(bundle).succeedsSilently().out());
  }

  /** Below directories that the container's root may not pass through. */
  @ParameterizedTest
  @CsvSource({"40, false", "40, true", "2, false", "2, true"})
  void whatIsClosedToTheContainersRootIsTakenBefore(int count, boolean joined, Workbench bench)
      throws IOException {
    Bundle bundle =
        joined
            ? UserNamespaceIT.joined(
                bench, bench.pid(bench.running(UserNamespaceIT.mapped(bench).lasting())))
            : UserNamespaceIT.mapped(bench);
    String deep = ("/" + "d".repeat(60)).repeat(5);
    Path closed = directory(bench, "closed");
    Path upper = directory(bench, "closed/up" + (count > 2 ? deep : ""));
    Path work = directory(bench, "closed/work" + (count > 2 ? deep : ""));
    UserNamespaceIT.own(upper);
    UserNamespaceIT.own(work);
    String lower = layers(bench, count, "layer-").replace("/layers/", "/closed/layers/");
    Files.move(bench.directory().resolve("layers"), closed.resolve("layers"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    bundle
        .mount(
            "/mnt",
            "overlay",
            "overlay",
            "userxattr",
            "lowerdir=" + lower,
            "upperdir=" + upper,
            "workdir=" + work)
        .script("ls /mnt | wc -l; cat /mnt/top; echo new >/mnt/new");
    assertEquals(
        List.of(Integer.toString(count + 1), "layer 0"),
        bench.run(bundle).succeedsSilently().lines());
    assertEquals("new\n", Files.readString(upper.resolve("new")));
  }

  @Test
  void aNameThatIsOnlyShownIsShownAsFarAsTheKernelTakesIt(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "tmpfs", "é".repeat(200), "size=1m")
            .script("grep ' /mnt ' /proc/self/mounts | cut -d ' ' -f 1 | wc -c");
    assertEquals("255\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theLongPathOfADeviceIsLookedUp(Workbench bench) throws IOException {
    String id = Workbench.id();
    Path deep = directory(bench, ("/" + "d".repeat(60)).repeat(6).substring(1));
    Path file = Files.writeString(deep.resolve("no-device"), "x");
    Bundle bundle = bench.bundle().mount("/mnt", "ext4", file.toString(), "ro");
    bench.create(bundle, id).failsNaming("/mounts/7", "ENOTBLK");
    Files.delete(file);
    bench.create(bundle, id).failsNaming("/mounts/7", "openat", "ENOENT");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({"tmpfs, mpol=, /mounts/7/options/1", "overlay, redirect_dir=, /mounts/7/options/1"})
  void anyOtherLongValueIsRefusedByItsName(
      String type, String key, String pointer, Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().mount("/mnt", type, "none", "ro", key + "x".repeat(300));
    bench.create(bundle, id).failsNaming(pointer, "is too long", "255 bytes");
    bench.assertNothingOf(id);
  }

  @Test
  void aWordMayBeAListOfOptions(Workbench bench) throws IOException {
    Path lower = directory(bench, "lo,wer");
    Files.writeString(lower.resolve("f"), "below\n");
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "tmpfs", "tmpfs", "size=1m,mode=750,nr_inodes=10", "nosuid")
            .mount(
                "/over",
                "overlay",
                "overlay",
                "lowerdir="
                    + lower.toString().replace(",", "\\,")
                    + ":"
                    + directory(bench, "other")
                    + ",userxattr")
            .script("grep ' /mnt ' /proc/self/mounts; stat -c %a /mnt; cat /over/f");
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertTrue(lines.get(0).contains("size=1024k,nr_inodes=10,mode=750"), lines::toString);
    assertEquals(List.of("750", "below"), lines.subList(1, 3));
  }
}
