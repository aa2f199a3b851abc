// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Docker Engine with jrun as its default runtime, as people use it. What needs controllers of
 * cgroup v2 or AppArmor is in {@link DockerLabIT}.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class DockerIT {
  private static Docker docker;

  @BeforeAll
  static void startDaemon() {
    docker = Docker.start("cgroupfs");
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  private static List<String> shell(List<String> options, String script) {
    return docker.run(options, "sh", "-c", script).succeedsSilently().lines();
  }

  // Running

  @Test
  @Tag("smoke")
  void runGivesTheProgramsOutputAndExitCode() {
    Outcome outcome = docker.run(List.of(), "sh", "-c", "echo out; echo err >&2; exit 7");
    assertEquals("out\n", outcome.exits(7).out());
    assertEquals("err\n", outcome.err());
  }

  @Test
  void theRuntimeIsJrunByDefaultAndByName() {
    assertEquals(
        "jrun", docker.docker("info", "--format", "{{.DefaultRuntime}}").succeeds().text());
    docker.run(List.of("--runtime", "jrun"), "true").succeedsSilently();
    String name = docker.running();
    assertEquals("jrun", docker.inspect(name, ".HostConfig.Runtime"));
    Path state = docker.directory().resolve("exec/runtime-runc/moby");
    assertTrue(Files.exists(state.resolve(docker.inspect(name, ".Id")).resolve("state.json")));
    docker.remove(name);
  }

  /** What {@code docker version} tells of a runtime it has read from its {@code --version}. */
  @Test
  void theDaemonReadsTheVersion(Workbench bench) {
    List<String> lines = bench.bareCommand("--version").run().succeeds().lines();
    String expected = lines.get(0).replace(" version", "") + lines.get(1).replace("commit:", "");
    String told =
        docker
            .docker(
                "version",
                "--format",
                "{{range .Server.Components}}{{.Name}} {{.Version}} {{.Details.GitCommit}}\n"
                    + "{{end}}")
            .succeeds()
            .out();
    assertTrue(told.lines().toList().contains(expected), told);
  }

  @ParameterizedTest
  @CsvSource({
    "125, --no-such-option, true, unknown flag",
    "126, --tty=false, /etc, permission denied",
    "127, --tty=false, nonesuch, executable file not found in $PATH",
    "127, --workdir=/tmp, ./nonesuch, no such file or directory"
  })
  void whatCannotBeRunHasItsExitCode(int code, String option, String program, String words) {
    Outcome outcome = docker.run(List.of(option), program).exits(code);
    assertTrue(outcome.err().contains(words), outcome::toString);
  }

  @Test
  void aProgramThatIsKilledHas137() {
    String name = docker.running();
    docker.docker("kill", name).succeeds();
    assertEquals("137\n", docker.docker("wait", name).succeedsSilently().out());
    assertEquals("exited 137", docker.inspect(name, ".State.Status}} {{.State.ExitCode"));
    docker.remove(name);
  }

  @Test
  void runReadsItsInput(Workbench bench) throws IOException {
    Path input = Files.writeString(bench.directory().resolve("input"), "from outside\n");
    assertEquals(
        "from outside\n",
        docker
            .runCommand(List.of("--rm", "--interactive"), "cat")
            .stdin(input)
            .run()
            .succeeds()
            .out());
  }

  @Test
  void runAtATerminal() {
    docker.runCommand(List.of("--rm", "--interactive", "--tty"), "sh").usedAsAShell();
  }

  // A container that lasts

  @Test
  void execGivesTheProgramsOutputAndExitCode() {
    String name = docker.running();
    assertEquals(
        List.of("1000", "hello", "/tmp"),
        docker
            .docker(
                "exec",
                "--user",
                "1000",
                "--env",
                "GREETING=hello",
                "--workdir",
                "/tmp",
                name,
                "sh",
                "-c",
                "id -u; echo $GREETING; pwd; exit 3")
            .exits(3)
            .lines());
    // Whose daemon told 126 for both, until its 28th.
    int absent = Engine.majorVersion("dockerd") < 28 ? 126 : 127;
    docker.docker("exec", name, "nonesuch").exits(absent);
    docker.docker("exec", name, "/etc").exits(126);
    docker.client("exec", "--interactive", "--tty", name, "sh").usedAsAShell();
    docker.remove(name);
  }

  @Test
  void logsKeepWhatWasWritten() {
    String name = docker.detached(List.of(), "sh", "-c", "echo out; echo err >&2");
    docker.docker("wait", name).succeedsSilently();
    Outcome outcome = docker.docker("logs", name).succeeds();
    assertEquals("out\n", outcome.out());
    assertEquals("err\n", outcome.err());
    docker.remove(name);
  }

  @Test
  void stopAsksAndThenKills() {
    String polite = docker.running();
    docker.stop(polite);
    docker.docker("start", polite).succeedsSilently();
    assertEquals("true", docker.inspect(polite, ".State.Running"));
    docker.remove(polite);
    String deaf = docker.detached(List.of(), "sleep", "1000");
    docker.docker("stop", "-t", "0", deaf).succeedsSilently();
    assertEquals("137", docker.inspect(deaf, ".State.ExitCode"));
    docker.remove(deaf);
  }

  @Test
  void killSendsTheSignalThatWasAskedFor() {
    String name =
        docker.detached(
            List.of(),
            "sh",
            "-c",
            "trap 'echo got it' USR1; trap 'exit 11' INT; echo ready; while :; do sleep 1000 &"
                + " wait; done");
    Workbench.await("ready", () -> docker.docker("logs", name).out().contains("ready"));
    docker.docker("kill", "--signal", "USR1", name).succeedsSilently();
    Workbench.await("the signal", () -> docker.docker("logs", name).out().contains("got it"));
    docker.docker("kill", "--signal", "2", name).succeedsSilently();
    assertEquals("11\n", docker.docker("wait", name).succeedsSilently().out());
    docker.remove(name);
  }

  @Test
  void whatIsPausedStandsStill() {
    String name = docker.running();
    docker.docker("pause", name).succeedsSilently();
    assertEquals("paused", docker.inspect(name, ".State.Status"));
    assertEquals("1", docker.cgroup(name, "cgroup.freeze"));
    assertTrue(docker.docker("exec", name, "true").exits(1).err().contains("paused"));
    docker.docker("unpause", name).succeedsSilently();
    assertEquals("running", docker.inspect(name, ".State.Status"));
    docker.docker("exec", name, "true").succeedsSilently();
    docker.remove(name);
  }

  /** Figures are of controllers: {@link DockerLabIT}. */
  @Test
  void statsAndTopAreThere() {
    String name = docker.running();
    String line =
        docker
            .docker("stats", "--no-stream", "--format", "{{.Name}} {{.CPUPerc}}", name)
            .succeedsSilently()
            .text();
    assertTrue(line.startsWith(name + " "), line);
    Outcome top = docker.docker("top", name).succeedsSilently();
    assertTrue(top.out().contains("sleep 1000"), top::toString);
    docker.remove(name);
  }

  @Test
  void aHealthcheckIsAnExecThatIsRepeated() {
    String name =
        docker.running(
            "--health-cmd",
            "test -e /tmp/healthy",
            "--health-interval",
            "200ms",
            "--health-retries",
            "1");
    docker.await(name, ".State.Health.Status", "unhealthy");
    docker.docker("exec", name, "touch", "/tmp/healthy").succeedsSilently();
    docker.await(name, ".State.Health.Status", "healthy");
    docker.remove(name);
  }

  @Test
  void theRestartPolicyStartsItAgain() {
    String name = docker.detached(List.of("--restart", "on-failure:2"), "sh", "-c", "exit 3");
    Workbench.await(
        "two restarts",
        () ->
            docker
                .inspect(name, ".RestartCount}} {{.State.Status}} {{.State.ExitCode")
                .equals("2 exited 3"));
    docker.remove(name);
  }

  // What a container is given

  @Test
  void volumesAndBindsAreShared(Workbench bench) throws IOException {
    Path host = Files.createDirectory(bench.directory().resolve("host"));
    Files.writeString(host.resolve("file"), "of the host\n");
    String volume = Workbench.id();
    List<String> options =
        List.of(
            "--volume",
            volume + ":/volume",
            "--volume",
            host + ":/host:ro",
            "--tmpfs",
            "/scratch:size=1m,mode=1777");
    assertEquals(
        List.of("of the host", "1", "1024"),
        shell(
            options,
            "cat /host/file; touch /host/x 2>&1 | grep -c Read-only; echo kept >/volume/file;"
                + " df -k /scratch | awk 'END { print $2 }'"));
    assertEquals(List.of("kept"), shell(options, "cat /volume/file"));
    docker.docker("volume", "rm", volume).succeeds();
  }

  @Test
  void aReadOnlyRootCannotBeWritten() {
    assertEquals(
        List.of("1", "made"),
        shell(
            List.of("--read-only", "--tmpfs", "/tmp"),
            "touch /x 2>&1 | grep -c Read-only; touch /tmp/x && echo made"));
  }

  @Test
  void theUserIsTheOneAskedFor() {
    assertEquals(
        List.of("1000", "1000 7", "/home/user", "0000000000000000"),
        shell(
            List.of("--user", "user", "--group-add", "7"),
            "id -u; id -G; echo $HOME; grep CapEff /proc/self/status | cut -f 2"));
  }

  @Test
  void capabilitiesAreAddedAndDropped() {
    String script = "grep CapEff /proc/self/status | cut -f 2";
    assertEquals(
        List.of("0000000000001001"),
        shell(
            List.of("--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "NET_ADMIN"), script));
    // Docker's own fourteen.
    assertEquals(List.of("00000000a80425fb"), shell(List.of(), script));
  }

  @Test
  void systemCallsAreFilteredByTheDefaultProfileAndByOnesOwn(Workbench bench) throws IOException {
    String script = "grep Seccomp: /proc/self/status | cut -f 2; unshare -U true && echo free";
    assertEquals(List.of("2"), docker.run(List.of(), "sh", "-c", script).exits(1).lines());
    Path profile =
        Files.writeString(
            bench.directory().resolve("profile.json"),
            """
            {"defaultAction": "SCMP_ACT_ALLOW",
             "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
            """);
    Outcome own =
        docker.run(List.of("--security-opt", "seccomp=" + profile), "mkdir", "/tmp/x").exits(1);
    assertTrue(own.err().contains("No space left"), own::toString);
    assertEquals(
        List.of("0"),
        shell(
            List.of("--security-opt", "seccomp=unconfined"),
            "grep Seccomp: /proc/self/status | cut -f 2"));
  }

  @Test
  void noNewPrivilegesIsSet() {
    String script = "grep NoNewPrivs /proc/self/status | cut -f 2";
    assertEquals(List.of("1"), shell(List.of("--security-opt", "no-new-privileges"), script));
    assertEquals(List.of("0"), shell(List.of(), script));
  }

  @Test
  void namesSizesAndLimitsAreAsAskedFor() {
    assertEquals(
        List.of("other", "8192", "99", "1", "hello"),
        shell(
            List.of(
                "--hostname",
                "other",
                "--shm-size",
                "8m",
                "--ulimit",
                "nofile=99:99",
                "--sysctl",
                "net.ipv4.ip_forward=1",
                "--env",
                "GREETING=hello"),
            "hostname; df -k /dev/shm | awk 'END { print $2 }'; ulimit -n;"
                + " cat /proc/sys/net/ipv4/ip_forward; echo $GREETING"));
  }

  @Test
  void devicesAreThoseAskedFor() {
    assertEquals(
        List.of("1:7", "writable"),
        shell(
            List.of("--device", "/dev/full:/dev/other:r"),
            "stat -c %t:%T /dev/other; cat /dev/zero | head -c 1 >/dev/null && echo writable"));
  }

  @Test
  void aPrivilegedContainerMayMount() {
    assertEquals(
        List.of("mounted"),
        shell(List.of("--privileged"), "mount -t tmpfs none /tmp && echo mounted"));
  }

  @Test
  void namespacesOfAnotherContainerAreJoined() {
    String first = docker.running("--ipc", "shareable");
    assertEquals(
        List.of("same"),
        shell(
            List.of("--pid", "container:" + first, "--ipc", "container:" + first),
            "ps | grep -q 'sleep 1000' && echo same"));
    docker.remove(first);
  }

  @Test
  void initIsTheFirstProcessAndReaps() {
    assertEquals(
        List.of("docker-init", "reaped"),
        shell(
            List.of("--init"),
            "cat /proc/1/comm; (true &); while grep -qs State:.Z /proc/[0-9]*/status; do usleep"
                + " 10000; done; echo reaped"));
  }

  // Building

  @Test
  void buildRunsItsSteps(Workbench bench) throws IOException {
    Path context = Files.createDirectory(bench.directory().resolve("context"));
    Files.writeString(context.resolve("file"), "copied\n");
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM busybox
        COPY file /file
        RUN id -u >/made && cat /file >>/made
        USER 1000
        CMD ["cat", "/made"]
        """);
    String image = Workbench.id();
    // The classic builder, which newer ones have to be asked for.
    docker
        .client("build", "--network", "none", "--no-cache", "--tag", image, context.toString())
        .env("DOCKER_BUILDKIT", "0")
        .run()
        .succeeds();
    assertEquals(
        "0\ncopied\n",
        docker.docker("run", "--rm", "--network", "none", image).succeedsSilently().out());
    Files.writeString(context.resolve("Dockerfile"), "FROM busybox\nRUN exit 5\n");
    Outcome failed =
        docker
            .client("build", "--network", "none", "--force-rm", context.toString())
            .env("DOCKER_BUILDKIT", "0")
            .run()
            .exits(5);
    assertTrue(failed.err().contains("returned a non-zero code: 5"), failed::toString);
    docker.docker("rmi", image).succeeds();
  }

  @Test
  void buildKitExecutesWhatIsNamedRuncInThePath(Workbench bench) throws IOException {
    Path context = Files.createDirectory(bench.directory().resolve("context"));
    // What masks a directory is a tmpfs of two inodes, of no other runtime.
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM busybox\n"
            + "RUN grep -c nr_inodes=2 /proc/self/mountinfo >/made\n"
            + "CMD [\"cat\", \"/made\"]\n");
    String image = Workbench.id();
    docker
        .client("build", "--network", "none", "--no-cache", "--tag", image, context.toString())
        .env("DOCKER_BUILDKIT", "1")
        .run()
        .succeeds();
    String made =
        docker.docker("run", "--rm", "--network", "none", image).succeedsSilently().text();
    assertTrue(Integer.parseInt(made) > 0, made);
    Files.writeString(context.resolve("Dockerfile"), "FROM busybox\nRUN exit 5\n");
    Outcome failed =
        docker
            .client("build", "--network", "none", "--no-cache", context.toString())
            .env("DOCKER_BUILDKIT", "1")
            .run();
    assertTrue(failed.err().contains("exit code: 5"), failed::toString);
    docker.docker("rmi", image).succeeds();
    docker.docker("builder", "prune", "--force", "--all").succeeds();
  }

  @Test
  void filesAreCopiedAndDifferencesTold(Workbench bench) throws IOException {
    String name = docker.running();
    Path file = Files.writeString(bench.directory().resolve("file"), "copied\n");
    docker.docker("cp", file.toString(), name + ":/tmp/file").succeeds();
    assertEquals(
        "copied\n", docker.docker("exec", name, "cat", "/tmp/file").succeedsSilently().out());
    assertTrue(docker.docker("diff", name).succeedsSilently().lines().contains("A /tmp/file"));
    docker.remove(name);
  }

  @Test
  void updateOfWhatIsNoLimit() {
    String name = docker.running();
    docker.docker("update", "--restart", "unless-stopped", name).succeedsSilently();
    assertEquals("unless-stopped", docker.inspect(name, ".HostConfig.RestartPolicy.Name"));
    docker.remove(name);
  }

  // Swarm

  /** One node; the service has the node's network. */
  @Test
  @Tag("slow")
  void aServiceIsScaledAndRolledOver() throws IOException {
    docker
        .docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1")
        .succeeds();
    docker
        .docker(
            "service",
            "create",
            "--detach",
            "--name",
            "service",
            "--network",
            "host",
            "--no-resolve-image",
            "--update-parallelism",
            "5",
            Docker.IMAGE,
            "sh",
            "-c",
            Docker.LASTING)
        .succeeds();
    awaitReplicas(1);
    docker.docker("service", "scale", "--detach", "service=10").succeeds();
    awaitReplicas(10);
    docker.docker("service", "update", "--detach", "--env-add", "NEW=1", "service").succeeds();
    Workbench.await(
        "the roll-over",
        Duration.ofMinutes(2),
        () ->
            docker
                .docker("service", "inspect", "--format", "{{.UpdateStatus.State}}", "service")
                .text()
                .equals("completed"));
    List<String> running = docker.docker("ps", "--quiet").succeedsSilently().lines();
    assertEquals(10, running.size());
    for (String each : running) {
      assertEquals(
          "1", docker.docker("exec", each, "sh", "-c", "echo $NEW").succeedsSilently().text());
    }
    docker.docker("service", "rm", "service").succeeds();
    Workbench.await(
        "the end of the service",
        Duration.ofMinutes(3),
        () -> docker.docker("ps", "--all", "--quiet").succeedsSilently().out().isEmpty());
    docker.docker("swarm", "leave", "--force").succeeds();
    // The daemon would keep the node's network namespace mounted for the next who wants it.
    ResidueExtension.command("umount", docker.directory().resolve("exec/netns/default").toString());
  }

  private static void awaitReplicas(int number) {
    Workbench.await(
        number + " replicas",
        Duration.ofMinutes(1),
        () ->
            docker
                .docker("service", "ls", "--format", "{{.Replicas}}")
                .text()
                .equals(number + "/" + number));
  }

  // The core

  @Test
  @Tag("own-core")
  void theEndOfAWarmCoreLosesNoContainer() throws IOException {
    String name;
    try (WarmCore core = docker.startCore()) {
      name = docker.running();
      int pid = Integer.parseInt(docker.inspect(name, ".State.Pid"));
      assertNotEquals(Long.toString(core.process().pid()), HostProcess.status(pid).get("PPid"));
      core.destroy();
    }
    docker.docker("exec", name, "sh", "-c", "exit 6").exits(6);
    docker.docker("pause", name).succeedsSilently();
    docker.docker("unpause", name).succeedsSilently();
    docker.stop(name);
    docker.remove(name);
  }
}
