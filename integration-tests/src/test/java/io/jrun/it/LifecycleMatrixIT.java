// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every command in every state: whether it succeeds, what it says, and in which state the container
 * is then.
 */
@ExtendWith(ResidueExtension.class)
class LifecycleMatrixIT {

  private static final String EXISTS = "container with given ID already exists";
  private static final String MISSING = "container does not exist";

  @ParameterizedTest(name = "{1} in state {0}")
  @CsvSource({
    "none,    create,         ok,              created",
    "none,    start,          missing,         none",
    "none,    state,          missing,         none",
    "none,    kill,           missing,         none",
    "none,    kill --all,     missing,         none",
    "none,    ps,             missing,         none",
    "none,    delete,         missing,         none",
    "none,    delete --force, ok,              none",
    "none,    list,           ok,              none",
    "none,    pause,          missing,         none",
    "none,    resume,         missing,         none",
    "none,    update,         missing,         none",
    "none,    events --stats, missing,         none",
    "created, create,         exists,          created",
    "created, start,          ok,              running",
    "created, state,          ok,              created",
    "created, kill,           ok,              stopped",
    "created, kill --all,     ok,              stopped",
    "created, ps,             ok,              created",
    "created, delete,         ok,              none",
    "created, delete --force, ok,              none",
    "created, list,           ok,              created",
    "created, pause,          ok,              paused",
    "created, resume,         not paused,      created",
    "created, update,         ok,              created",
    "created, events --stats, ok,              created",
    "running, create,         exists,          running",
    "running, start,          already running, running",
    "running, state,          ok,              running",
    "running, kill,           ok,              stopped",
    "running, kill --all,     ok,              stopped",
    "running, ps,             ok,              running",
    "running, delete,         not stopped,     running",
    "running, delete --force, ok,              none",
    "running, list,           ok,              running",
    "running, pause,          ok,              paused",
    "running, resume,         not paused,      running",
    "running, update,         ok,              running",
    "running, events --stats, ok,              running",
    "paused,  create,         exists,          paused",
    "paused,  start,          is paused,       paused",
    "paused,  state,          ok,              paused",
    "paused,  kill,           ok,              stopped",
    "paused,  kill --all,     ok,              stopped",
    "paused,  ps,             ok,              paused",
    "paused,  pause,          not running,     paused",
    "paused,  resume,         ok,              running",
    "paused,  delete,         not stopped,     paused",
    "paused,  delete --force, ok,              none",
    "paused,  list,           ok,              paused",
    "paused,  update,         ok,              paused",
    "paused,  events --stats, ok,              paused",
    "stopped, create,         exists,          stopped",
    "stopped, start,          has stopped,     stopped",
    "stopped, state,          ok,              stopped",
    "stopped, kill,           not running,     stopped",
    "stopped, kill --all,     ok,              stopped",
    "stopped, ps,             ok,              stopped",
    "stopped, delete,         ok,              none",
    "stopped, delete --force, ok,              none",
    "stopped, list,           ok,              stopped",
    "stopped, pause,          not running,     stopped",
    "stopped, resume,         not paused,      stopped",
    "stopped, update,         not running,     stopped",
    "stopped, events --stats, no events,       stopped",
  })
  void matrix(String before, String command, String expected, String after, Workbench bench)
      throws Exception {
    Bundle bundle = bench.bundle();
    String id =
        switch (before) {
          case "none" -> bench.keep(Workbench.id());
          case "created" -> bench.created(bundle.lasting());
          case "running" -> bench.running(bundle.lasting());
          case "paused" -> bench.paused(bundle.lasting());
          default -> bench.stopped(bundle);
        };
    java.nio.file.Files.createDirectories(bench.root());
    Outcome outcome = outcome(command, id, bundle, bench);
    switch (expected) {
      case "ok" -> outcome.succeedsSilently();
      case "missing" -> outcome.failsWith(MISSING);
      case "exists" -> outcome.failsWith(Jrun.name() + " create failed: " + EXISTS);
      case "already running" -> outcome.failsWith("cannot start an already running container");
      case "has stopped" -> outcome.failsWith("cannot start a container that has stopped");
      case "not running" -> outcome.failsWith("container not running");
      case "no events" -> outcome.failsWith("container with id " + id + " is not running");
      case "not paused" -> outcome.failsWith("container not paused");
      case "is paused" -> outcome.failsWith("cannot start a container in the paused state");
      case "not stopped" ->
          outcome.failsWith("cannot delete container " + id + " that is not stopped: " + before);
      default -> fail("no such expectation: " + expected);
    }
    if (after.equals("none")) {
      bench.jrun("state", id).failsWith(MISSING);
      bench.assertNothingOf(id);
    } else {
      bench.awaitStatus(id, after);
      assertEquals(after.equals("stopped"), bench.pid(id) == 0);
    }
  }

  private static Outcome outcome(String command, String id, Bundle bundle, Workbench bench) {
    return switch (command) {
      case "create" -> bench.create(bundle, id);
      case "kill" -> bench.kill(id, "KILL");
      case "kill --all" -> bench.jrun("kill", "--all", id, "KILL");
      case "ps" -> bench.jrun("ps", "--format", "json", id);
      case "delete --force" -> bench.deleteByForce(id);
      case "list" -> bench.jrun("list", "-q");
      case "events --stats" -> bench.jrun("events", "--stats", id);
      default -> bench.jrun(command, id);
    };
  }
}
