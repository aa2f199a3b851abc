// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.container.Paths;
import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.plan.CgroupManager;
import io.jrun.state.StateStore;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One command line being carried out: what a command is handed besides its own arguments. */
final class Invocation {
  private final Front front;
  private final CallerContext caller;
  private final GlobalOptions options;
  private final LogRecords log;

  Invocation(Front front, GlobalOptions options, LogRecords log) {
    this.front = front;
    this.caller = front.caller();
    this.options = options;
    this.log = log;
  }

  void print(String text) {
    front.print(text);
  }

  Session session() {
    return new Session(front, new StateStore(options.root()), log);
  }

  /** A path of the caller's, made absolute: what it means is for {@link CallersFiles}. */
  String absolute(String path) {
    if (path.isEmpty()) {
      throw new ContainerException("a path must not be empty");
    }
    return Paths.join(caller.cwd(), path);
  }

  /** A root that was named must exist; the default one need not. */
  void requireExplicitRoot() {
    Path root = Path.of(options.root());
    if (options.givenRoot().isPresent() && !Files.isDirectory(root)) {
      Errno why = Files.exists(root) ? Errno.ENOTDIR : Errno.ENOENT;
      throw new ContainerException("open " + root + ": " + Errno.words(why.number()));
    }
  }

  /** {@code --cgroup-manager}, else {@code --systemd-cgroup}. */
  CgroupManager cgroupManager() {
    return options.cgroupManager();
  }

  /** {@code --rootless}: "true", "false" or "auto". */
  String rootless() {
    return options.rootless();
  }

  /** The options before the command, as they were given. */
  List<String> globalWords() {
    List<String> all = caller.arguments();
    return all.subList(1, all.size() - options.rest().size());
  }

  /** Where a warm core of the caller's would listen; empty if there is no place for one. */
  String warmSocket() {
    return WarmSocket.place(caller.euid() == 0, caller::variable).orElse("");
  }

  /** How many descriptors socket activation hands over, if they are for this process. */
  int listenFds() {
    boolean ours = caller.variable("LISTEN_PID").orElse("").equals(Long.toString(caller.pid()));
    try {
      return ours ? Short.parseShort("0" + caller.variable("LISTEN_FDS").orElse("")) : 0;
    } catch (NumberFormatException e) {
      throw new ContainerException("LISTEN_FDS is not a number of descriptors", e);
    }
  }
}
