// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The verbs that create stores: they say what a core says, and only a file that nobody else could
 * have written is obeyed. To see who answered, a test alters what a stored state prints.
 */
@ExtendWith(ResidueExtension.class)
class StoredVerbsIT {

  /** What init says if its gate was opened for nothing; the next start may be there to hear it. */
  private static final String BROKEN_OFF = "the start was broken off";

  private static final String STOPPED = "cannot start a container that has stopped";
  private static final int PROGRAM_HEADER = 24;

  /** Where the file says where the program for state is: offset and length. */
  private static final int STATE_ENTRY = 48;

  /** The sum over all but itself and the numbers after it, which end the file's head. */
  private static final int CHECKSUM = 88;

  private static final int HEAD = 128;

  private static Path verbs(Workbench bench, String id) {
    return bench.root().resolve(id).resolve("verbs");
  }

  private static Outcome byCore(Workbench bench, String... args) {
    return bench.command(args).env("JRUN_CORE", "cold").run();
  }

  /** The same length, so that the file stays sound. */
  private static void alter(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("\"created\""), "the stored state prints its status");
    String altered = text.replace("\"created\",", "\"altered\",");
    Files.write(file, sealed(altered.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** With the checksum that it should have: docs/plan.md, "Stored programs". */
  private static byte[] sealed(byte[] file) {
    ByteBuffer words = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long sum = 0xcbf29ce484222325L;
    for (int at = 0; at + 8 <= file.length; at += 8) {
      if (at < CHECKSUM || at >= HEAD) {
        sum = Long.rotateLeft(sum ^ words.getLong(at), 29) * 0x100000001b3L;
      }
    }
    return file.length < HEAD ? file : words.putLong(CHECKSUM, sum).array();
  }

  private static boolean isObeyed(Workbench bench, String id) {
    return bench.jrun("state", id).succeeds().out().contains("\"altered\"");
  }

  @Test
  @Tag("smoke")
  void aStoredStateSaysWhatACoreSays(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).out());
    bench.start(id).succeedsSilently();
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).out());
    bench.kill(id, "9").succeedsSilently();
    String stopped = bench.stopped(bench.bundle());
    assertEquals(byCore(bench, "state", stopped).out(), bench.jrun("state", stopped).out());
  }

  @Test
  void aFileOfTheOwnersIsObeyed(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    alter(verbs(bench, id));
    assertTrue(isObeyed(bench, id));
  }

  private static Path part(String what, Workbench bench, String id) {
    return switch (what) {
      case "verbs" -> verbs(bench, id);
      case "container" -> bench.root().resolve(id);
      default -> bench.root();
    };
  }

  @ParameterizedTest
  @CsvSource({
    "verbs, rw-rw----",
    "verbs, rw-----w-",
    "container, rwxrwx---",
    "container, rwx----w-",
    "root, rwxrwx---",
    "root, rwxr-xrwx",
  })
  void whatOthersMayWriteIsNotObeyed(String what, String mode, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    alter(verbs(bench, id));
    Path open = part(what, bench, id);
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(open);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
    assertFalse(isObeyed(bench, id));
    Files.setPosixFilePermissions(open, before);
    assertTrue(isObeyed(bench, id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbs", "container", "root"})
  void whatAnotherUserOwnsIsNotObeyed(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    alter(verbs(bench, id));
    Path owned = part(what, bench, id);
    Files.setAttribute(owned, "unix:uid", 1234);
    assertFalse(isObeyed(bench, id));
    Files.setAttribute(owned, "unix:uid", 0);
    assertTrue(isObeyed(bench, id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbs", "container", "root"})
  void whatIsReachedThroughALinkIsNotObeyed(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    alter(verbs(bench, id));
    Path linked = part(what, bench, id);
    Path elsewhere = bench.directory().resolve("elsewhere");
    Files.move(linked, elsewhere);
    Files.createSymbolicLink(linked, elsewhere);
    boolean obeyed = bench.jrun("state", id).out().contains("\"altered\"");
    Files.delete(linked);
    Files.move(elsewhere, linked);
    assertFalse(obeyed);
    assertTrue(isObeyed(bench, id));
  }

  /** Where one part of the file ends and the next begins, and the bytes on both sides. */
  private static SortedSet<Integer> boundaries(ByteBuffer file) {
    SortedSet<Integer> ends =
        new TreeSet<>(List.of(0, 4, 8, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128));
    for (int entry = 40; entry < CHECKSUM; entry += 8) {
      int offset = file.getInt(entry);
      ends.addAll(List.of(offset, offset + PROGRAM_HEADER, offset + file.getInt(entry + 4)));
    }
    SortedSet<Integer> all = new TreeSet<>();
    for (int end : ends) {
      all.addAll(List.of(end - 1, end, end + 1));
    }
    return all.subSet(0, file.capacity());
  }

  @Test
  void aFileThatIsCutOffAnywhereIsNotObeyed(Workbench bench) throws IOException {
    try (WarmCore core = WarmCore.start(bench)) {
      String id = bench.created(bench.bundle().lasting());
      Path file = verbs(bench, id);
      alter(file);
      assertTrue(isObeyed(bench, id));
      byte[] bytes = Files.readAllBytes(file);
      ByteBuffer whole = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      String state = core.command(bench, "state", id).run().succeeds().out();
      for (int size : boundaries(whole)) {
        Files.write(file, Arrays.copyOf(bytes, size));
        assertEquals(state, byWarm(core, bench, "state", id).succeeds().out(), "cut at " + size);
        // Also where the file says that this is all there is of it.
        if (size >= 8 && size < whole.getInt(48) + whole.getInt(52)) {
          ByteBuffer shorter =
              ByteBuffer.wrap(Arrays.copyOf(bytes, size)).order(ByteOrder.LITTLE_ENDIAN);
          Files.write(file, sealed(shorter.putInt(4, size).array()));
          assertEquals(state, byWarm(core, bench, "state", id).succeeds().out(), "told " + size);
        }
      }
    }
  }

  /** Served by the warm core if by any core: without JRUN_CORE, so that stored programs count. */
  private static Outcome byWarm(WarmCore core, Workbench bench, String... args) {
    return bench.command(args).env("JRUN_SOCKET", core.socket().toString()).run();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty",
        "longer",
        "magic",
        "version",
        "offset beyond the end",
        "offset in the middle of a word",
        "length beyond the end",
        "no program",
        "checksum",
        "pid",
        "start time",
        "garbage",
        "directory",
        "missing"
      })
  void aFileThatIsNotSoundIsPassedOver(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Path file = verbs(bench, id);
    if (!what.equals("garbage")) {
      alter(file);
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (what) {
      case "empty" -> bytes = new byte[0];
      case "longer" -> bytes = Arrays.copyOf(bytes, bytes.length + 1);
      case "magic" -> bytes[0]++;
      case "version" -> bytes[8]++;
      case "offset beyond the end" -> fields.putInt(STATE_ENTRY, bytes.length + 8);
      case "offset in the middle of a word" ->
          fields.putInt(STATE_ENTRY, fields.getInt(STATE_ENTRY) + 4);
      case "length beyond the end" -> fields.putInt(STATE_ENTRY + 4, bytes.length);
      case "no program" -> fields.putInt(STATE_ENTRY + 4, 0);
      case "checksum" -> bytes[CHECKSUM + 3] ^= 4;
      case "pid" -> bytes[CHECKSUM + 8] ^= 1;
      case "start time" -> bytes[HEAD - 8] ^= 1;
      case "garbage" -> {
        for (int i = HEAD; i < bytes.length; i++) {
          bytes[i] = (byte) (i * 7);
        }
      }
      default -> Files.delete(file);
    }
    if (what.equals("directory")) {
      Files.createDirectory(file);
    } else if (!what.equals("missing")) {
      Files.write(file, what.equals("checksum") ? bytes : sealed(bytes));
    }
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).succeeds().out());
    bench.start(id).succeedsSilently();
    bench.kill(id, "9").succeedsSilently();
  }

  /** One bit, anywhere: of what the programs are made of, and of the numbers they are given. */
  @Test
  void aFileOfWhichABitHasChangedIsNotObeyed(Workbench bench) throws IOException {
    try (WarmCore core = WarmCore.start(bench)) {
      String id = bench.created(bench.bundle().lasting());
      Path file = verbs(bench, id);
      String state = core.command(bench, "state", id).run().succeeds().out();
      byte[] bytes = Files.readAllBytes(file);
      List<Integer> places = new ArrayList<>();
      for (int at = 0; at < HEAD; at += 3) {
        places.add(at);
      }
      for (int at = HEAD; at < bytes.length; at += bytes.length / 60) {
        places.add(at);
      }
      for (int at : places) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << at % 8);
        Files.write(file, flipped);
        Jrun asked = bench.command("state", id).by(coreless(bench));
        asked.env("JRUN_SOCKET", bench.directory().resolve("none").toString()).run().exits(1);
        if (at % 8 == 0) {
          assertEquals(state, byWarm(core, bench, "state", id).succeeds().out(), "bit of " + at);
        }
      }
      Files.write(file, bytes);
    }
  }

  /** Whoever opens it to read what is not there would wait for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {"verbs", "start.fifo", "exec.fifo", "state.json", "config.json", "cgroup"})
  void aFifoInThePlaceOfAFileHoldsNobodyUp(String name, Workbench bench) throws Exception {
    try (WarmCore core = WarmCore.start(bench)) {
      for (String verb : List.of("state", "start", "list", "exec", "kill", "delete")) {
        String id = bench.created(bench.bundle().lasting());
        Path file = bench.root().resolve(id).resolve(name);
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        for (boolean stored : new boolean[] {true, false}) {
          Jrun command =
              switch (verb) {
                case "list" -> bench.command(verb);
                case "exec" -> bench.command(verb, id, "true");
                default -> bench.command(verb, id);
              };
          command.env("JRUN_SOCKET", core.socket().toString());
          Outcome outcome = (stored ? command : command.env("JRUN_CORE", "warm")).run();
          if (verb.equals("start") && name.endsWith("fifo") && stored) {
            outcome.failsWith(
                name.startsWith("exec")
                    ? "cannot start an already running container"
                    : "cannot start an already running container: its init does not have start.fifo"
                        + " open: no such device or address");
          }
        }
        core.command(bench, "delete", "--force", id).run().succeeds();
        bench.assertNothingOf(id);
      }
    }
  }

  /** What is written to would not be read by anybody. */
  @Test
  void aGateThatIsNoFifoIsNoGate(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Files.delete(gate(bench, id));
    Files.createFile(gate(bench, id));
    bench.start(id).failsNaming("", "exec.fifo is not the one that the container's init has open");
    assertTrue(HostProcess.find(bench.pid(id)).isPresent(), "init waits");
  }

  /** With nothing but a front: what is short of everything can still be cleared away. */
  @Test
  void whatRunsIsDeletedByForceWithoutACore(Workbench bench) throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(bench.running(bench.bundle().lasting()));
    }
    List<String> words = new ArrayList<>(List.of("delete", "-f"));
    words.addAll(ids);
    bench
        .command(words.toArray(String[]::new))
        .by(coreless(bench))
        .env("JRUN_SOCKET", bench.directory().resolve("none").toString())
        .run()
        .succeedsSilently();
    ids.forEach(bench::assertNothingOf);
  }

  @Test
  void ofSeveralThoseThatCanBeDeletedAre(Workbench bench) {
    String stopped = bench.stopped(bench.bundle());
    String running = bench.running(bench.bundle().lasting());
    bench
        .jrun("delete", "nobody", running, stopped)
        .failsWith(
            "nobody: container does not exist; "
                + running
                + ": cannot delete container "
                + running
                + " that is not stopped: running");
    bench.assertNothingOf(stopped);
  }

  /** Who told the state of a start that was killed makes no difference, wherever it was killed. */
  @ParameterizedTest
  @ValueSource(strings = {"stored", "core"})
  void aStartThatWasKilledAnywhereHasOneState(String who, Workbench bench) {
    try (WarmCore core = WarmCore.start(bench)) {
      int between = 0;
      for (int at = 1; at < 200; at++) {
        String id = Workbench.id();
        core.demanded(bench.createCommand(bench.bundle().lasting(), id)).run().succeedsSilently();
        Jrun start = bench.command("start", id).withFault("front:" + at);
        start.env("JRUN_SOCKET", core.socket().toString());
        Outcome killed = (who.equals("core") ? start.env("JRUN_CORE", "auto") : start).run();
        Jrun stored = bench.command("state", id).by(coreless(bench));
        // An init whose gate was opened for nothing ends, and may do so between the two.
        Workbench.await(
            "one state of a start that was killed before instruction " + at,
            () -> byCore(core, bench, id).equals(stored.run().succeedsSilently().out()));
        if (byCore(core, bench, id).contains("\"running\"") && Files.exists(gate(bench, id))) {
          between++;
          Outcome again = core.command(bench, "start", id).run();
          String refusal = again.exitCode() == 0 ? "" : again.message();
          assertTrue(
              List.of("", STOPPED, BROKEN_OFF).contains(refusal)
                  || refusal.startsWith("cannot start an already running container"),
              again::toString);
          boolean ends = refusal.equals(STOPPED) || refusal.equals(BROKEN_OFF);
          bench.awaitStatus(id, ends ? "stopped" : "running");
        }
        core.command(bench, "delete", "--force", id).run().succeedsSilently();
        bench.assertNothingOf(id);
        if (killed.exitCode() == 0) {
          assertTrue(between > 1, "no start was killed between its record and its end");
          return;
        }
        killed.exits(137);
      }
      throw new AssertionError("no end of instructions");
    }
  }

  private static String byCore(WarmCore core, Workbench bench, String id) {
    return core.command(bench, "state", id).run().succeedsSilently().out();
  }

  private static Path gate(Workbench bench, String id) {
    return bench.root().resolve(id).resolve("exec.fifo");
  }

  private static Path coreless(Workbench bench) {
    Path prefix = bench.directory().resolve("front");
    Path front = prefix.resolve("bin/jrun");
    return Files.exists(front) ? front : Distribution.withoutCore(prefix);
  }

  @Test
  void aStartThatFailsIsWordedAsACoreWordsIt(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.writeString(bundle.inside("/run.sh"), "#!/nope\n");
    Files.setPosixFilePermissions(
        bundle.inside("/run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    bundle.args("/run.sh");
    String stored = bench.created(bundle);
    String cold = bench.created(bundle);
    String message = "exec /run.sh: no such file or directory";
    bench.start(stored).failsNaming("", message);
    byCore(bench, "start", cold).failsNaming("", message);
    assertEquals("stopped", bench.status(stored));
  }

  @Test
  void deleteIsLeftToACoreWhileTheContainerRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    byte[] before = Files.readAllBytes(bench.root().resolve(id).resolve("state.json"));
    bench.delete(id).failsWith("cannot delete container " + id + " that is not stopped: running");
    assertArrayEquals(before, Files.readAllBytes(bench.root().resolve(id).resolve("state.json")));
  }
}
