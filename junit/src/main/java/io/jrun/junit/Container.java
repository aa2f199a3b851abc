// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A running container, and what a test does with it. Every call is a {@code jrun} command of its
 * own, with a limit of time; one that jrun itself refuses throws a {@link JrunException} with
 * jrun's message.
 */
public final class Container implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String id;
  private final BundleDirectory bundle;
  private final Jrun jrun;

  private Container(String id, BundleDirectory bundle, Jrun jrun) {
    this.id = id;
    this.bundle = bundle;
    this.jrun = jrun;
  }

  /** Makes the bundle and starts its container; whatever fails leaves nothing. */
  static Container start(OciBundle annotation) {
    BundleDirectory bundle = BundleDirectory.make();
    Container container =
        new Container(
            "junit-" + UUID.randomUUID(), bundle, new Jrun(bundle.state(), bundle.outputs()));
    try {
      bundle.fill(annotation, container.jrun);
      container.jrun.run(
          bundle.log(), LIMIT, "run", "-d", "--bundle", bundle.directory(), container.id);
      return container;
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
  }

  /**
   * Gives the container's id.
   *
   * @return an id that no other container has
   */
  public String id() {
    return id;
  }

  /**
   * Executes a program in the container and waits for its end, a minute at most.
   *
   * @param args the program and its arguments
   * @return what it wrote, and how it ended
   */
  public Output exec(String... args) {
    return exec(LIMIT, args);
  }

  /**
   * Executes a program in the container and waits for its end.
   *
   * @param limit the longest that is waited for; afterwards the command is killed
   * @param args the program and its arguments
   * @return what it wrote, and how it ended
   */
  public Output exec(Duration limit, String... args) {
    List<String> words = new ArrayList<>(List.of("exec", id));
    words.addAll(List.of(args));
    return jrun.execute(limit, words);
  }

  /**
   * Gives what the container's own program has written so far, to standard output and standard
   * error.
   *
   * @return text, as UTF-8
   */
  public String logs() {
    return bundle.logs();
  }

  /**
   * Finds a file of the container in its root file system, for a test to read and write. What is
   * mounted below the root (/proc, /dev, /tmp if it is a mount) is not there.
   *
   * @param path a path within the container, absolute or relative to the root
   * @return the path of the same file for this process
   * @throws IllegalArgumentException if the path leads out of the root by its own words
   */
  public Path file(String path) {
    Path root = bundle.rootfs();
    Path file = root.resolve(path.replaceFirst("^/+", "")).normalize();
    if (!file.startsWith(root)) {
      throw new IllegalArgumentException(path + " leads out of the container");
    }
    return file;
  }

  /**
   * Asks for the container's status, in the words of runtime-spec.
   *
   * @return "created", "running" or "stopped"
   */
  public String status() {
    return Json.text(jrun.run(LIMIT, "state", id), "status");
  }

  /**
   * Asks for the process id of the container's first process, as this host has it.
   *
   * @return 0 if it has ended
   */
  public int pid() {
    return Integer.parseInt(Json.text(jrun.run(LIMIT, "state", id), "pid"));
  }

  /**
   * Sends a signal to the container's first process.
   *
   * @param signal a name with or without SIG, or a number
   */
  public void kill(String signal) {
    jrun.run(LIMIT, "kill", id, signal.toUpperCase(Locale.ROOT));
  }

  /** Stops all processes of the container until {@link #resume}. It needs a cgroup. */
  public void pause() {
    jrun.run(LIMIT, "pause", id);
  }

  /** Lets a paused container go on. */
  public void resume() {
    jrun.run(LIMIT, "resume", id);
  }

  /** Ends the container and takes away all that it had. The extension does so by itself. */
  @Override
  public void close() {
    try {
      jrun.run(LIMIT, "delete", "--force", id);
    } finally {
      bundle.delete();
    }
  }

  @Override
  public String toString() {
    return "container " + id;
  }
}
