// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Podman, as root, with jrun as its runtime: what people do with containers. */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class PodmanIT {
  private static final String LASTING = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

  private static Podman podman;

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    Criu.prepareWhereItIs();
    podman = Podman.servedWarm();
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
  }

  @AfterEach
  void settle() {
    podman.settle();
  }

  private static Jrun runCommand(String... options) {
    List<String> all = new ArrayList<>(List.of("run", "--rm"));
    all.addAll(Arrays.asList(options));
    return podman.command(all.toArray(String[]::new));
  }

  /** {@code podman run --rm [options] IMAGE sh -c script}. */
  private static Outcome run(String script, String... options) {
    List<String> all = new ArrayList<>(Arrays.asList(options));
    all.addAll(List.of(Podman.IMAGE, "sh", "-c", script));
    return runCommand(all.toArray(String[]::new)).run();
  }

  /** A container that was started detached, and runs until SIGTERM. */
  private static String lasting(String... options) {
    return detached(LASTING, options);
  }

  private static String detached(String script, String... options) {
    List<String> all = new ArrayList<>(List.of("run", "--detach"));
    all.addAll(Arrays.asList(options));
    all.addAll(List.of(Podman.IMAGE, "sh", "-c", script));
    return podman.podman(all.toArray(String[]::new)).succeedsSilently().text();
  }

  private static Outcome succeeding(String... args) {
    return podman.podman(args).succeedsSilently();
  }

  private static void removeByForce(String... containers) {
    succeeding(
        Stream.concat(Stream.of("rm", "--force", "--time=0"), Stream.of(containers))
            .toArray(String[]::new));
  }

  /** Podman knows how it ended once its clean-up has been. */
  private static void awaitExit(String id, int code) {
    assertEquals(Integer.toString(code), succeeding("wait", id).text());
  }

  // The commands

  @Test
  void runPassesInputOutputAndTheExitCode(Workbench bench) throws IOException {
    Path input = Files.writeString(bench.directory().resolve("input"), "in\n");
    Outcome outcome =
        runCommand("-i", Podman.IMAGE, "sh", "-c", "cat; echo err >&2; exit 7").stdin(input).run();
    assertEquals("in\n", outcome.exits(7).out());
    assertEquals("err\n", outcome.err());
  }

  @Test
  void aContainerLivesWithItsMonitorForAParent() throws IOException {
    String id = lasting("--name", "lives");
    assertEquals("running", podman.inspect(id, "{{.State.Status}}"));
    assertEquals("jrun", podman.inspect(id, "{{.OCIRuntime}}"));
    int pid = Integer.parseInt(podman.inspect(id, "{{.State.Pid}}"));
    // Whoever waits for it: no core, warm or cold, comes in between.
    String parent = HostProcess.status(pid).get("PPid");
    assertEquals(podman.inspect(id, "{{.State.ConmonPid}}"), parent);
    assertEquals("hi\n", succeeding("exec", "lives", "echo", "hi").out());
    assertEquals(
        "3", Integer.toString(podman.podman("exec", "lives", "sh", "-c", "exit 3").exitCode()));
    succeeding("pause", "lives");
    assertEquals("paused", podman.inspect(id, "{{.State.Status}}"));
    succeeding("unpause", "lives");
    HostProcess.awaitCaught(pid, HostProcess.SIGTERM);
    succeeding("stop", "--time=100", "lives");
    assertEquals("exited 0", podman.inspect(id, "{{.State.Status}} {{.State.ExitCode}}"));
    succeeding("start", "lives");
    succeeding("kill", "--signal", "KILL", "lives");
    awaitExit("lives", 137);
    succeeding("start", "lives");
    succeeding("restart", "--time=0", "lives");
    removeByForce("lives");
  }

  @Test
  void executedProcessesHaveInputTerminalsUsersAndEnvironment(Workbench bench) throws IOException {
    String id = lasting();
    Path input = Files.writeString(bench.directory().resolve("input"), "typed\n");
    assertEquals(
        "typed\n", podman.command("exec", "-i", id, "cat").stdin(input).run().succeeds().out());
    assertEquals(
        "/dev/pts/0\r\n7 8 x /tmp\r\n",
        succeeding(
                "exec",
                "-t",
                "-u",
                "7:8",
                "-e",
                "A=x",
                "-w",
                "/tmp",
                id,
                "sh",
                "-c",
                "tty; echo $(id -u) $(id -g) $A $PWD")
            .out());
    String session = "echo there >/dev/shm/there; sleep 1000";
    succeeding("exec", "-d", id, "sh", "-c", session);
    Workbench.await(
        "the detached process",
        () -> podman.podman("exec", id, "cat", "/dev/shm/there").out().equals("there\n"));
    assertEquals(137, podman.podman("exec", id, "sh", "-c", "kill -9 $$").exitCode());
    removeByForce(id);
  }

  @Test
  void aTerminalIsTheContainersOwn() {
    assertEquals("/dev/pts/0\r\n", run("tty", "-t").succeeds().out());
    runCommand("-it", Podman.IMAGE, "sh").usedAsAShell();
  }

  @ParameterizedTest
  @CsvSource({
    "127, nosuch, 'exec: \"nosuch\": executable file not found in $PATH'",
    "127, /nosuch, 'exec: \"/nosuch\": stat /nosuch: no such file or directory'",
    "126, /etc, 'exec: \"/etc\": permission denied'",
  })
  void whatCannotBeExecutedIsToldAsEverywhere(int code, String program, String message) {
    Outcome run = runCommand(Podman.IMAGE, program).run().exits(code);
    assertTrue(run.err().contains(message), run::toString);
    assertEquals(1, run.err().lines().count(), run::toString);
    String id = lasting();
    Outcome exec = podman.podman("exec", id, program).exits(code);
    assertTrue(exec.err().contains(message), exec::toString);
    removeByForce(id);
  }

  @Test
  void podmansOwnErrorsAre125() {
    runCommand("--nosuch", Podman.IMAGE, "true").run().exits(125);
    runCommand("--volume", "/nosuch/file:/x", Podman.IMAGE, "true").run().exits(125);
  }

  /** What is read of standard error where containers.conf does not say that jrun can do better. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theMessageIsOneLineEitherWay(boolean json, Workbench bench) throws IOException {
    String text = Files.readString(podman.configuration());
    Path configuration =
        Files.writeString(
            bench.directory().resolve("containers.conf"),
            json ? text : text.replaceAll("(?m)^runtime_supports_json.*$", ""));
    Outcome outcome =
        runCommand(Podman.IMAGE, "nosuch")
            .env("CONTAINERS_CONF", configuration.toString())
            .run()
            .exits(127);
    String start = json ? "Error: jrun: jrun create failed: " : "Error: jrun: time=\"";
    assertTrue(outcome.err().startsWith(start), outcome::toString);
    assertTrue(outcome.err().contains("executable file not found in $PATH"), outcome::toString);
    assertEquals(1, outcome.err().lines().count(), outcome::toString);
  }

  @Test
  void aRuntimeIsNamedByItsPathToo() {
    Outcome outcome =
        podman.podman(
            "--runtime", podman.runtime().toString(), "run", "--rm", Podman.IMAGE, "echo", "x");
    assertEquals("x\n", outcome.succeedsSilently().out());
    Outcome info =
        podman.podman("info", "--format", "{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}");
    assertTrue(info.succeedsSilently().out().startsWith("jrun jrun version "), info::toString);
  }

  @Test
  void theLogIsWhereItIsWantedInEachFormat(Workbench bench) throws IOException {
    Path log = bench.directory().resolve("log");
    run("echo out; echo err >&2", "--log-driver=k8s-file", "--log-opt", "path=" + log).succeeds();
    List<String> lines = Files.readAllLines(log);
    assertTrue(lines.stream().anyMatch(line -> line.endsWith(" stdout F out")), lines::toString);
    assertTrue(lines.stream().anyMatch(line -> line.endsWith(" stderr F err")), lines::toString);
    // The container's output is podman's, and no conmon is in between.
    assertEquals("out\n", run("echo out", "--log-driver=passthrough").succeedsSilently().out());
    assertEquals("out\n", run("echo out", "--log-driver=none").succeedsSilently().out());
    succeeding("run", "--name=logs", "--log-driver=json-file", Podman.IMAGE, "echo", "kept");
    assertEquals("kept\n", succeeding("logs", "logs").out());
    removeByForce("logs");
  }

  @Test
  void aHealthCheckIsExecuted() {
    String id = lasting("--health-cmd", "test -e /dev/shm/well", "--health-interval=disable");
    podman.podman("healthcheck", "run", id).exits(1);
    succeeding("exec", id, "touch", "/dev/shm/well");
    succeeding("healthcheck", "run", id);
    removeByForce(id);
  }

  @Test
  void containersOfAPodShareWhatTheInfraContainerHolds() throws IOException {
    // Podman 4.3 denies all devices in a cgroup of the pod's own: without one, or with systemd's.
    succeeding("pod", "create", "--name=pod", "--share-parent=false", "--share=ipc,uts,pid");
    succeeding("run", "--detach", "--pod=pod", "--name=one", Podman.IMAGE, "sh", "-c", LASTING);
    String infra =
        podman.podman("pod", "inspect", "--format", "{{.InfraContainerID}}", "pod").text();
    int infraPid = Integer.parseInt(podman.inspect(infra, "{{.State.Pid}}"));
    int pid = Integer.parseInt(podman.inspect("one", "{{.State.Pid}}"));
    for (String type : List.of("ipc", "uts", "pid")) {
      assertEquals(HostProcess.namespace(infraPid, type), HostProcess.namespace(pid, type));
    }
    assertFalse(HostProcess.namespace(infraPid, "mnt").equals(HostProcess.namespace(pid, "mnt")));
    assertEquals("pod\n", succeeding("exec", "one", "hostname").out());
    succeeding("exec", "one", "sh", "-c", "ps | grep -q [c]atatonit");
    succeeding("pod", "pause", "pod");
    succeeding("pod", "unpause", "pod");
    // With the first process of their pid namespace all end, and one that is to be told is gone.
    podman.podman("pod", "stop", "--time=5", "pod").succeeds();
    succeeding("pod", "start", "pod");
    assertEquals("Running", succeeding("pod", "inspect", "--format", "{{.State}}", "pod").text());
    succeeding("pod", "rm", "--force", "--time=0", "pod");
  }

  // What a container is made of

  @Test
  void volumesAndBinds(Workbench bench) throws IOException {
    Path file = Files.writeString(bench.directory().resolve("file"), "text\n");
    run("echo kept >/data/file", "--volume=data:/data").succeedsSilently();
    assertEquals(
        "kept\ntext\n1\ntmpfs 1024\n",
        run(
                "cat /data/file /file; touch /data/x /file 2>/dev/null; echo $?;"
                    + " grep ' /t ' /proc/mounts | sed 's/ .*size=/ /; s/k.*//'",
                "--volume=data:/data:ro",
                "--volume=" + file + ":/file:ro",
                "--mount=type=tmpfs,destination=/t,tmpfs-size=1M")
            .succeedsSilently()
            .out());
    succeeding("volume", "rm", "data");
  }

  @Test
  void identityPrivilegesAndNames(Workbench bench) {
    assertEquals(
        List.of("7 8 8 9", "0000000000000400", "1", "named", "/tmp", "1", "0000000000000400"),
        run(
                "echo $(id -u) $(id -g) $(id -G); grep CapBnd: /proc/self/status | cut -f2; grep"
                    + " NoNewPrivs: /proc/self/status | cut -f2; hostname; pwd; cat"
                    + " /proc/sys/net/ipv4/ip_forward; grep CapEff: /proc/self/status | cut -f2",
                "--user=7:8",
                "--group-add=9",
                "--cap-drop=all",
                "--cap-add=net_bind_service",
                "--security-opt=no-new-privileges",
                "--hostname=named",
                "--workdir=/tmp",
                "--sysctl=net.ipv4.ip_forward=1")
            .succeedsSilently()
            .lines());
  }

  @Test
  void aFilterOfSystemCallsFromAFile(Workbench bench) throws IOException {
    Path filter =
        Files.writeString(
            bench.directory().resolve("seccomp.json"),
            "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
                + "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":95}]}");
    Outcome refused = run("mkdir /tmp/x", "--security-opt=seccomp=" + filter).exits(1);
    assertTrue(refused.err().contains("not supported"), refused::toString);
    assertEquals(
        "Seccomp:\t0\n",
        run("grep Seccomp: /proc/self/status", "--security-opt=seccomp=unconfined")
            .succeedsSilently()
            .out());
  }

  @Test
  void aFirstProcessOfPodmansAndARootThatIsReadOnly() {
    assertEquals(
        "1 podman-init\n1\n0\n",
        run(
                "echo 1 $(cat /proc/1/comm); touch /x 2>/dev/null; echo $?; touch /tmp/x; echo $?",
                "--init",
                "--read-only")
            .succeedsSilently()
            .out());
  }

  @Test
  void devicesLimitsDescriptorsAndNamespacesOfTheHost(Workbench bench) throws IOException {
    Path file = Files.writeString(bench.directory().resolve("file"), "from outside\n");
    Outcome outcome =
        runCommand(
                "--device=/dev/full:/dev/brimming",
                "--ulimit=nofile=100:200",
                "--ulimit=nproc=1024:1024",
                "--preserve-fds=1",
                "--uts=host",
                "--ipc=host",
                "--cgroupns=host",
                Podman.IMAGE,
                "sh",
                "-c",
                "stat -c %t:%T /dev/brimming; ulimit -n; ulimit -Hn; cat <&3; readlink"
                    + " /proc/self/ns/uts; readlink /proc/self/ns/ipc; grep -c libpod-"
                    + " /proc/self/cgroup")
            .through("exec \"$@\" 3<" + file)
            .run();
    assertEquals(
        List.of(
            "1:7",
            "100",
            "200",
            "from outside",
            HostProcess.ownNamespace("uts"),
            HostProcess.ownNamespace("ipc"),
            "1"),
        outcome.succeedsSilently().lines());
  }

  /**
   * For a container with ids of its own Podman makes a mount namespace, and runs the runtime in it:
   * a warm core is elsewhere, so that these have a core of their own.
   */
  private static Jrun mappedCommand(String script, String... options) {
    List<String> all =
        new ArrayList<>(List.of("--runtime", Jrun.binary().toString(), "run", "--rm"));
    all.addAll(Arrays.asList(options));
    all.addAll(List.of(Podman.IMAGE, "sh", "-c", script));
    return podman.command(all.toArray(String[]::new));
  }

  /** A cgroup that it may divide, its own signal to end, places to write; not systemd itself. */
  @Test
  void whatSystemdWantsOfAContainerIsThere() {
    String id =
        detached(
            "trap 'echo ended; exit 0' 37; mkdir /sys/fs/cgroup/inner;"
                + " echo $$ >/sys/fs/cgroup/inner/cgroup.procs; grep ^0: /proc/self/cgroup;"
                + " touch /run/x /tmp/x && echo $container; while :; do sleep 1000 & wait; done",
            "--systemd=always");
    Workbench.await(
        "it is ready", () -> podman.podman("logs", id).out().equals("0::/inner\npodman\n"));
    succeeding("exec", id, "test", "-e", "/sys/fs/cgroup/inner");
    succeeding("stop", "--time=100", id);
    assertEquals("0::/inner\npodman\nended\n", succeeding("logs", id).out());
    assertEquals("0", podman.inspect(id, "{{.State.ExitCode}}"));
    succeeding("rm", id);
  }

  @Test
  void idsAreMapped() {
    String script = "tr -s ' ' </proc/self/uid_map; stat -c %u /etc/passwd; id -u";
    assertEquals(
        " 0 100000 1000\n0\n5\n",
        mappedCommand(script, "--uidmap=0:100000:1000", "--gidmap=0:100000:1000", "--user=5")
            .run()
            .succeedsSilently()
            .out());
  }

  @Test
  void idsAreFoundForAContainerOfItsOwn(Workbench bench) throws IOException {
    Path etc = Files.createDirectory(bench.directory().resolve("etc"));
    for (String file : List.of("subuid", "subgid")) {
      Files.writeString(etc.resolve(file), "containers:200000:65536\n");
    }
    // Ids that are nobody's are found no more: libsubid 4.20.
    Files.writeString(
        etc.resolve("passwd"),
        Files.readString(Path.of("/etc/passwd")) + "containers:x:999:999::/:/usr/sbin/nologin\n");
    Outcome outcome =
        mappedCommand("tr -s ' ' </proc/self/uid_map", "--userns=auto:size=500")
            .through(
                "exec unshare -m sh -c 'mount -t overlay -o lowerdir="
                    + etc
                    + ":/etc none /etc && exec \"$@\"' sh \"$@\"")
            .run();
    assertEquals(" 0 200000 500\n", outcome.succeedsSilently().out());
  }

  /** With the host's /usr, read-only, for what Podman and a JVM are linked to. */
  @Test
  void podmanRunsInAContainerOfPodmans(Workbench bench) throws IOException {
    Path image = Podman.image(bench.directory());
    Path configuration =
        Files.writeString(
            bench.directory().resolve("containers.conf"),
            Podman.documented("podman/containers.conf", Path.of("/opt/bin/jrun")) + Podman.HERE);
    Outcome outcome =
        run(
            "export HOME=/tmp PATH=/usr/bin:/usr/sbin:/bin CONTAINERS_CONF=/containers.conf;"
                + " inner() { podman --root=/tmp/storage --runroot=/run/run --tmpdir=/run/tmp"
                + " --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none"
                + " --network-backend="
                + Podman.BACKEND
                + " \"$@\"; };"
                + " inner import /image.tar busybox >/dev/null 2>&1;"
                + " inner run --rm busybox sh -c 'echo inner; exit 3'; echo $?;"
                + " inner run -d --name one busybox sleep 1000 >/dev/null; inner exec one echo two;"
                + " inner rm -f -t 0 one",
            "--privileged",
            "--tmpfs=/tmp",
            "--tmpfs=/run",
            "--tmpfs=/var/tmp",
            "--volume=/usr:/usr:ro",
            "--volume=/etc:/etc:ro",
            "--volume=/lib64:/lib64:ro",
            "--volume=/lib:/lib:ro",
            "--volume=" + Jrun.prefix() + ":/opt:ro",
            "--volume=" + image + ":/image.tar:ro",
            "--volume=" + configuration + ":/containers.conf:ro");
    assertEquals(List.of("inner", "3", "two", "one"), outcome.succeedsSilently().lines());
  }

  @Test
  void hooksOfADirectoryAreRun(Workbench bench) throws IOException {
    Path hooks = Files.createDirectory(bench.directory().resolve("hooks"));
    Path seen = bench.directory().resolve("seen");
    Path hook = Files.writeString(hooks.resolve("hook.sh"), "#!/bin/sh\ncat >" + seen + "\n");
    assertTrue(hook.toFile().setExecutable(true));
    Files.writeString(
        hooks.resolve("hook.json"),
        "{\"version\":\"1.0.0\",\"hook\":{\"path\":\""
            + hook
            + "\"},\"when\":{\"always\":true},\"stages\":[\"createRuntime\"]}");
    assertEquals(
        "x\n",
        podman
            .podman("--hooks-dir", hooks.toString(), "run", "--rm", Podman.IMAGE, "echo", "x")
            .succeedsSilently()
            .out());
    assertTrue(Files.readString(seen).contains("\"pid\""), "the state came to the hook");
  }

  @Test
  void aLimitThatThisHostCannotKeepIsNamed() {
    Outcome run = run("true", "--memory=100m").exits(126);
    assertTrue(run.err().contains("/linux/resources/memory/limit"), run::toString);
    String id = lasting();
    Outcome update = podman.podman("update", "--cpus=0.5", id).exits(125);
    assertTrue(update.err().contains("cpu controller"), update::toString);
    assertEquals("running", podman.inspect(id, "{{.State.Status}}"));
    removeByForce(id);
  }

  /** Podman says {@code --cgroup-manager disabled}. */
  @Test
  void aContainerDoesWithoutACgroupOfItsOwn() throws IOException {
    String id = lasting("--cgroups=disabled");
    int pid = Integer.parseInt(podman.inspect(id, "{{.State.Pid}}"));
    String cgroup = Files.readString(Path.of("/proc/" + pid + "/cgroup"));
    assertTrue(!cgroup.contains(id), cgroup);
    assertEquals("hi\n", succeeding("exec", id, "echo", "hi").out());
    removeByForce(id);
  }

  // Being told

  @ParameterizedTest
  @ValueSource(strings = {"container", "conmon"})
  void aManagerIsToldWhenTheContainerIsReady(String who, Workbench bench) throws Exception {
    Path socket = bench.directory().resolve("manager.sock");
    Path told = bench.directory().resolve("told");
    Process manager =
        new ProcessBuilder(CProgram.built("notify").file().toString(), "listen", socket.toString())
            .redirectOutput(told.toFile())
            .start();
    try {
      Workbench.await("the manager listens", () -> Files.exists(socket));
      podman
          .command(
              "run",
              "--detach",
              "--name=ready",
              "--sdnotify=" + who,
              Podman.IMAGE,
              "sh",
              "-c",
              "test -n \"$NOTIFY_SOCKET\" && notify send READY=1; " + LASTING)
          .env("NOTIFY_SOCKET", socket.toString())
          .run()
          .succeedsSilently();
      Workbench.await("the word", () -> told(told).contains("READY=1"));
      // The container's word and Podman's come in whichever order.
      String monitor = "MAINPID=" + podman.inspect("ready", "{{.State.ConmonPid}}");
      Workbench.await(monitor, () -> told(told).contains(monitor));
      removeByForce("ready");
    } finally {
      manager.destroyForcibly();
      assertTrue(manager.waitFor(10, TimeUnit.SECONDS));
    }
  }

  private static String told(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  // The core

  @Test
  @Tag("own-core")
  void aWarmCoreThatDiesLosesNoContainer(Workbench bench) throws IOException {
    Path front = Distribution.withoutCore(bench.directory().resolve("front"));
    WarmCore core =
        WarmCore.start(Jrun.binary(), Podman.coreSocket(), List.of(), "--idle-timeout", "0");
    try {
      // Nobody else can have made it.
      succeeding(
          "--runtime",
          front.toString(),
          "run",
          "--detach",
          "--name=kept",
          Podman.IMAGE,
          "sh",
          "-c",
          "while ! test -e /dev/shm/end; do usleep 9000; done; exit 9");
    } finally {
      core.destroy();
      core.close();
    }
    assertEquals("running", podman.inspect("kept", "{{.State.Status}}"));
    // It has no core but those that are warm, and none is: then one is installed.
    assertTrue(podman.podman("exec", "kept", "true").exitCode() != 0, "there was a core");
    Files.createSymbolicLink(
        bench.directory().resolve("front").resolve("lib"), Jrun.prefix().resolve("lib"));
    assertEquals("x\n", succeeding("exec", "kept", "echo", "x").out());
    try (WarmCore next =
        WarmCore.start(Jrun.binary(), Podman.coreSocket(), List.of(), "--idle-timeout", "0")) {
      succeeding("exec", "kept", "touch", "/dev/shm/end");
      awaitExit("kept", 9);
      podman.settle();
      assertTrue(next.process().isAlive(), next::words);
      removeByForce("kept");
    } finally {
      // It is there for all tests, and cores take it along.
      Files.createDirectories(Podman.coreSocket().getParent());
    }
  }

  /** conmon reads a container's output to its end: a core must not have a hand on it. */
  @Test
  void theMonitorEndsWithTheContainer() {
    String id = detached("exit 4");
    awaitExit(id, 4);
    podman.settle();
    WarmCore.shared().ifPresent(core -> assertTrue(core.process().isAlive(), core::words));
    succeeding("rm", id);
  }

  @Test
  void aTermStopsWhoTakesItAndKillWhoDoesNot() {
    String id = detached("trap 'exit 143' TERM; echo ready; while :; do sleep 1000 & wait; done");
    Workbench.await("it is ready", () -> podman.podman("logs", id).out().equals("ready\n"));
    succeeding("stop", "--time=100", id);
    assertEquals("143", podman.inspect(id, "{{.State.ExitCode}}"));
    succeeding("rm", id);
    String deaf = detached("trap '' TERM; echo deaf; sleep 1000");
    Workbench.await("it ignores", () -> podman.podman("logs", deaf).out().equals("deaf\n"));
    podman.podman("stop", "--time=1", deaf).succeeds();
    assertEquals("137", podman.inspect(deaf, "{{.State.ExitCode}}"));
    succeeding("rm", deaf);
  }

  // Checkpoints

  private static final String COUNTING =
      "i=0; while :; do i=$((i+1)); echo $i >/new; (mv /new /count); (usleep 20000); done";

  private static long count(String id) {
    String text = podman.podman("exec", id, "cat", "/count").out().strip();
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  @Test
  void aContainerIsRestoredFromItsCheckpoint() {
    String id = detached(COUNTING);
    Workbench.await("a count", () -> count(id) > 3);
    final long before = count(id);
    succeeding("container", "checkpoint", id);
    assertEquals("exited", podman.inspect(id, "{{.State.Status}}"));
    podman.settle();
    succeeding("container", "restore", id);
    assertEquals("running", podman.inspect(id, "{{.State.Status}}"));
    Workbench.await("it to go on", () -> count(id) > before);
    succeeding("container", "checkpoint", "--leave-running", id);
    assertEquals("running", podman.inspect(id, "{{.State.Status}}"));
    removeByForce(id);
  }

  @Test
  void aCheckpointIsExportedAndImportedUnderAnotherName(Workbench bench) {
    String id = detached(COUNTING);
    Workbench.await("a count", () -> count(id) > 3);
    final long before = count(id);
    String file = bench.directory() + "/checkpoint.tar.gz";
    succeeding("container", "checkpoint", "--export", file, id);
    podman.settle();
    removeByForce(id);
    succeeding("container", "restore", "--import", file, "--name", "again");
    Workbench.await("it to go on", () -> count("again") > before);
    removeByForce("again");
  }

  /** Logs are kept if that is asked for, and a file system that is not exported is the image's. */
  @Test
  void whatIsKeptOfACheckpointAndWhatIsLeftOut(Workbench bench) {
    String id = detached(COUNTING);
    Workbench.await("a count", () -> count(id) > 3);
    final long before = count(id);
    podman.podman("exec", id, "touch", "/marker").succeeds();
    succeeding("container", "checkpoint", "--keep", id);
    assertTrue(Files.exists(Path.of(podman.inspect(id, "{{.State.CheckpointLog}}"))));
    podman.settle();
    succeeding("container", "restore", "--keep", id);
    assertTrue(Files.exists(Path.of(podman.inspect(id, "{{.State.RestoreLog}}"))));
    podman.podman("exec", id, "test", "-e", "/marker").succeeds();
    String file = bench.directory() + "/checkpoint.tar.gz";
    succeeding("container", "checkpoint", "--ignore-rootfs", "--export", file, id);
    podman.settle();
    removeByForce(id);
    succeeding("container", "restore", "--import", file, "--name", "bare");
    Workbench.await("it to go on", () -> count("bare") > before);
    podman.podman("exec", "bare", "test", "-e", "/marker").exits(1);
    removeByForce("bare");
  }
}
