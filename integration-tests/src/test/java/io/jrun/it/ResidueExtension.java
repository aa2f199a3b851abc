// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test its {@link Workbench} and fails the test, naming what was left, unless the host
 * is afterwards as it was before: no process, cgroup, mount, state, temporary file, descriptor or
 * keyring more, none less. Removal that the kernel completes a moment later (a zombie, a keyring)
 * is waited for, briefly. Whatever was left is removed, so that the next test starts from the same.
 */
final class ResidueExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(ResidueExtension.class);

  /**
   * What may be gone: it was left by a test before, or is the virtual machine's own, which opens
   * files of its cgroup for an instant.
   */
  private static final List<String> PASSING = List.of("process ", "keyring ", "descriptor ");

  private static final Duration GRACE = Workbench.patiently(Duration.ofSeconds(8));

  @Override
  public void beforeEach(ExtensionContext context) {
    Bundle.prepare();
    WarmCore.shared();
    context.getStore(STORE).put("before", Snapshot.take());
    context.getStore(STORE).put("bench", new Workbench());
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    Snapshot before = context.getStore(STORE).get("before", Snapshot.class);
    Workbench bench = context.getStore(STORE).get("bench", Workbench.class);
    List<String> problems = new ArrayList<>(bench.close());
    problems.addAll(changes(before, bench.directory()));
    if (!problems.isEmpty()) {
      clear(before, bench.directory());
    }
    bench.remove();
    // A test that failed on its way has not come to its own clean-up.
    if (!problems.isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError("left behind:\n  " + String.join("\n  ", problems));
    }
  }

  // The directory of the test is there still: its files are no residue, but a mount or a descriptor
  // in it is.
  static List<String> changes(Snapshot before, Path directory) {
    long end = System.nanoTime() + GRACE.toNanos();
    while (true) {
      Snapshot now = Snapshot.take();
      List<String> problems = new ArrayList<>();
      now.minus(before).stream()
          .filter(line -> !line.startsWith("file " + directory))
          .forEach(line -> problems.add("new: " + line));
      // What the host had must stay.
      before.minus(now).stream()
          .filter(line -> PASSING.stream().noneMatch(line::startsWith))
          .forEach(line -> problems.add("gone: " + line));
      if (problems.isEmpty() || System.nanoTime() > end) {
        return problems;
      }
      Workbench.pause(20);
    }
  }

  static void clear(Snapshot before, Path directory) throws IOException {
    Set<String> left = Snapshot.take().minus(before);
    for (String line : left) {
      if (line.startsWith("process ")) {
        command("kill", "-9", line.split(" ")[1]);
      }
    }
    List<String> reversed = new ArrayList<>(left);
    Collections.reverse(reversed);
    for (String line : reversed) {
      String[] words = line.split(" ");
      if (line.startsWith("mount ")) {
        command("umount", "-l", words[5]);
      } else if (line.startsWith("cgroup ")) {
        removeCgroup(Path.of(words[1]));
      } else if (line.startsWith("file ") && !line.startsWith("file " + directory)) {
        command("rm", "-rf", words[1]);
      }
    }
  }

  private static void removeCgroup(Path cgroup) throws IOException {
    if (!Files.exists(cgroup)) {
      return;
    }
    Files.writeString(cgroup.resolve("cgroup.kill"), "1");
    for (int i = 0; i < 100; i++) {
      if (Files.readString(cgroup.resolve("cgroup.events")).contains("populated 0")) {
        break;
      }
      Workbench.pause(10);
    }
    command("rmdir", cgroup.toString());
  }

  static void command(String... argv) throws IOException {
    try {
      new ProcessBuilder(argv)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Workbench.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getStore(STORE).get("bench", Workbench.class);
  }
}
