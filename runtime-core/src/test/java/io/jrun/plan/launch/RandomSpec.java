// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.spec.Box;
import io.jrun.spec.Hook;
import io.jrun.spec.Hooks;
import io.jrun.spec.Linux;
import io.jrun.spec.LinuxCapabilities;
import io.jrun.spec.LinuxDeviceCgroup;
import io.jrun.spec.LinuxIdMapping;
import io.jrun.spec.LinuxNamespace;
import io.jrun.spec.LinuxResources;
import io.jrun.spec.LinuxTimeOffset;
import io.jrun.spec.Mount;
import io.jrun.spec.PosixRlimit;
import io.jrun.spec.Process;
import io.jrun.spec.Root;
import io.jrun.spec.Spec;
import io.jrun.spec.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Specs made up at random: most of them can be carried out, some are wrong somewhere. */
final class RandomSpec {
  private static final String[] OPTIONS = {
    "bind",
    "rbind",
    "ro",
    "rw",
    "nosuid",
    "nodev",
    "noexec",
    "noatime",
    "relatime",
    "strictatime",
    "rro",
    "rnosuid",
    "rstrictatime",
    "private",
    "rslave",
    "shared",
    "sync",
    "lazytime",
    "remount",
    "size=64k",
    "mode=755",
    "defaults",
    "nosymfollow",
    "odd"
  };
  private static final String[] PATHS = {
    "/proc",
    "/dev",
    "/dev/pts",
    "/sys",
    "/data",
    "/a/b",
    "/etc/hosts",
    "/tmp//x/..",
    "/é",
    "relative"
  };
  private static final String[] CAPABILITIES = {"CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"};

  private final Random random;

  RandomSpec(Random random) {
    this.random = random;
  }

  Spec next() {
    return new Spec(
        rarely() ? "3.0.0" : "1.2.0",
        new Root(pick("rootfs", "/var/rootfs", "."), random.nextBoolean()),
        process(),
        rarely() ? "box" : null,
        null,
        some(4, this::mount),
        random.nextInt(3) == 0 ? hooks() : null,
        random.nextBoolean() ? Map.of("a", "b") : null,
        linux());
  }

  private boolean rarely() {
    return random.nextInt(40) == 0;
  }

  @SafeVarargs
  private <T> T pick(T... of) {
    return of[random.nextInt(of.length)];
  }

  private <T> List<T> some(int most, Supplier<T> of) {
    List<T> out = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      out.add(of.get());
    }
    return out;
  }

  private Process process() {
    List<String> args = new ArrayList<>(List.of(pick("sh", "/bin/sh", "./run", "a\nb")));
    args.addAll(some(3, () -> pick("", "-c", "x y")));
    List<String> caps = some(3, () -> pick(CAPABILITIES));
    LinuxCapabilities capabilities =
        new LinuxCapabilities(
            some(3, () -> pick(CAPABILITIES)),
            caps,
            some(2, () -> pick(CAPABILITIES)),
            rarely() ? List.of() : caps,
            some(2, () -> pick(CAPABILITIES)));
    return new Process(
        random.nextInt(4) == 0,
        random.nextBoolean() ? null : new Box(random.nextInt(99), rarely() ? 70000 : 80),
        new User(
            random.nextInt(3),
            random.nextInt(3),
            random.nextBoolean() ? null : (long) random.nextInt(01000),
            some(3, () -> (long) random.nextInt(70000))),
        args,
        some(4, () -> rarely() ? "bad" : pick("PATH=/bin:/usr/bin", "PATH=", "A=", "HOME=", "A=x")),
        pick("/", "/work", "/a/../b"),
        random.nextBoolean() ? capabilities : null,
        random.nextBoolean()
            ? List.of(new PosixRlimit("RLIMIT_NOFILE", -1, random.nextInt(9)))
            : null,
        random.nextBoolean(),
        null,
        random.nextBoolean() ? null : random.nextInt(2001) - 1000,
        null,
        null,
        null,
        null);
  }

  private Mount mount() {
    return new Mount(
        pick(PATHS),
        pick("tmpfs", "proc", "sysfs", "devpts", "cgroup", "bind", null),
        pick("/srv", "data", "tmpfs", null),
        some(4, () -> pick(OPTIONS)),
        null,
        null);
  }

  private Hooks hooks() {
    Supplier<List<Hook>> each =
        () ->
            some(
                2,
                () ->
                    new Hook(
                        rarely() ? "hook" : "/bin/hook",
                        random.nextBoolean() ? null : List.of("hook", "x"),
                        random.nextBoolean() ? null : List.of("A=b"),
                        random.nextBoolean() ? null : 1 + random.nextInt(99)));
    return new Hooks(each.get(), each.get(), each.get(), each.get(), each.get(), each.get());
  }

  private Linux linux() {
    List<LinuxNamespace> namespaces = new ArrayList<>();
    for (String type : List.of("pid", "network", "ipc", "uts", "mount", "cgroup")) {
      int kind = random.nextInt(4);
      if (kind == 0 && !(type.equals("mount") && !rarely())) {
        continue;
      }
      namespaces.add(new LinuxNamespace(type, kind == 1 ? "/run/ns/" + type : null));
    }
    boolean user = random.nextInt(3) == 0;
    List<LinuxIdMapping> mappings = user ? List.of(new LinuxIdMapping(0, 100_000, 80_000)) : null;
    if (user) {
      namespaces.add(new LinuxNamespace("user", null));
    }
    boolean time = random.nextInt(4) == 0;
    if (time) {
      namespaces.add(new LinuxNamespace("time", null));
    }
    List<LinuxDeviceCgroup> devices =
        some(
            5,
            () ->
                new LinuxDeviceCgroup(
                    random.nextBoolean(),
                    pick("a", "b", "c", null),
                    pick(null, -1L, 5L, 0xffffffffL),
                    pick(null, -1L, 0L, 300L),
                    pick("rwm", "r", "wm", null)));
    return new Linux(
        mappings,
        mappings,
        null,
        new LinuxResources(devices, null, null, null, null, null, null, null, null),
        pick(null, "/x/y", "x"),
        namespaces,
        null,
        null,
        null,
        rarely() ? "nonsense" : pick(null, "private", "rslave", "shared", "unbindable"),
        some(3, () -> pick("/proc/kcore", "/sys/firmware", "/proc//x")),
        some(3, () -> pick("/proc/sys", "/proc/bus")),
        null,
        null,
        null,
        null,
        time ? Map.of("boottime", new LinuxTimeOffset(1L, null)) : null);
  }
}
