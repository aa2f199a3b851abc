// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.lifecycle.Rehearsal;
import io.jrun.linux.Procfs;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.systemd.AgreeableManager;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The training run of the build: carries out one of each command against a front that agrees to
 * everything and does nothing, so that the class-data archive holds what commands load. It is given
 * an empty directory to work in: whatever this class needs besides is loaded with the archive by
 * every command.
 */
public final class Training {
  private static final String ID = "training";
  private static final int PROGRAMS = 12;
  private static final String PROFILE =
      "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
          + "\"syscalls\":[{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
          + "{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38,\"args\":"
          + "[{\"index\":0,\"value\":1,\"valueTwo\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]},";

  private final Path root;
  private final Path bundle;

  private Training(Path directory) {
    this.root = directory.resolve("root");
    this.bundle = directory.resolve("bundle");
  }

  /** Carries commands out, without touching a file, until the virtual machine has compiled them. */
  static void rehearse(int times) throws IOException {
    Training training = new Training(Path.of("/nonexistent"));
    for (int i = 0; i < times; i++) {
      Rehearsal.launch();
      Rehearsal.limited();
      Rehearsal.exec();
      training.command("--version");
      training.command("--root", "/nonexistent", "--log-format", "json", "state", "nobody");
      training.command("--root", "/nonexistent", "create", "--bundle", "/nonexistent", "nobody");
    }
  }

  public static void main(String[] args) throws IOException {
    // The archive takes classes that were initialised: the main class of a command too.
    ColdMain.class.getName();
    new ColdMain.Ahead().start();
    new Training(Path.of(args[0])).train(2);
  }

  private void train(int rounds) throws IOException {
    Files.createDirectories(bundle.resolve("rootfs"));
    Files.createDirectories(root);
    Files.write(bundle.resolve("config.json"), SpecWriter.write(SpecTemplate.withoutTerminal()));
    String at = root.toString();
    for (int round = 0; round < rounds; round++) {
      command("--version");
      command("--help");
      command("--root", at, "list");
      command("--root", at, "state", "nobody");
      command(
          "--root",
          at,
          "--log",
          root.resolve("log").toString(),
          "--log-format",
          "json",
          "kill",
          "nobody",
          "9");
      command("--root", at, "check", "--bundle", bundle.toString());
      command("--root", at, "plan", "--bundle", bundle.toString(), "--syscalls", ID);
      command("--root", at, "spec", "--bundle", bundle.toString());
      command(
          "--root", at, "create", "--bundle", bundle.toString(), "--pid-file", root + "/pid", ID);
      command("--root", at, "run", "--bundle", bundle.toString(), ID);
      filtered(at);
      Rehearsal.limited();
      existing(at);
      AgreeableManager.rehearse(root.resolve("manager" + round).toString());
    }
  }

  /** With a filter of system calls. */
  private void filtered(String at) throws IOException {
    Path config = bundle.resolve("config.json");
    byte[] plain = Files.readAllBytes(config);
    String text = new String(plain, StandardCharsets.UTF_8);
    byte[] document =
        text.replaceFirst("\"linux\": \\{", "\"linux\": {" + PROFILE)
            .getBytes(StandardCharsets.UTF_8);
    Files.write(config, document);
    command("--root", at, "create", "--bundle", bundle.toString(), ID);
    command("--root", at, "run", "--bundle", bundle.toString(), ID);
    Files.write(config, plain);
  }

  private void existing(String at) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    long start = Procfs.stat(self.pid()).map(Procfs.Stat::startTime).orElse(0L);
    ContainerState state =
        new ContainerState(
            ID,
            Phase.CREATED,
            ProcessIdentity.NONE,
            new ProcessIdentity(self.pid(), start),
            Procfs.bootId(),
            new ContainerState.Location(bundle.toString(), bundle + "/rootfs", root + "/no-cgroup"),
            "2026-01-01T00:00:00.000000000Z",
            Map.of("a", "b"),
            LaunchRecord.NONE);
    Path directory = Files.createDirectories(root.resolve(ID));
    Files.write(directory.resolve("state.json"), StateFile.write(state));
    Files.write(directory.resolve("config.json"), SpecWriter.write(SpecTemplate.withoutTerminal()));
    command("--root", at, "state", ID);
    command("--root", at, "list");
    command("--root", at, "list", "--format", "json");
    command("--root", at, "ps", "--format", "json", ID);
    Path process =
        Files.writeString(
            root.resolve("process.json"),
            "{\"args\":[\"true\"],\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0}}");
    command("--root", at, "exec", "--process", process.toString(), "--detach", ID);
    command(
        "--root", at, "exec", "--user", "0:0", "--env", "A=1", "--pid-file", at + "/p", ID, "a");
    command("--root", at, "start", ID);
    command("--root", at, "pause", ID);
    command("--root", at, "update", "--resources", process.toString(), ID);
    command("--root", at, "events", "--stats", ID);
    command("--root", at, "resume", ID);
    command("--root", at, "kill", ID, "KILL");
    command("--root", at, "delete", ID);
    command("--root", at, "delete", "--force", ID);
    Files.delete(directory.resolve("state.json"));
    Files.delete(directory.resolve("config.json"));
    Files.delete(directory);
  }

  private void command(String... words) throws IOException {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    frame(in, 1, context(words));
    for (int i = 0; i < PROGRAMS; i++) {
      for (int tag = 1; tag <= 3; tag++) {
        frame(
            in,
            3,
            buffer(16).putShort((short) 0).putShort((short) tag).putInt(0).putLong(0).array());
      }
      frame(in, 2, new byte[24]);
    }
    Front front =
        new Front(new ByteArrayInputStream(in.toByteArray()), new ByteArrayOutputStream());
    front.exit(new Dispatch(front).run());
  }

  private byte[] context(String... words) throws IOException {
    long uid = Files.exists(root) ? (Integer) Files.getAttribute(root, "unix:uid") : 0;
    List<String> arguments = new ArrayList<>(List.of("jrun"));
    arguments.addAll(List.of(words));
    // Of the namespaces that of users: a caller in another one has other rights, and other classes.
    return new CallerContext(
            Version.number(),
            List.of(ProcessHandle.current().pid(), 1L, uid, uid, 0L, 0L, 0L),
            0,
            List.of(0L, CallerContext.FIRST_USER_NAMESPACE, 0L, 0L),
            Collections.nCopies(CallerContext.RLIMITS, 0L),
            bundle.toString(),
            "0::/\n",
            arguments,
            List.of("PATH=/usr/bin:/bin"),
            CallerContext.NOT_STORED)
        .encode();
  }

  private static void frame(ByteArrayOutputStream out, int type, byte[] payload)
      throws IOException {
    out.write(buffer(8).putInt(payload.length).putShort((short) type).array());
    out.write(payload);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
