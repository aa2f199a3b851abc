// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Idmapped mounts: whose the files of a mount are, as the container sees and writes them. */
@ExtendWith(ResidueExtension.class)
class IdmapIT {

  private Path data;

  @BeforeEach
  void makeData(Workbench bench) throws IOException {
    data = Files.createDirectory(bench.directory().resolve("data"));
    for (int id : List.of(0, 1000, 5000)) {
      Path file = Files.createFile(data.resolve("of" + id));
      Files.setAttribute(file, "unix:uid", id);
      Files.setAttribute(file, "unix:gid", id);
    }
    Files.setPosixFilePermissions(
        data, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private Map<String, Object> mount(Object uids, Object gids, String... options) {
    return Map.of(
        "destination",
        "/tmp",
        "type",
        "bind",
        "source",
        data.toString(),
        "options",
        List.of(options),
        "uidMappings",
        uids,
        "gidMappings",
        gids);
  }

  private static List<Object> mapping(long container, long host, long size) {
    return List.of(UserNamespaceIT.mapping(container, host, size));
  }

  private static final String LIST = "stat -c '%u:%g %n' /tmp/of*";

  @Test
  @Tag("smoke")
  void filesBelongToTheMappedUsers(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/mounts/-", mount(mapping(0, 3000, 2000), mapping(0, 6000, 2000), "bind"))
            .script(LIST);
    assertEquals(
        "3000:6000 /tmp/of0\n4000:7000 /tmp/of1000\n65534:65534 /tmp/of5000\n",
        bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void whatIsWrittenIsMappedBack(Workbench bench) throws IOException {
    // Nothing is written to a directory whose own ids are not mapped.
    Files.setAttribute(data, "unix:uid", 1000);
    Files.setAttribute(data, "unix:gid", 1000);
    Bundle bundle =
        bench
            .bundle()
            .set("/mounts/-", mount(mapping(1000, 0, 1), mapping(1000, 0, 1), "bind", "idmap"))
            .script("touch /tmp/new; stat -c %u:%g /tmp/of1000 /tmp/new");
    assertEquals("0:0\n0:0\n", bench.run(bundle).succeedsSilently().out());
    assertEquals(1000, Files.getAttribute(data.resolve("new"), "unix:uid"));
  }

  @Test
  void theUserNamespacesMappingIsTakenWhereThereIsNoOther(Workbench bench) throws IOException {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .mount("/tmp", "bind", data.toString(), "bind", "idmap")
            .script("touch /tmp/new; stat -c '%u:%g %n' /tmp/*");
    assertEquals(
        "0:0 /tmp/new\n0:0 /tmp/of0\n1000:1000 /tmp/of1000\n5000:5000 /tmp/of5000\n",
        bench.run(bundle).succeedsSilently().out());
    assertEquals(0, Files.getAttribute(data.resolve("new"), "unix:uid"));
  }

  @Test
  void aMappingOfItsOwnGoesBesideThatOfTheUserNamespace(Workbench bench) {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .set("/mounts/-", mount(mapping(1000, 100_007, 1), mapping(1000, 100_008, 1), "bind"))
            .script("stat -c %u:%g /tmp/of1000");
    assertEquals("7:8\n", bench.run(bundle).succeedsSilently().out());
  }

  /** As Podman writes what its {@code --mount} is told. */
  @Test
  void aWordOfTheOptionsIsAMapToo(Workbench bench) {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .mount(
                "/tmp",
                "bind",
                data.toString(),
                "bind",
                "idmap=uids=@1000-7-1#0-100009-1;gids=@1000-8-1#0-100010-1")
            .script("stat -c %u:%g /tmp/of0 /tmp/of1000 /tmp/of5000");
    assertEquals("9:10\n7:8\n65534:65534\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aJoinedUserNamespaceMapsToo(Workbench bench) {
    int first = bench.pid(bench.running(UserNamespaceIT.mapped(bench).lasting()));
    Bundle bundle =
        UserNamespaceIT.joined(bench, first)
            .mount("/tmp", "bind", data.toString(), "bind", "idmap")
            .script(LIST);
    assertTrue(bench.run(bundle).succeedsSilently().out().contains("1000:1000 /tmp/of1000"));
  }

  @Test
  void onlyARecursiveMapReachesTheMountsBelow(Workbench bench) throws IOException {
    Path sub = Files.createDirectory(data.resolve("sub"));
    // A mount below the source, gone with the mount namespace of the command that makes it.
    String prelude = "mount -t tmpfs none " + sub + " && touch " + sub + "/file && exec \"$@\"";
    for (String[] each : new String[][] {{"idmap", "0:0"}, {"ridmap", "3000:3000"}}) {
      Bundle bundle =
          bench
              .bundle()
              .set(
                  "/mounts/-",
                  mount(mapping(0, 3000, 2000), mapping(0, 3000, 2000), "rbind", each[0]))
              .script("stat -c %u:%g /tmp/of0 /tmp/sub/file");
      Outcome outcome =
          bench
              .runCommand(bundle, Workbench.id())
              .through("exec unshare -m sh -c '" + prelude + "' sh \"$@\"")
              .env("PATH", "/usr/bin:/bin")
              .run();
      assertEquals("3000:3000\n" + each[1] + "\n", outcome.succeedsSilently().out(), each[0]);
    }
  }

  @Test
  void aNewFileSystemIsMappedToo(Workbench bench) {
    for (boolean user : new boolean[] {false, true}) {
      Bundle bundle =
          (user ? UserNamespaceIT.mapped(bench) : bench.bundle())
              .set(
                  "/mounts/-",
                  Map.of(
                      "destination",
                      "/tmp",
                      "type",
                      "tmpfs",
                      "source",
                      "tmpfs",
                      "options",
                      List.of("idmap", "mode=1777"),
                      "uidMappings",
                      mapping(0, 100_003, 1),
                      "gidMappings",
                      mapping(0, 100_003, 1)))
              .script("stat -c %u:%g /tmp");
      assertEquals(user ? "3:3\n" : "100003:100003\n", bench.run(bundle).succeedsSilently().out());
    }
  }

  @Test
  void aFileSystemThatCannotBeMappedIsAnError(Workbench bench) {
    Bundle bundle = bench.bundle();
    bundle.set("/mounts/5/uidMappings", mapping(0, 3000, 1));
    bundle.set("/mounts/5/gidMappings", mapping(0, 3000, 1));
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming("/mounts/5", "mount_setattr", "EINVAL");
    bench.assertNothingOf(id);
  }

  @Test
  void withoutAnyMappingItIsRefused(Workbench bench) {
    Bundle bundle = bench.bundle().mount("/tmp", "bind", data.toString(), "bind", "idmap");
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming("/mounts/7", "needed for an idmapped mount of a container without a user");
    bench.assertNothingOf(id);
  }

  @Test
  void oneKindOfMappingIsNotEnough(Workbench bench) {
    Bundle bundle = bench.bundle().set("/mounts/-", mount(mapping(0, 1, 1), List.of(), "bind"));
    bench.create(bundle, Workbench.id()).failsNaming("/mounts/7/gidMappings", "both go together");
  }

  @Test
  void nothingOfTheMapsIsOpenAfterwards(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set("/mounts/-", mount(mapping(0, 1, 1), mapping(0, 1, 1), "bind"));
    int pid = bench.pid(bench.created(bundle));
    assertTrue(
        HostProcess.descriptors(pid).values().stream().noneMatch(each -> each.startsWith("user:")),
        () -> "a user namespace is open in init");
  }
}
