// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A warm core that dies between any two of its frames. Before the first of them nothing has been
 * done, and a cold core does it all, unnoticed. After it the front says what happened, and whatever
 * is there is removed by {@code delete --force}.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class WarmCrashIT {

  private static final int FAR_TOO_MANY = 50;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create",
        "create --notified",
        "run --detach",
        "start",
        "kill",
        "delete",
        "delete --force"
      })
  void aCoreThatDiesOnTheWayIsReplacedOrReported(String verb, Workbench bench) {
    try (WarmCore core = WarmCore.start(bench)) {
      int reports = 0;
      for (int frames = 0; frames < FAR_TOO_MANY; frames++) {
        String id = Workbench.id();
        Outcome outcome = outcome(verb, id, frames, core, bench);
        if (outcome.exitCode() != 0) {
          reports++;
          assertTrue(frames > 0, () -> "nothing had been done: " + outcome);
          assertEquals(
              "jrun: the core ended unexpectedly\n", outcome.exits(1).err(), outcome::toString);
          if (launches(verb)) {
            // The front undoes it by itself.
            bench.assertNothingOf(id);
            assertFalse(Files.exists(bench.directory().resolve("pid-" + id)));
          }
        } else {
          outcome.succeedsSilently();
        }
        core.command(bench, "delete", "--force", id).run().succeedsSilently();
        bench.assertNothingOf(id);
        if (frames > 0 && outcome.exitCode() == 0) {
          assertTrue(reports > 0, "it never died on the way");
          return;
        }
      }
      throw new AssertionError("no end of frames");
    }
  }

  private static boolean launches(String verb) {
    return verb.startsWith("create") || verb.startsWith("run");
  }

  private static Outcome outcome(
      String verb, String id, int frames, WarmCore core, Workbench bench) {
    Path socket = bench.directory().resolve("dying.sock");
    Bundle bundle = bench.bundle().lasting();
    String pidFile = bench.directory().resolve("pid-" + id).toString();
    if (!launches(verb)) {
      core.demanded(bench.createCommand(bundle, id)).run().succeedsSilently();
    }
    try (Peer dying = Peer.dyingAfter(frames, socket, core)) {
      Jrun command =
          switch (verb) {
            case "create" -> bench.createCommand(bundle, id, "--pid-file", pidFile);
            // Somebody waits to be told that it is ready: its socket has to go as well.
            case "create --notified" ->
                bench.createCommand(bundle, id).env("NOTIFY_SOCKET", pidFile + ".sock");
            case "run --detach" -> bench.runCommand(bundle, id, "--detach", "--pid-file", pidFile);
            case "kill" -> bench.command("kill", id, "KILL");
            case "delete --force" -> bench.command("delete", "--force", id);
            default -> bench.command(verb, id);
          };
      // Not demanded: a cold core may take over as long as nothing has been done.
      return command.env("JRUN_SOCKET", dying.socket().toString()).env("JRUN_CORE", "auto").run();
    } finally {
      assertTrue(!Files.exists(socket));
    }
  }
}
