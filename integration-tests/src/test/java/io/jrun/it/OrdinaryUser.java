// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Somebody without rights, whom the host knows by a number alone: user and group 4242. They run a
 * copy of the runtime that everybody may read, with a runtime directory of their own, which is
 * where the state of their containers is. In a run that has a warm core they have one as well, and
 * demand it.
 */
final class OrdinaryUser {
  static final int ID = 4242;

  /** Makes what a shell of root's executes next the user's. */
  static final String COMMAND = "setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all ";

  private static Path copy;
  private static WarmCore core;

  private final Workbench bench;
  private final Path runtime;

  private OrdinaryUser(Workbench bench, Path runtime) {
    this.bench = bench;
    this.runtime = runtime;
  }

  /** Makes what all tests share, before anybody looks what there is. */
  static synchronized void prepare() throws IOException {
    if (copy != null) {
      return;
    }
    copy = Files.createTempDirectory("rootless");
    execute("cp", "-a", Jrun.prefix() + "/.", copy.toString());
    execute("cp", Jrun.typist().toString(), copy.resolve("typist").toString());
    execute("chmod", "-R", "a+rX", copy.toString());
    if (WarmCore.shared().isPresent()) {
      Path socket = own(Files.createTempDirectory("warm")).resolve("core.sock");
      core = WarmCore.start(binary(), socket, words(), "--idle-timeout", "0");
      Runtime.getRuntime().addShutdownHook(new Thread(core.process()::destroy));
    }
  }

