// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * docs/errors.md, row by row: each mistake is made, and what jrun says is what the page says it
 * says, on one line. What stands in angle brackets there may be anything.
 */
@ExtendWith(ResidueExtension.class)
class ErrorCatalogueIT {

  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ""), "../docs/errors.md").toAbsolutePath().normalize();
  private static final int FEWEST = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A mistake, and what came of it. */
  private interface Mistake {
    Outcome make(Workbench bench) throws IOException;
  }

  private static final Map<String, Mistake> MISTAKES =
      Map.ofEntries(
          // The command line
          entry("no-such-command", bench -> bench.jrun("launch")),
          entry("criu-is-no-criu", ErrorCatalogueIT::withNoCriu),
          entry(
              "checkpoint-of-what-does-not-run",
              bench ->
                  bench.jrun(
                      "checkpoint",
                      "--image-path",
                      Criu.images(bench).toString(),
                      bench.created(bench.bundle()))),
          entry("checkpoint-of-an-idmapped-mount", ErrorCatalogueIT::ofIdmappedMount),
          entry("unknown-option", bench -> bench.jrun("state", "--verbose", "c")),
          entry("invalid-id", bench -> bench.jrun("state", "a/b")),
          entry("no-such-container", bench -> bench.jrun("state", "nobody")),
          entry("id-taken", bench -> bench.create(bench.bundle(), bench.created(bench.bundle()))),
          entry("root-read-only", ErrorCatalogueIT::onReadOnlyRoot),
          entry("root-below-read-only", ErrorCatalogueIT::belowReadOnlyRoot),
          entry("root-is-a-file", bench -> onRoot(bench, "touch root")),
          entry("root-is-a-loop", bench -> onRoot(bench, "ln -s root root")),
          entry("root-is-a-dangling-link", bench -> onRoot(bench, "ln -s nowhere root")),
          entry("root-missing", bench -> bench.jrun("list")),
          entry("unknown-signal", bench -> bench.kill(bench.created(bench.bundle()), "SIGNOTHING")),
          entry(
              "pid-file-is-a-directory",
              bench ->
                  bench.create(
                      bench.bundle(), Workbench.id(), "--pid-file", bench.directory().toString())),
          entry(
              "process-file-missing",
              bench ->
                  bench.jrun(
                      "exec", "-p", "/proc/self/fd/99", bench.running(bench.bundle().lasting()))),
          entry(
              "pid-file-directory-missing",
              bench -> bench.create(bench.bundle(), Workbench.id(), "--pid-file", "/nowhere/pid")),
          entry(
              "console-socket-missing",
              bench ->
                  bench.create(
                      bench.bundle().set("/process/terminal", true),
                      Workbench.id(),
                      "--console-socket",
                      "/nowhere/socket")),
          entry(
              "no-warm-core",
              bench ->
                  bench
                      .command("--core=warm", "list")
                      .env("JRUN_SOCKET", "/nowhere/core.sock")
                      .run()),

          // The bundle
          entry(
              "bundle-missing", bench -> bench.jrun("create", "--bundle", "/nowhere", "anything")),
          entry(
              "config-missing",
              bench ->
                  bench.jrun(
                      "create", "--bundle", bench.bundle().directory().toString(), "anything")),
          entry("config-truncated", bench -> written(bench, "{\"ociVersion\": \"1.0.2\", ")),
          entry(
              "config-repeats-a-key",
              bench -> written(bench, "{\"ociVersion\": \"1.0.2\", \"ociVersion\": \"1.0.2\"}")),
          entry("config-version", bench -> with(bench, "/ociVersion", "\"3.0.0\"")),
          entry("wrong-type", bench -> with(bench, "/process/args", "\"sh\"")),
          entry("number-out-of-range", bench -> with(bench, "/process/user/uid", "-1")),
          entry("wrong-case", bench -> with(bench, "/process/Args", "[]")),
          entry(
              "annotations-too-long",
              bench ->
                  bench.create(
                      bench.bundle().set("/annotations", Map.of("k", "x".repeat(9 << 20))),
                      Workbench.id())),
          entry(
              "several-problems",
              bench ->
                  bench.create(
                      bench.bundle().args().set("/process/cwd", "tmp").set("/hostname", "a/b"),
                      Workbench.id())),
          entry("rootfs-missing", bench -> with(bench, "/root/path", "\"nowhere\"")),
          entry(
              "rootfs-path-too-long",
              bench -> with(bench, "/root/path", '"' + "x".repeat(256) + '"')),
          entry("rootfs-is-a-loop", ErrorCatalogueIT::onLoopingRootfs),
          entry("rootfs-is-a-file", bench -> with(bench, "/root/path", "\"config.json\"")),

          // The process
          entry("args-empty", bench -> with(bench, "/process/args", "[]")),
          entry("cwd-relative", bench -> with(bench, "/process/cwd", "\"tmp\"")),
          entry("cwd-is-a-file", bench -> with(bench, "/process/cwd", "\"/etc/passwd\"")),
          entry("program-not-in-path", bench -> program(bench, "nothing-of-this-name")),
          entry("program-empty", bench -> with(bench, "/process/args", "['']")),
          entry("program-missing", bench -> program(bench, "/bin/nothing")),
          entry("program-not-executable", bench -> program(bench, "/etc/passwd")),
          entry("program-is-a-directory", bench -> program(bench, "/etc")),
          entry("interpreter-missing", bench -> script(bench, "#!/bin/nothing\n")),
          entry(
              "interpreter-with-carriage-return", bench -> script(bench, "#!/bin/sh\r\ntrue\r\n")),
          entry("no-program-format", bench -> script(bench, "neither ELF nor script\n")),
          entry("loader-missing", ErrorCatalogueIT::dynamic),
          entry("other-architecture", ErrorCatalogueIT::foreign),
          entry("program-on-noexec", ErrorCatalogueIT::onNoexec),
          entry("terminal-without-socket", bench -> with(bench, "/process/terminal", "true")),
          entry(
              "too-many-groups",
              bench ->
                  bench.create(
                      bench
                          .bundle()
                          .set("/process/user/additionalGids", Collections.nCopies(65_537, 1)),
                      Workbench.id())),
          entry(
              "arguments-too-long",
              bench -> bench.run(bench.bundle().args("/bin/sh", "x".repeat(200_000)))),
          entry("unknown-limit", bench -> limit(bench, "RLIMIT_BEER", 1, 1)),
          entry("soft-limit-above-hard", bench -> limit(bench, "RLIMIT_CORE", 2, 1)),
          entry("limit-above-the-hosts", bench -> limit(bench, "RLIMIT_NOFILE", 1, 1L << 40)),
          entry(
              "limit-twice",
              bench ->
                  with(
                      bench,
                      "/process/rlimits",
                      "[{'type':'RLIMIT_CORE','soft':1,'hard':1},{'type':'RLIMIT_CORE','soft':1,'hard':1}]")),
          entry("oom-score-out-of-range", bench -> with(bench, "/process/oomScoreAdj", "1001")),
          entry(
              "apparmor-missing",
              bench -> with(bench, "/process/apparmorProfile", "\"profile-of-nobody\"")),
          entry("selinux-missing", bench -> with(bench, "/process/selinuxLabel", "\"a:b:c:s0\"")),
          entry(
              "variable-without-equals-sign", bench -> with(bench, "/process/env/-", "\"LONELY\"")),

          // Namespaces
          entry(
              "hostname-without-namespace",
              bench -> bench.create(bench.bundle().withoutNamespace("uts"), Workbench.id())),
          entry("namespace-twice", bench -> with(bench, "/linux/namespaces/-", "{'type':'uts'}")),
          entry(
              "namespace-unknown", bench -> with(bench, "/linux/namespaces/-", "{'type':'dream'}")),
          entry(
              "namespace-path-missing",
              bench ->
                  bench.create(bench.bundle().join("network", "/nowhere/net"), Workbench.id())),
          entry(
              "namespace-of-another-type",
              bench ->
                  bench.create(
                      bench.bundle().join("network", "/proc/self/ns/uts"), Workbench.id())),
          entry(
              "no-mount-namespace",
              bench -> bench.create(bench.bundle().withoutNamespace("mount"), Workbench.id())),
          entry(
              "user-namespace-without-mappings",
              bench -> with(bench, "/linux/namespaces/-", "{'type':'user'}")),
          entry(
              "mappings-without-user-namespace",
              bench ->
                  with(bench, "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]")),
          entry(
              "mappings-overlap",
              bench ->
                  mapped(
                      bench,
                      "[{'containerID':0,'hostID':1000,'size':10},{'containerID':5,'hostID':3000,'size':1}]",
                      0)),
          entry(
              "user-not-mapped",
              bench -> mapped(bench, "[{'containerID':0,'hostID':100000,'size':10}]", 500)),
          entry(
              "time-offsets-without-namespace",
              bench -> with(bench, "/linux/timeOffsets", "{'monotonic':{'secs':5}}")),
          entry(
              "sysctl-of-the-host", bench -> with(bench, "/linux/sysctl", "{'vm.swappiness':'1'}")),
          entry(
              "sysctl-unknown",
              bench -> with(bench, "/linux/sysctl", "{'net.ipv4.nothing_of_this_name':'1'}")),
          entry(
              "sysctl-value",
              bench -> with(bench, "/linux/sysctl", "{'net.ipv4.ip_forward':'perhaps'}")),

          // Mounts
          entry("mount-source-missing", bench -> mount(bench, "/mnt", "bind", "/nowhere", "bind")),
          entry("mount-file-system-unknown", bench -> mount(bench, "/mnt", "nothingfs", "none")),
          entry("mount-option-unknown", bench -> mount(bench, "/mnt", "tmpfs", "x", "colour=red")),
          entry("mount-option-value", bench -> mount(bench, "/mnt", "tmpfs", "x", "size=large")),
          entry(
              "mount-options-together",
              bench -> mount(bench, "/mnt", "overlay", "overlay", "lowerdir=/tmp")),
          entry(
              "mount-option-too-long",
              bench -> mount(bench, "/mnt", "tmpfs", "x", "mpol=" + "x".repeat(256))),
          entry(
              "mount-source-too-long",
              bench -> mount(bench, "/mnt", "9p", "x".repeat(256), "trans=virtio")),
          entry(
              "mount-data-of-a-bind",
              bench -> mount(bench, "/mnt", "bind", "/tmp", "bind", "size=1k")),
          entry(
              "mount-directory-on-file",
              bench -> mount(bench, "/etc/passwd", "bind", "/tmp", "bind")),
          entry(
              "mount-file-on-directory",
              bench -> mount(bench, "/etc", "bind", "/etc/passwd", "bind")),
          entry(
              "mount-file-system-on-file", bench -> mount(bench, "/etc/passwd", "tmpfs", "tmpfs")),
          entry(
              "mount-on-a-link-of-dev",
              bench -> mount(bench, "/dev/ptmx", "bind", "/etc/passwd", "bind")),
          entry("mount-point-below-file", bench -> mount(bench, "/etc/passwd/x", "tmpfs", "tmpfs")),
          entry(
              "mount-point-name-too-long",
              bench ->
                  bench.create(
                      bench.bundle().mount("/" + "x".repeat(256), "tmpfs", "t"), Workbench.id())),
          entry("mask-on-the-root", bench -> with(bench, "/linux/maskedPaths", "['/']")),
          entry("mount-over-proc", bench -> mount(bench, "/proc/sys", "bind", "/tmp", "bind")),
          entry("mount-idmap-unsupported", bench -> bench.create(idmapped(bench), Workbench.id())),

          // Devices, system calls, cgroups
          entry(
              "device-type-unknown",
              bench ->
                  with(
                      bench,
                      "/linux/devices",
                      "[{'path':'/dev/x','type':'z','major':1,'minor':3}]")),
          entry(
              "device-outside-dev",
              bench ->
                  with(bench, "/linux/devices", "[{'path':'x','type':'c','major':1,'minor':3}]")),
          entry(
              "filter-action-unknown",
              bench -> with(bench, "/linux/seccomp", "{'defaultAction':'SCMP_ACT_SHRUG'}")),
          entry(
              "filter-listener-missing",
              bench ->
                  with(
                      bench,
                      "/linux/seccomp",
                      "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/nowhere/agent.sock',"
                          + "'syscalls':[{'names':['getcwd'],'action':'SCMP_ACT_NOTIFY'}]}")),
          entry("cgroup-of-the-root", bench -> with(bench, "/linux/cgroupsPath", "\"/\"")),
          entry(
              "cgroup-name-too-long",
              bench -> with(bench, "/linux/cgroupsPath", '"' + "/" + "x".repeat(256) + '"')),
          entry(
              "cgroup-path-too-long",
              bench -> with(bench, "/linux/cgroupsPath", '"' + "/xxxxxxx".repeat(520) + '"')),
          entry("cgroup-is-a-file", bench -> with(bench, "/linux/cgroupsPath", "'/cgroup.procs'")),
          entry("cgroup-in-use", ErrorCatalogueIT::sharedCgroup),
          entry("cgroup-frozen", ErrorCatalogueIT::frozenCgroup),
          entry(
              "cgroup-of-no-systemd",
              bench -> underSystemd(bench.bundle(), bench, "--systemd-cgroup")),
          entry(
              "cgroup-of-no-unit",
              bench ->
                  underSystemd(
                      bench.bundle().set("/linux/cgroupsPath", "/demo"),
                      bench,
                      "--systemd-cgroup")),
          entry(
              "cgroup-of-no-slice",
              bench ->
                  underSystemd(
                      bench.bundle().set("/linux/cgroupsPath", "machine:jrun:demo"),
                      bench,
                      "--systemd-cgroup")),
          entry(
              "unit-property-unreadable",
              bench ->
                  underSystemd(
                      bench
                          .bundle()
                          .set("/annotations/org.systemd.property.TimeoutStopUSec", "soon"),
                      bench,
                      "--systemd-cgroup")),
          entry(
              "cgroup-manager-unknown",
              bench -> underSystemd(bench.bundle(), bench, "--cgroup-manager=openrc")),
          entry(
              "limit-without-a-cgroup",
              bench ->
                  underSystemd(
                      bench.bundle().set("/linux/resources/pids/limit", 5),
                      bench,
                      "--cgroup-manager=disabled")),

          // Hooks
          entry("hook-missing", bench -> hook(bench, "{'path':'/nowhere/hook'}")),
          entry("hook-relative", bench -> hook(bench, "{'path':'hook'}")),
          entry(
              "hook-fails",
              bench ->
                  hook(bench, "{'path':'/bin/sh','args':['sh','-c','echo because >&2; exit 3']}")),
          entry(
              "hook-hangs",
              bench -> hook(bench, "{'path':'/bin/sleep','args':['sleep','100'],'timeout':1}")),

          // Containers that are not in the right state
          entry(
              "start-of-a-running-container", bench -> bench.start(bench.running(lasting(bench)))),
          entry(
              "start-of-a-stopped-container", bench -> bench.start(bench.stopped(bench.bundle()))),
          entry(
              "kill-of-a-stopped-container",
              bench -> bench.kill(bench.stopped(bench.bundle()), "TERM")),
          entry(
              "delete-of-a-running-container",
              bench -> bench.delete(bench.running(lasting(bench)))),
          entry(
              "pause-of-a-stopped-container",
              bench -> bench.jrun("pause", bench.stopped(bench.bundle()))),
          entry(
              "resume-of-a-running-container",
              bench -> bench.jrun("resume", bench.running(lasting(bench)))),
          entry(
              "exec-in-a-stopped-container",
              bench -> bench.exec(bench.stopped(bench.bundle()), "true")),
          entry(
              "exec-in-a-paused-container",
              bench -> bench.exec(bench.paused(lasting(bench)), "true")),
          entry(
              "exec-program-missing",
              bench -> bench.exec(bench.running(lasting(bench)), "/bin/nothing")),
          entry(
              "exec-cwd-missing",
              bench ->
                  bench
                      .execCommand(
                          List.of("--cwd", "/nowhere"), bench.running(lasting(bench)), "true")
                      .run()),
          entry(
              "exec-user-unknown",
              bench ->
                  bench
                      .execCommand(
                          List.of("--user", "nobody:x"), bench.running(lasting(bench)), "true")
                      .run()),
          entry("state-file-damaged", ErrorCatalogueIT::damaged),
          entry("start-gate-replaced", ErrorCatalogueIT::replaced));

  private static Outcome replaced(Workbench bench) throws IOException {
    String id = bench.created(lasting(bench));
    Path gate = bench.root().resolve(id).resolve("exec.fifo");
    Files.delete(gate);
    Files.createFile(gate);
    return bench.start(id);
  }

  private static Bundle lasting(Workbench bench) {
    return bench.bundle().lasting();
  }

  /** A state root in the test's directory, which a script makes something else of. */
  private static Outcome onRoot(Workbench bench, String script) {
    return on(bench, "root", script);
  }

  private static Outcome on(Workbench bench, String path, String script) {
    Path root = bench.directory().resolve(path);
    try {
      DeleteIT.shell(bench.directory(), script);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    Bundle bundle = bench.bundle().write();
    String directory = bundle.directory().toString();
    return bench.bareCommand("--root", root.toString(), "create", "--bundle", directory, "c").run();
  }

  private static Outcome onLoopingRootfs(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/root/path", "loop").write();
    Path loop = bundle.directory().resolve("loop");
    Files.createSymbolicLink(loop, loop);
    return bench.create(bundle, Workbench.id());
  }

  private static Outcome ofIdmappedMount(Workbench bench) {
    List<Object> ids = List.of(UserNamespaceIT.mapping(0, 3000, 2000));
    Bundle bundle = bench.bundle().lasting();
    bundle.mount("/m", "bind", bench.directory().toString(), "bind");
    bundle.set("/mounts/7/uidMappings", ids).set("/mounts/7/gidMappings", ids);
    return bench.jrun(
        "checkpoint", "--image-path", Criu.images(bench).toString(), bench.running(bundle));
  }

  private static Outcome withNoCriu(Workbench bench) throws IOException {
    Path place = Files.createDirectory(bench.directory().resolve("bin"));
    Path program = Files.writeString(place.resolve("criu"), "#!/bin/sh\nexit 1\n");
    program.toFile().setExecutable(true, false);
    String id = bench.running(bench.bundle().lasting());
    return bench
        .command("checkpoint", "--image-path", Criu.images(bench).toString(), id)
        .env("PATH", place.toString())
        .run();
  }

  private static Outcome onReadOnlyRoot(Workbench bench) {
    return onReadOnly(bench, "root");
  }

  private static Outcome belowReadOnlyRoot(Workbench bench) {
    return onReadOnly(bench, "root/state/root");
  }

  private static Outcome onReadOnly(Workbench bench, String path) {
    Outcome outcome = on(bench, path, "mkdir root && mount -t tmpfs -o ro none root");
    try {
      DeleteIT.shell(bench.directory(), "umount root");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return outcome;
  }

  private static Outcome with(Workbench bench, String pointer, String json) throws IOException {
    return bench.create(bench.bundle().set(pointer, json(json)), Workbench.id());
  }

  private static JsonNode json(String text) throws IOException {
    return JSON.readTree(text.replace('\'', '"'));
  }

  private static Outcome written(Workbench bench, String document) {
    Bundle bundle = bench.bundle().write(document);
    return bench.jrun("create", "--bundle", bundle.directory().toString(), Workbench.id());
  }

  private static Outcome program(Workbench bench, String path) {
    return bench.run(bench.bundle().args(path));
  }

  private static Outcome script(Workbench bench, String content) {
    return bench.run(bench.bundle().executable("/bin/mine", content).args("/bin/mine"));
  }

  /** A program of the host's in a root file system that has no loader. */
  private static Outcome dynamic(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Path program = bundle.inside("/bin/mine");
    Files.copy(Path.of("/bin/bash"), program, StandardCopyOption.COPY_ATTRIBUTES);
    return bench.run(bundle.args("/bin/mine"));
  }

  private static Outcome foreign(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Path program = bundle.inside("/bin/mine");
    byte[] elf = Files.readAllBytes(Path.of("/bin/busybox"));
    elf[18] = 0x16; // e_machine of elf(5): EM_S390
    Files.write(program, elf);
    program.toFile().setExecutable(true, false);
    return bench.run(bundle.args("/bin/mine"));
  }

  private static Outcome onNoexec(Workbench bench) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("programs"));
    Files.copy(
        Path.of("/bin/busybox"), directory.resolve("true"), StandardCopyOption.COPY_ATTRIBUTES);
    return bench.run(
        bench
            .bundle()
            .mount("/mnt", "bind", directory.toString(), "bind", "noexec")
            .args("/mnt/true"));
  }

  private static Outcome limit(Workbench bench, String name, long soft, long hard)
      throws IOException {
    String list = "[{'type':'%s','soft':%d,'hard':%d}]".formatted(name, soft, hard);
    return with(bench, "/process/rlimits", list);
  }

  private static Outcome mapped(Workbench bench, String mappings, int uid) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/namespaces/-", json("{'type':'user'}"))
            .set("/linux/uidMappings", json(mappings))
            .set("/linux/gidMappings", json(mappings))
            .set("/process/user/uid", uid);
    return bench.create(bundle, Workbench.id());
  }

  private static Outcome mount(
      Workbench bench, String destination, String type, String source, String... options) {
    return bench.create(bench.bundle().mount(destination, type, source, options), Workbench.id());
  }

  /** The file system of /proc takes no mappings. */
  private static Bundle idmapped(Workbench bench) throws IOException {
    JsonNode mappings = json("[{'containerID':0,'hostID':100000,'size':10}]");
    Bundle bundle = bench.bundle().mount("/mnt", "bind", "/proc/sys", "bind");
    int last = bundle.config().get("mounts").size() - 1;
    return bundle
        .set("/mounts/" + last + "/uidMappings", mappings)
        .set("/mounts/" + last + "/gidMappings", mappings);
  }

  private static Outcome underSystemd(Bundle bundle, Workbench bench, String option) {
    bundle.write();
    return bench
        .command(option, "create", "--bundle", bundle.directory().toString(), Workbench.id())
        .run();
  }

  private static Outcome sharedCgroup(Workbench bench) {
    String cgroup = "/" + Workbench.id();
    bench.running(lasting(bench).set("/linux/cgroupsPath", cgroup));
    return bench.create(bench.bundle().set("/linux/cgroupsPath", cgroup), Workbench.id());
  }

  private static Outcome frozenCgroup(Workbench bench) throws IOException {
    String name = "/" + Workbench.id();
    Path cgroup = Files.createDirectory(Path.of("/sys/fs/cgroup" + name));
    try {
      Files.writeString(cgroup.resolve("cgroup.freeze"), "1");
      return bench.create(bench.bundle().set("/linux/cgroupsPath", name), Workbench.id());
    } finally {
      Files.delete(cgroup);
    }
  }

  private static Outcome hook(Workbench bench, String hook) throws IOException {
    return bench.create(bench.bundle().hook("createRuntime", json(hook)), Workbench.id());
  }

  private static Outcome damaged(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle());
    Files.writeString(bench.root().resolve(id).resolve("state.json"), "{");
    Files.delete(bench.root().resolve(id).resolve("verbs"));
    return bench.jrun("start", id);
  }

  /** Rows of the page, by their names: what jrun says. */
  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split("(?<!\\\\)\\|", -1);
      if (cells.length == 5 && cells[1].trim().startsWith("`")) {
        String name = cells[1].trim().replace("`", "");
        String text = cells[3].trim();
        rows.put(name, text.substring(1, text.length() - 1).replace("\\|", "|"));
      }
    }
    return rows;
  }

  static Stream<String> names() {
    return MISTAKES.keySet().stream().sorted();
  }

  @Test
  void thePageHasARowForEachMistakeAndNoOther() throws IOException {
    assertEquals(new TreeSet<>(MISTAKES.keySet()), new TreeSet<>(documented().keySet()));
    assertTrue(MISTAKES.size() >= FEWEST);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void itSaysWhatThePageSaysItDoes(String name, Workbench bench) throws IOException {
    Outcome outcome = MISTAKES.get(name).make(bench);
    assertNotEquals(0, outcome.exitCode(), outcome::toString);
    String wanted = documented().get(name);
    assertNotNull(wanted, outcome::toString);
    assertTrue(
        pattern(wanted).matcher(said(outcome)).matches(),
        () -> "not as the page has it:\n" + wanted + "\n" + outcome);
  }

  /** What the front says when it has found no core is no log record. */
  private static String said(Outcome outcome) {
    boolean fronts = outcome.err().startsWith("jrun: ") && outcome.err().lines().count() == 1;
    return fronts ? outcome.err().strip() : outcome.message();
  }

  private static Pattern pattern(String text) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split("<[^>]*>", -1)) {
      parts.add(Pattern.quote(part));
    }
    return Pattern.compile(String.join(".*", parts));
  }
}
