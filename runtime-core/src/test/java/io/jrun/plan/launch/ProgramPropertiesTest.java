// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.ContainerSpec;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.NotifySocket;
import io.jrun.plan.Rights;
import io.jrun.plan.Sockets;
import io.jrun.spec.Problem;
import io.jrun.spec.Spec;
import io.jrun.spec.SpecWriter;
import io.jrun.wire.ProgramWriter;
import io.jrun.wire.WireProgram;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever a config says, it is refused in words or compiled into sound programs. */
class ProgramPropertiesTest {
  private static final byte[] RUNC = PlanCases.config("runc-spec");

  @Property(tries = 500)
  void randomSpecsAreRefusedOrCompiled(@ForAll long seed) {
    Random random = new Random(seed);
    Spec spec = new RandomSpec(random).next();
    check(SpecWriter.write(spec), options(random));
  }

  @Property(tries = 500)
  void mutatedDocumentsAreRefusedOrCompiled(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] document = RUNC.clone();
    for (int i = 0; i <= random.nextInt(3); i++) {
      int at = random.nextInt(document.length);
      document[at] =
          "{}[]:,\"/ 01-eatrnl\\".getBytes(StandardCharsets.US_ASCII)[random.nextInt(19)];
    }
    check(document, options(random));
  }

  /** Otherwise the property would say nothing about programs. */
  @Example
  void mostRandomSpecsAreCompiled() {
    int compiled = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      compiled += check(SpecWriter.write(new RandomSpec(random).next()), options(random)) ? 1 : 0;
    }
    assertTrue(compiled > 80 && compiled < 200, "compiled " + compiled);
  }

  private static LaunchOptions options(Random random) {
    return new LaunchOptions(
        "demo",
        "/bundle",
        "/run/jrun/demo",
        new LaunchOptions.Switches(
            random.nextBoolean(), random.nextBoolean(), random.nextBoolean(), random.nextInt(3)),
        facts(random),
        random.nextBoolean() ? Sockets.NONE : new Sockets("/run/console.sock", "/run/pidfd.sock"),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new NotifySocket("/run/jrun/demo/notify")));
  }

  private static HostFacts facts(Random random) {
    return new HostFacts(
        Rights.values()[random.nextInt(Rights.values().length)],
        random.nextBoolean() ? PlanCases.ALL_CAPABILITIES : random.nextLong(),
        new HostFacts.Cgroup(
            "/sys/fs/cgroup",
            random.nextBoolean() ? "/demo" : random.nextBoolean() ? "" : "/a/b/c/demo",
            CgroupEntry.BORN,
            List.of(),
            List.of(),
            random.nextBoolean(),
            random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(4711)),
        random.nextBoolean() ? List.of() : List.of("/usr/bin/newuidmap", "/usr/bin/newgidmap"),
        new HostFacts.Mounts(
            "/var",
            random.nextBoolean() ? List.of() : List.of("/proc", "/a/proc"),
            random.nextBoolean()),
        HostFacts.Devices.NONE);
  }

  private static boolean check(byte[] document, LaunchOptions options) {
    ContainerSpec spec;
    try {
      spec = Bundle.parse(document, "/bundle");
    } catch (InvalidBundleException e) {
      assertFalse(e.problems().isEmpty());
      for (Problem each : e.problems()) {
        assertTrue(each.line() >= 1 && each.column() >= 1 && !each.message().isEmpty());
      }
      return false;
    }
    LaunchPlan plan = PlanCases.compile(spec, document, options);
    byte[] bytes = ProgramWriter.write(plan.front(), false);
    WireProgram.decode(bytes);
    assertArrayEquals(
        bytes, ProgramWriter.write(PlanCases.compile(spec, document, options).front(), false));
    PlanPrinter.print(plan, true);
    return true;
  }
}
