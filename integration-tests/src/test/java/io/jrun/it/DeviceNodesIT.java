// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code linux.devices}: nodes that are made, and those that are there already. */
@ExtendWith(ResidueExtension.class)
class DeviceNodesIT {

  private static Map<String, Object> device(String type, String path, int major, int minor) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("type", type);
    device.put("path", path);
    device.put("major", major);
    device.put("minor", minor);
    return device;
  }

  private static Map<String, Object> with(Map<String, Object> device, String key, int value) {
    device.put(key, value);
    return device;
  }

  @Test
  @Tag("smoke")
  void devicesOfEveryTypeAreMadeAsListed(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .set("/linux/devices/-", with(device("c", "/dev/fuse", 10, 229), "fileMode", 0640))
            .set("/linux/devices/-", device("u", "/dev/sub/dir/raw", 1, 11))
            .set(
                "/linux/devices/-", with(with(device("b", "/disk", 259, 1000), "uid", 7), "gid", 8))
            .set("/linux/devices/-", Map.of("type", "p", "path", "/dev/pipe", "fileMode", 0))
            .script("stat -c '%n %F %t:%T %a %u:%g' /dev/fuse /dev/sub/dir/raw /disk /dev/pipe");
    assertEquals(
        List.of(
            "/dev/fuse character special file a:e5 640 0:0",
            "/dev/sub/dir/raw character special file 1:b 666 0:0",
            "/disk block special file 103:3e8 666 7:8",
            "/dev/pipe fifo 0:0 0 0:0"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void aDefaultDeviceThatIsListedIsMadeAsListed(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/devices/-", with(device("c", "/dev/null", 1, 3), "fileMode", 0600))
            .set("/linux/devices/-", device("c", "/dev/tty", 5, 0))
            .set("/linux/devices/-", device("c", "/dev/ptmx", 5, 2))
            .script("stat -c '%n %t:%T %a' /dev/null /dev/zero /dev/tty; readlink /dev/ptmx");
    assertEquals(
        List.of("/dev/null 1:3 600", "/dev/zero 1:5 666", "/dev/tty 5:0 666", "pts/ptmx"),
        bench.run(bundle).succeedsSilently().lines());
  }

  /** In both peers the first counts. */
  @Test
  void ofADeviceThatIsListedTwiceTheFirstCounts(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/devices/-", with(device("c", "/dev/fuse", 10, 229), "fileMode", 0640))
            .set("/linux/devices/-", with(device("u", "/dev//fuse", 10, 229), "uid", 7))
            .script("stat -c '%n %t:%T %a %u' /dev/fuse");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("/dev/fuse a:e5 640 0\n", outcome.out());
    assertTrue(
        outcome
            .err()
            .contains(
                "level=warning msg=\"/linux/devices/1/path: \\\"/dev/fuse\\\" has the mode and"
                    + " owner of /linux/devices/0\""),
        outcome::toString);
    bundle.set("/linux/devices/-", device("c", "/dev/fuse", 1, 3));
    bench
        .run(bundle)
        .failsNaming("/linux/devices/2/path: \"/dev/fuse\" is another device at /linux/devices/0");
  }

  @Test
  void aNodeThatIsThereAndTheSameIsLeftAsItIs(Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/devices/-", device("c", "/node", 1, 3))
            .set("/linux/devices/-", Map.of("type", "p", "path", "/pipe"))
            .script("stat -c '%n %t:%T %a' /node /pipe");
    new ProcessBuilder("mknod", "-m", "604", bundle.inside("/node").toString(), "c", "1", "3")
        .start()
        .waitFor();
    new ProcessBuilder("mkfifo", "-m", "640", bundle.inside("/pipe").toString()).start().waitFor();
    assertEquals(
        List.of("/node 1:3 604", "/pipe 0:0 640"), bench.run(bundle).succeedsSilently().lines());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "directory", "link", "other"})
  void anythingElseInItsPlaceIsAnError(String what, Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().set("/linux/devices/-", device("c", "/node", 1, 3));
    Path node = bundle.inside("/node");
    switch (what) {
      case "file" -> Files.createFile(node);
      case "directory" -> Files.createDirectory(node);
      case "link" -> Files.createSymbolicLink(node, Path.of("/dev/null"));
      default -> new ProcessBuilder("mknod", node.toString(), "c", "1", "5").start().waitFor();
    }
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming("/node exists in the root file system and is another file");
    bench.assertNothingOf(id);
  }

  // SEC-24: no link of the image decides where a node is made.
  @Test
  void aDirectoryThatIsALinkLeadsNowhereOutside(Workbench bench) throws IOException {
    Path outside = Files.createDirectory(bench.directory().resolve("outside"));
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .set("/linux/devices/-", device("c", "/a/node", 1, 3));
    Files.createSymbolicLink(bundle.inside("/a"), outside);
    bundle.script("stat -c %t:%T /a/node");
    assertEquals("1:3\n", bench.run(bundle).succeedsSilently().out());
    try (var entries = Files.list(outside)) {
      assertEquals(List.of(), entries.toList());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsMountedAtADefaultDeviceStays(boolean mapped, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/dev/random", "bind", "/dev/urandom", "bind")
            .mount("/dev/tty", "bind", "/dev/zero", "bind")
            .mount("/dev/null", "bind", "/dev/null", "bind")
            .script("stat -c '%n %t:%T' /dev/random /dev/tty /dev/null");
    if (mapped) {
      UserNamespaceIT.mapped(bundle);
    }
    assertEquals(
        List.of("/dev/random 1:9", "/dev/tty 1:5", "/dev/null 1:3"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void inADevThatIsBoundNothingIsMade(Workbench bench) throws IOException {
    Path dev = Files.createDirectory(bench.directory().resolve("dev"));
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/dev/pts")
            .withoutMount("/dev/shm")
            .withoutMount("/dev/mqueue")
            .withoutMount("/dev")
            .mount("/dev", "bind", dev.toString(), "bind")
            .set("/linux/devices/-", device("c", "/dev/fuse", 10, 229))
            .set("/linux/devices/-", device("c", "/node", 1, 3))
            .script("ls /dev; stat -c %t:%T /node");
    assertEquals("1:3\n", bench.run(bundle).succeedsSilently().out());
    assertTrue(!Files.exists(dev.resolve("fuse"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aDeviceThatCannotBeIsRefusedBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    Outcome outcome =
        bench.create(
            bench
                .bundle()
                .set("/linux/devices/-", device("x", "/dev/a", 1, 1))
                .set("/linux/devices/-", device("c", "dev/b", -1, 1 << 20)),
            id);
    outcome.failsNaming("/linux/devices/0/type");
    bench.assertNothingOf(id);
  }
}