  private static void execute(String... command) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static OrdinaryUser of(Workbench bench) {
    try {
      return new OrdinaryUser(bench, own(Files.createDirectory(bench.directory().resolve("run"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The front that the user executes. */
  static Path binary() {
    return copy.resolve("bin/jrun");
  }

  /** {@link #COMMAND} as words. */
  static List<String> words() {
    return List.of(COMMAND.split(" "));
  }

  /** Gives a file to the user. */
  static Path own(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", ID);
      Files.setAttribute(file, "unix:gid", ID);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * For a shell of root's: makes a cgroup below another, both the user's, and goes there, as
   * systemd does with Delegate=.
   */
  static String delegating(Path group, Path own) {
    return "mkdir -p %2$s; chown %3$d %1$s %1$s/cgroup.procs %2$s %2$s/cgroup.procs; echo $$ >%2$s/cgroup.procs;"
        .formatted(group, own, ID);
  }

  /** A directory of the user's with an image of busybox to import, {@code image.tar}. */
  Path home() throws IOException {
    Path home = own(Files.createDirectory(bench.directory().resolve("home")));
    Files.copy(Podman.image(bench.directory()), home.resolve("image.tar"));
    return home;
  }

  /** XDG_RUNTIME_DIR. */
  Path runtime() {
    return runtime;
  }

  /** The runtime as the user. */
  Jrun command(String... args) {
    return through("", COMMAND, args);
  }

  Outcome jrun(String... args) {
    return command(args).run();
  }

  /**
   * The runtime with more before it.
   *
   * @param prelude of a shell that is root still, each command with its semicolon
   * @param wrapper what executes the command that follows it
   */
  Jrun through(String prelude, String wrapper, String... args) {
    return environment(bench.bareCommand(args), prelude + wrapper, args)
        .through("shift; " + prelude + " exec " + wrapper + binary() + " \"$@\"");
  }

  /** The runtime as the user, who sits at a terminal of their own: {@link Jrun#atTerminal}. */
  Jrun atTerminal(List<String> args, String... actions) {
    String[] words = args.toArray(String[]::new);
    return environment(bench.bareCommand(words).by(binary()), "", words)
        .atTerminal(copy.resolve("typist"), actions)
        .executedBy(words());
  }

  private Jrun environment(Jrun command, String script, String... args) {
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("XDG_RUNTIME_DIR", runtime.toString());
    if (core == null) {
      return command;
    }
    command.env("JRUN_SOCKET", core.socket().toString());
    // A caller in namespaces of its own is served cold.
    boolean apart = script.contains("unshare ") || script.contains("nsenter ");
    return apart || Stream.of(args).anyMatch(Jrun.STORED::contains)
        ? command
        : command.env("JRUN_CORE", "warm");
  }

  /** A bundle that maps the user alone. */
  Bundle bundle() {
    return mapped(bench.bundle());
  }

  /** Has a bundle's root file system be the user's, who is root in a new user namespace. */
  static Bundle mapped(Bundle bundle) {
    own(bundle.rootfs());
    return bundle
        .remove("/mounts/2/options/5")
        .set("/linux/namespaces/-", Map.of("type", "user"))
        .set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, ID, 1)))
        .set("/linux/gidMappings", List.of(UserNamespaceIT.mapping(0, ID, 1)));
  }

  Outcome run(Bundle bundle, String... options) {
    return bundled("run", bundle, Workbench.id(), options).run();
  }

  /** {@code verb --bundle B [options] id}. */
  Jrun bundled(String verb, Bundle bundle, String id, String... options) {
    bundle.write();
    List<String> args = new ArrayList<>(List.of(verb, "--bundle", bundle.directory().toString()));
    args.addAll(Arrays.asList(options));
    args.add(id);
    return command(args.toArray(String[]::new));
  }

  String created(Bundle bundle) {
    String id = Workbench.id();
    bundled("create", bundle, id).run().succeeds();
    return id;
  }

  String running(Bundle bundle) {
    String id = created(bundle);
    jrun("start", id).succeedsSilently();
    return id;
  }

  int pid(String id) {
    return jrun("state", id).succeedsSilently().json().get("pid").asInt();
  }

  void delete(String id) {
    jrun("delete", "--force", id).succeedsSilently();
  }

  /** Ids that the user may map beside their own, and a name for them, in a private /etc. */
  String withRanges(String ranges) {
    try {
      Path etc = Files.createDirectories(bench.directory().resolve("etc"));
      Files.writeString(
          etc.resolve("passwd"), "root:x:0:0::/:/bin/sh\nsome:x:4242:4242::/:/bin/sh\n");
      for (String file : List.of("subuid", "subgid")) {
        Files.writeString(etc.resolve(file), ranges);
      }
      return "mount -t overlay -o lowerdir=" + etc + ":/etc none /etc;";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A script of root's that executes {@code "$@"} as the user, in mount and network namespaces
   * where they have a name, ids to map, /dev/net/tun, and the directory that the last of the words
   * is in.
   */
  String inNamespaces() throws IOException {
    return inNamespaces("");
  }

  /**
   * The same.
   *
   * @param prelude what root does there before, without an apostrophe
   */
  String inNamespaces(String prelude) throws IOException {
    Path device = bench.directory().resolve("tun");
    execute("mknod", "-m", "666", device.toString(), "c", "10", "200");
    String etc = withRanges("some:100000:65536\n");
    Path directory = bench.directory().resolve("etc");
    Files.writeString(directory.resolve("group"), "root:x:0:\nsome:x:4242:\n");
    Files.writeString(directory.resolve("resolv.conf"), "nameserver " + Cri.NAME_SERVER + "\n");
    return "exec unshare -m -n --propagation shared bash -c '"
        + prelude
        + etc
        + " mount --bind "
        + device
        + " /dev/net/tun; ip link set lo up; chown 4242:4242 $(dirname \"${@: -1}\"); exec "
        + COMMAND
        + "\"$@\"' bash \"$@\"";
  }

  /** The runtime as the user, in a mount namespace in which root has run a script before. */
  Jrun apart(String prelude, String... args) {
    return environment(bench.bareCommand(args), "unshare ", args)
        .through(
            "shift; exec unshare -m bash -c '"
                + prelude
                + " exec "
                + COMMAND
                + binary()
                + " \"$@\"' bash \"$@\"");
  }

  void assertNothingIsLeft() {
    Path root = runtime.resolve("jrun");
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> entries = Files.list(root)) {
      assertEquals(List.of(), entries.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
