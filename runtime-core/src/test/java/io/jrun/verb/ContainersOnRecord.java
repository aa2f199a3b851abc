// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jrun.container.Configs;
import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.RecordingNotices;
import io.jrun.lifecycle.Session;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateStore;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tests of verbs on containers that are on record in a root of their own, and nowhere else. */
abstract class ContainersOnRecord {
  static final String NOT_THERE = "container does not exist";

  @TempDir Path root;
  final RecordingNotices notices = new RecordingNotices();
  ScriptedFront front;
  Session session;

  /** A directory that is every container's cgroup. */
  Path cgroup;

  @BeforeEach
  void open() throws IOException {
    front = ScriptedFront.calledWith("jrun");
    session = new Session(front.open(), new StateStore(root.resolve("state").toString()), notices);
    Files.createDirectory(root.resolve("state"));
    cgroup = Files.createDirectory(root.resolve("cgroup"));
  }

  /** Puts a container on record; gives its state directory. */
  Path put(ContainerState state, String config) {
    Path directory = States.put(root.resolve("state"), States.withCgroup(state, cgroup.toString()));
    try {
      Files.write(directory.resolve("config.json"), Configs.with(config));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  Path put(ContainerState state) {
    return put(state, "{}");
  }

  /** One whose create has not come to its end. */
  static ContainerState creating() {
    return States.of("demo", Phase.CREATING, States.living(), ProcessIdentity.NONE);
  }

  /** Has the cgroup say that all in it stands still. */
  void freeze() throws IOException {
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
  }

  /** What a verb that fails says. */
  static String failure(Executable verb) {
    return assertThrows(ContainerException.class, verb).getMessage();
  }
}
