// SPDX-License-Identifier: Apache-2.0
package io.jrun.bench;

import io.jrun.bundle.Bundle;
import io.jrun.container.ContainerSpec;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Program;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.wire.ProgramWriter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long the core's own work takes once it is warm: from the bytes of config.json to the bytes of
 * the programs that front and init execute, and its three parts by themselves. No system calls.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompilePath {
  private static final String DIRECTORY = "/srv/bundle";

  private final byte[] config = SpecWriter.write(SpecTemplate.withoutTerminal());
  private final ContainerSpec spec = Bundle.parse(config, DIRECTORY);
  private final LaunchPlan plan = compile(spec);

  private LaunchPlan compile(ContainerSpec from) {
    LaunchOptions options =
        new LaunchOptions(
            "bench",
            DIRECTORY,
            "/run/jrun/bench",
            new LaunchOptions.Switches(true, false, false, 0),
            new HostFacts(Rights.ROOT, -1L, new HostFacts.Cgroup("/sys/fs/cgroup", "/bench")));
    return LaunchPlan.compile(
        from,
        options,
        new LaunchDocuments() {
          @Override
          public byte[] creating() {
            return new byte[400];
          }

          @Override
          public byte[] config() {
            return config;
          }

          @Override
          public byte[] hookState(String status) {
            return new byte[0];
          }

          @Override
          public byte[] filter() {
            return new byte[0];
          }

          @Override
          public byte[] listenerState() {
            return new byte[0];
          }
        });
  }

  @Benchmark
  public ContainerSpec parse() {
    return Bundle.parse(config, DIRECTORY);
  }

  @Benchmark
  public Program compile() {
    return compile(spec).front();
  }

  @Benchmark
  public byte[] write() {
    return ProgramWriter.write(plan.front(), false);
  }

  @Benchmark
  public byte[] whole() {
    return ProgramWriter.write(compile(Bundle.parse(config, DIRECTORY)).front(), false);
  }
}
