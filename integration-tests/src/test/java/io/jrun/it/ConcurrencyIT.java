// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two commands at once on one id, and very many ids at once: one wins, the other gives a known
 * answer, nothing is left.
 */
@ExtendWith(ResidueExtension.class)
class ConcurrencyIT {

  private static final int PAIRS = 6;
  private static final Random RANDOM = new Random();

  /** Runs both, the second up to 300 ms later than the first or the other way round. */
  private static List<Outcome> race(Supplier<Jrun> one, Supplier<Jrun> other) {
    int delay = RANDOM.nextInt(600) - 300;
    Jrun.Running first = (delay >= 0 ? one : other).get().start();
    Workbench.pause(Math.abs(delay));
    Jrun.Running second = (delay >= 0 ? other : one).get().start();
    Outcome firstOutcome = first.await();
    Outcome secondOutcome = second.await();
    return delay >= 0 ? List.of(firstOutcome, secondOutcome) : List.of(secondOutcome, firstOutcome);
  }

  @RepeatedTest(PAIRS)
  void ofTwoCreatesOneWins(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().write();
    String id = bench.keep(Workbench.id());
    Supplier<Jrun> create =
        () -> bench.command("create", "--bundle", bundle.directory().toString(), id);
    List<Outcome> outcomes = race(create, create);
    Outcome loser = outcomes.get(outcomes.get(0).exitCode() == 0 ? 1 : 0);
    outcomes.get(outcomes.get(0).exitCode() == 0 ? 0 : 1).succeedsSilently();
    loser.failsWith(Jrun.name() + " create failed: container with given ID already exists");
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
  }

  @RepeatedTest(PAIRS)
  void aCreateAndADeleteByForceLeaveAllOrNothing(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().write();
    String id = Workbench.id();
    List<Outcome> outcomes =
        race(
            () -> bench.command("create", "--bundle", bundle.directory().toString(), id),
            () -> bench.command("delete", "--force", id));
    outcomes.get(1).succeeds();
    if (outcomes.get(0).exitCode() != 0) {
      outcomes.get(0).failsNaming(Jrun.name() + " create failed: ");
    }
    Outcome state = bench.jrun("state", id);
    if (state.exitCode() == 0) {
      assertEquals("created", state.json().get("status").asText());
      bench.start(id).succeedsSilently();
    } else {
      state.failsWith("container does not exist");
    }
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @RepeatedTest(PAIRS)
  void ofTwoStartsOneWins(Workbench bench) throws Exception {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    Bundle bundle =
        bench
            .bundle()
            .mount("/log", "bind", log.toString(), "bind")
            .script("echo started >>/log/file; while :; do sleep 1000; done");
    String id = bench.created(bundle);
    List<Outcome> outcomes =
        race(() -> bench.command("start", id), () -> bench.command("start", id));
    Outcome loser = outcomes.get(outcomes.get(0).exitCode() == 0 ? 1 : 0);
    outcomes.get(outcomes.get(0).exitCode() == 0 ? 0 : 1).succeedsSilently();
    loser.failsWith("cannot start an already running container");
    Path file = log.resolve("file");
    Workbench.await("program", () -> Files.exists(file) && !read(file).isEmpty());
    assertEquals("started\n", read(file));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RepeatedTest(PAIRS)
  void aStartAndADeleteByForceEndWithNothing(Workbench bench) {
    String id = bench.keep(Workbench.id());
    bench.create(bench.bundle().lasting(), id).succeedsSilently();
    List<Outcome> outcomes =
        race(() -> bench.command("start", id), () -> bench.command("delete", "--force", id));
    outcomes.get(1).succeedsSilently();
    if (outcomes.get(0).exitCode() != 0) {
      String message = outcomes.get(0).exits(1).message();
      assertTrue(
          message.equals("container does not exist")
              || message.equals("cannot start a container that has stopped"),
          message);
    }
    bench.assertNothingOf(id);
  }

  @RepeatedTest(3)
  void ofTwoDeletesBothEnd(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    List<Outcome> outcomes =
        race(() -> bench.command("delete", id), () -> bench.command("delete", id));
    assertTrue(outcomes.stream().anyMatch(outcome -> outcome.exitCode() == 0), outcomes::toString);
    for (Outcome outcome : outcomes) {
      if (outcome.exitCode() != 0) {
        outcome.failsWith("container does not exist");
      }
    }
    bench.assertNothingOf(id);
  }

  @RepeatedTest(3)
  void aStartAndAKillEndWithAStoppedContainer(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    race(() -> bench.command("start", id), () -> bench.command("kill", id, "KILL"))
        .get(1)
        .succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  // With the front killed by its caller in the middle, at a random time.
  @RepeatedTest(PAIRS)
  void aCreateThatIsKilledFromOutsideCanBeDeleted(Workbench bench) throws InterruptedException {
    String id = Workbench.id();
    Jrun.Running create = bench.createCommand(bench.bundle().lasting(), id).start();
    Workbench.pause(RANDOM.nextInt(400));
    create.process().destroyForcibly().waitFor();
    bench.command("delete", "--force", id).run().succeeds();
    bench.assertNothingOf(id);
  }

  @Test
  @Tag("slow")
  void listAndStateAreRightWhileContainersComeAndGo(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().lasting().write();
    String steady = bench.created(bundle);
    inParallel(
        2,
        2,
        worker -> {
          for (int i = 0; i < 8; i++) {
            if (worker == 0) {
              String id = Workbench.id();
              bench
                  .jrun("create", "--bundle", bundle.directory().toString(), id)
                  .succeedsSilently();
              bench.delete(id).succeedsSilently();
            } else {
              assertTrue(bench.jrun("list", "-q").succeeds().lines().contains(steady));
              assertEquals("created", bench.status(steady));
            }
          }
          return null;
        });
  }

  @Test
  @Tag("slow")
  void twoHundredContainersExistAtOnce(Workbench bench) throws Exception {
    int count = 200;
    // One read-only root file system for all of them, without its mount points at first: they are
    // made concurrently.
    Bundle bundle = bench.bundle().lasting().write();
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      ids.add(bench.keepQuietly(Workbench.id()));
    }
    List<String> all = List.copyOf(ids);
    inParallel(
        8,
        count,
        i ->
            bench
                .command("create", "--bundle", bundle.directory().toString(), all.get(i))
                .limit(Duration.ofSeconds(120))
                .run()
                .succeedsSilently());
    assertEquals(ids, new TreeSet<>(bench.jrun("list", "-q").succeedsSilently().lines()));
    inParallel(
        8,
        count,
        i ->
            bench
                .command("delete", "--force", all.get(i))
                .limit(Duration.ofSeconds(120))
                .run()
                .succeedsSilently());
    assertEquals("", bench.jrun("list", "-q").succeedsSilently().out());
  }

  /** A task for each of the numbers below count, so many at a time. */
  private static void inParallel(int width, int count, java.util.function.IntFunction<Object> task)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(width);
    try {
      List<Callable<Object>> tasks = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        tasks.add(() -> task.apply(number));
      }
      for (Future<Object> result : pool.invokeAll(tasks)) {
        result.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
