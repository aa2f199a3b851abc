// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A caller who takes no core but a warm one is told why there is none, in one line that names the
 * socket, and nothing is started; a caller who takes any core is not told, and served by a cold
 * one.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class WarmDemandIT {

  /** Creates a container from whichever core there is, which must not be noticed. */
  private static void assertServedCold(Workbench bench, Jrun create, String id) {
    create.env("JRUN_CORE", "auto").run().succeedsSilently();
    assertEquals("created", bench.status(id));
  }

  /** The whole of what a demand that is not met is answered; nothing has been started. */
  private static void assertRefused(Workbench bench, Path socket, String reason) {
    String id = Workbench.id();
    for (Jrun create :
        List.of(
            bench.createCommand(bench.bundle(), id).env("JRUN_CORE", "warm"),
            bench.bareCommand(
                "--root", bench.root().toString(), "--core=warm", "--log", "log", "state", id))) {
      Outcome outcome = create.env("JRUN_SOCKET", socket.toString()).run().exits(1);
      assertEquals("", outcome.out(), outcome::toString);
      assertEquals(
          "jrun: no warm core at " + socket + ": " + reason + "\n",
          outcome.err(),
          outcome::toString);
    }
    bench.assertNothingOf(id);
  }

  @Test
  @Tag("smoke")
  void whereThereIsNoSocket(Workbench bench) {
    Path socket = bench.directory().resolve("core.sock");
    assertRefused(bench, socket, "there is no socket");
    String id = bench.keep(Workbench.id());
    Jrun create = bench.createCommand(bench.bundle(), id).env("JRUN_SOCKET", socket.toString());
    assertServedCold(bench, create, id);
  }

  @Test
  void whereNobodyListensAnyMore(Workbench bench) {
    try (WarmCore core = WarmCore.start(bench)) {
      core.destroy();
      assertRefused(bench, core.socket(), "nobody listens any more");
      String id = bench.keep(Workbench.id());
      assertServedCold(bench, core.asked(bench.createCommand(bench.bundle(), id)), id);
    }
  }

  @Test
  void whereAnotherUserListens(Workbench bench) throws Exception {
    Path directory = Files.createDirectory(bench.directory().resolve("theirs"));
    Files.setAttribute(directory, "unix:uid", 1234);
    List<String> asAnother =
        List.of("setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups");
    try (WarmCore core = WarmCore.start(Jrun.binary(), directory.resolve("core.sock"), asAnother)) {
      assertRefused(bench, core.socket(), "who listens is another user");
      String id = bench.keep(Workbench.id());
      assertServedCold(bench, core.asked(bench.createCommand(bench.bundle(), id)), id);
      // Their own commands are served, though nobody knows this user by a name.
      core.demanded(bench.bareCommand("--version"))
          .through("exec setpriv --reuid 1234 --regid 1234 --clear-groups -- \"$@\"")
          .run()
          .succeedsSilently();
    }
  }

  @Test
  void whereTheOneWhoListensDoesNotAnswer(Workbench bench) throws Exception {
    Path socket = bench.directory().resolve("deaf.sock");
    try (Peer deaf = Peer.deaf(socket)) {
      assertRefused(bench, deaf.socket(), "it did not answer");
      String id = bench.keep(Workbench.id());
      Jrun create = bench.createCommand(bench.bundle(), id).env("JRUN_SOCKET", socket.toString());
      assertServedCold(bench, create, id);
    }
  }

  @Test
  void whereTheCoreIsOfAnotherVersion(Workbench bench) throws Exception {
    Path other = Distribution.ofAnotherVersion(bench.directory().resolve("other"));
    try (WarmCore core = WarmCore.start(other, WarmCore.place(bench), List.of())) {
      core.command(bench, "list")
          .run()
          .failsNaming("no warm core at " + core.socket(), "it is of version 0.0.0 and not ");
      String id = bench.keep(Workbench.id());
      assertServedCold(bench, core.asked(bench.createCommand(bench.bundle(), id)), id);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnt", "user", "pid", "cgroup"})
  void whereTheCoreLivesInOtherNamespaces(String type, Workbench bench) {
    String unshare =
        switch (type) {
          case "mnt" -> "exec unshare -m";
          case "user" -> "exec unshare -U -r";
          case "pid" -> "exec unshare -p -f";
          default -> "exec unshare -C";
        };
    try (WarmCore core = WarmCore.start(bench)) {
      Outcome refused = core.command(bench, "list").through(unshare + " \"$@\"").run();
      refused.failsWith(
          "no warm core at " + core.socket() + ": it lives in another " + type + " namespace");
      Outcome served = core.asked(bench.command("--version")).through(unshare + " \"$@\"").run();
      assertTrue(served.succeedsSilently().out().startsWith("jrun version "), served::toString);
    }
  }

  /** Where every name of the caller's is another file, it is not the core that opens it. */
  @Test
  void whereTheCallersRootIsAnother(Workbench bench) throws Exception {
    Path root = Files.createDirectory(bench.directory().resolve("root"));
    Files.copy(Jrun.binary(), root.resolve("jrun"), StandardCopyOption.COPY_ATTRIBUTES);
    try (WarmCore core = WarmCore.start(bench)) {
      String socket = "/core/" + core.socket().getFileName();
      String script =
          "cd "
              + root
              + "; mkdir proc core; mount --bind /proc proc; mount --bind "
              + core.socket().getParent()
              + " core; JRUN_SOCKET="
              + socket
              + " chroot . /jrun --core=warm list; code=$?; umount proc core; exit $code";
      core.command(bench, "list")
          .through(script)
          .run()
          .failsWith("no warm core at " + socket + ": its root directory is another");
    }
  }

  @Test
  void aChoiceThereIsNotIsRefused(Workbench bench) {
    String message = "invalid core: tepid is neither auto, warm nor cold";
    bench.bareCommand("--core=tepid", "list").run().failsWith(message);
    bench.bareCommand("list").env("JRUN_CORE", "tepid").run().failsWith(message);
  }

  @Test
  void theOptionCountsBeforeTheEnvironment(Workbench bench) {
    String root = bench.root().toString();
    Path nowhere = bench.directory().resolve("core.sock");
    bench
        .bareCommand("--root", root, "--core", "auto", "list")
        .env("JRUN_CORE", "warm")
        .env("JRUN_SOCKET", nowhere.toString())
        .run()
        .failsWith("open " + root + ": no such file or directory");
    bench
        .bareCommand("--root", root, "-core", "warm", "list")
        .env("JRUN_CORE", "cold")
        .env("JRUN_SOCKET", nowhere.toString())
        .run()
        .exits(1);
  }
}
