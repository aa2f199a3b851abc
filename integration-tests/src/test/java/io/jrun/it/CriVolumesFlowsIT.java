// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Mounts as a kubelet asks containerd's CRI plugin for them: with mapped ids, read-only all the way
 * down, of images, and cgroups that a container may write to. Each flow is runc's first; containerd
 * 1.7, which has none of that, is asked for it as well.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class CriVolumesFlowsIT {
  private static Cri cri;

  @BeforeAll
  static void startDaemon() {
    cri = Cri.of(Containerd.startWithNetworksAndDevices());
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    cri.close();
  }

  private static boolean isOld() {
    return cri.containerd().version() < 2;
  }

  private static String volume(String at, Path source, String more) {
    return "mounts { container_path: \"%s\" host_path: \"%s\" %s }\n".formatted(at, source, more);
  }

  private static void belongTo(Path file, int id) throws IOException {
    Files.setAttribute(file, "unix:uid", id);
    Files.setAttribute(file, "unix:gid", id);
  }

  @Test
  void volumesOfAPodWithAUserNamespaceAreMapped(Workbench bench, TestReporter reporter)
      throws IOException {
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    belongTo(Files.createFile(data.resolve("of1000")), 1000);
    Path hosts = Files.writeString(bench.directory().resolve("hosts"), "127.0.0.1 localhost\n");
    String map = "uidMappings %1$s gidMappings %1$s".formatted(Cri.MAPPING);
    String volumes =
        volume("/data", data, map)
            + volume("/fixed", data, "readonly: true " + map)
            + volume("/etc/hosts", hosts, map);
    String script =
        "stat -c %u:%g /data /data/of1000 /etc/hosts; touch /data/new && stat -c %u:%g /data/new;"
            + " echo more >>/etc/hosts; touch /fixed/new 2>&1 | grep -o Read-only";
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler -> {
          if (isOld()) {
            cri.during(
                bench,
                handler,
                Cri.MAPPED,
                pod ->
                    pod.createOf(Containerd.IMAGE, "linux { " + Cri.MAPPED + " } " + volumes)
                        .failsNaming("idmap mounts not yet supported"));
            return;
          }
          assertEquals(
              List.of("0:0", "1000:1000", "0:0", "0:0", "Read-only"),
              cri.said(bench, handler, Cri.MAPPED, volumes, script));
          assertEquals(0, Files.getAttribute(data.resolve("new"), "unix:uid"));
          Files.delete(data.resolve("new"));
        });
  }

  @Test
  void aVolumeIsReadOnlyAllTheWayDownIfItIsAskedFor(Workbench bench, TestReporter reporter)
      throws IOException {
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    Path below = Files.createDirectory(data.resolve("below"));
    ResidueExtension.command("mount", "-t", "tmpfs", "none", below.toString());
    try {
      String volumes =
          volume("/flat", data, "readonly: true")
              + volume("/deep", data, "readonly: true recursive_read_only: true");
      String script =
          "for each in flat deep deep/below flat/below; do"
              + " touch /$each/x 2>/dev/null && echo $each || echo not $each; done";
      EngineFlow.with(
          "runc",
          Cri.HANDLER,
          reporter,
          handler ->
              assertEquals(
                  // 1.7 passes over the field.
                  List.of(
                      "not flat",
                      "not deep",
                      isOld() ? "deep/below" : "not deep/below",
                      "flat/below"),
                  cri.said(bench, handler, Cri.UNMAPPED, volumes, script)));
    } finally {
      ResidueExtension.command("umount", below.toString());
    }
  }

  /** With ids mapped too: a kubelet asks for that, and the layers of the image are. */
  @Test
  void anImageIsAVolume(Workbench bench, TestReporter reporter) throws IOException {
    String image =
        "mounts { container_path: \"/image\" readonly: true image { image: \"%s\" } %%s }"
            .formatted(Containerd.PAUSE);
    String map = "uidMappings %1$s gidMappings %1$s".formatted(Cri.MAPPING);
    String script =
        "stat -c %u:%g /image/bin/busybox; touch /image/x 2>&1 | grep -o Read-only;"
            + " busybox cmp /bin/busybox /image/bin/busybox && echo same";
    for (String linux : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      String volume = image.formatted(linux.equals(Cri.MAPPED) ? map : "");
      EngineFlow.with(
          "runc",
          Cri.HANDLER,
          reporter,
          handler -> {
            if (isOld()) {
              cri.during(
                  bench,
                  handler,
                  linux,
                  pod ->
                      pod.createOf(Containerd.IMAGE, "linux { " + linux + " } " + volume)
                          .failsNaming(""));
              return;
            }
            assertEquals(
                List.of("0:0", "Read-only", "same"),
                cri.said(bench, handler, linux, volume, script));
          });
    }
  }

  /**
   * As systemd or an engine in a container uses them: all go to a cgroup below, and the controllers
   * that there are go to those below; then who comes in later goes there too.
   */
  @Test
  void cgroupsAreWritableWhereTheRuntimeIsSoConfigured(Workbench bench, TestReporter reporter)
      throws IOException {
    String make =
        """
        cd /sys/fs/cgroup && mkdir below 2>&1 | grep -o Read-only
        [ -d below ] || exit
        for each in $(cat cgroup.procs); do echo $each >below/cgroup.procs; done
        for each in $(cat cgroup.controllers); do echo +$each >cgroup.subtree_control || exit; done
        echo made
        """;
    String look =
        """
        [ -z "$(cat /sys/fs/cgroup/cgroup.subtree_control)" ] ||
          grep ^0::/below$ /proc/self/cgroup >/dev/null
        echo $?
        """;
    for (String linux : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      EngineFlow.with(
          "runc",
          Cri.HANDLER,
          reporter,
          handler -> {
            cri.during(
                bench,
                handler + Containerd.WRITABLE,
                linux,
                pod -> {
                  String container = pod.running("linux { " + linux + " }", "sleep", "1000");
                  assertEquals(List.of(isOld() ? "Read-only" : "made"), cri.said(container, make));
                  assertEquals(List.of("0"), cri.said(container, look));
                });
            assertEquals(List.of("Read-only"), cri.said(bench, handler, linux, "", make));
          });
    }
  }

  /** Options of the shim: no keyring of the container's own, no pivot_root, another place. */
  @Test
  void optionsOfTheRuntimeAreHandedOn(Workbench bench, TestReporter reporter) throws IOException {
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler -> {
          Path place = cri.containerd().rootOf(handler).resolve("k8s.io");
          for (String each : List.of("", Containerd.OPTIONS)) {
            cri.during(
                bench,
                handler + each,
                Cri.UNMAPPED,
                pod -> {
                  String container = pod.running("linux { " + Cri.UNMAPPED + " }", "sleep", "1000");
                  assertEquals(
                      List.of(each.isEmpty() ? "1" : "0"),
                      cri.said(container, "grep -c _ses." + container + " /proc/keys"));
                  assertEquals(
                      !each.isEmpty(),
                      Files.isDirectory(place.resolve(container)),
                      place::toString);
                });
          }
        });
  }
}
