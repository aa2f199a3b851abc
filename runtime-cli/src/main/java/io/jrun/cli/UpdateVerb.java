// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.spec.LinuxBlockIo;
import io.jrun.spec.LinuxCpu;
import io.jrun.spec.LinuxMemory;
import io.jrun.spec.LinuxPids;
import io.jrun.spec.LinuxResources;
import io.jrun.verb.UpdateContainer;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code jrun update}: changes the limits of a container. */
final class UpdateVerb extends ContainerVerb {
  UpdateVerb() {
    super("update", "update container resource constraints");
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.text(
            "FILE",
            "JSON document of resources, \"-\" for standard input; other options are ignored then",
            "--resources",
            "-r"));
    options.add(Option.text("N", "weight of block devices, 10 to 1000", "--blkio-weight"));
    options.add(Option.text("USEC", "length of a period", "--cpu-period"));
    options.add(Option.text("USEC", "time within a period, -1 for any", "--cpu-quota"));
    options.add(Option.text("USEC", "time that may be saved up", "--cpu-burst"));
    options.add(Option.text("N", "shares of the processors, 2 to 262144", "--cpu-share"));
    options.add(Option.text("USEC", "cgroup v1 only", "--cpu-rt-period"));
    options.add(Option.text("USEC", "cgroup v1 only", "--cpu-rt-runtime"));
    options.add(Option.text("LIST", "processors, for example 0-3,7", "--cpuset-cpus"));
    options.add(Option.text("LIST", "memory nodes", "--cpuset-mems"));
    options.add(Option.text("1|0", "run only when nobody else wants to, or not", "--cpu-idle"));
    options.add(Option.text("BYTES", "memory, -1 for any; k, m, g are units", "--memory"));
    options.add(Option.text("BYTES", "memory that is not taken away", "--memory-reservation"));
    options.add(Option.text("BYTES", "memory and swap, -1 for any", "--memory-swap"));
    options.add(Option.text("BYTES", "ignored", "--kernel-memory"));
    options.add(Option.text("BYTES", "ignored", "--kernel-memory-tcp"));
    options.add(Option.text("N", "number of processes, -1 for any", "--pids-limit"));
    options.add(Option.text("SCHEMA", "not supported", "--l3-cache-schema"));
    options.add(Option.text("SCHEMA", "not supported", "--mem-bw-schema"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    UpdateContainer update = new UpdateContainer(invocation.session());
    Optional<String> file = arguments.text("--resources").filter(path -> !path.isEmpty());
    if (file.isPresent()) {
      boolean standardInput = file.get().equals("-") || file.get().equals("/dev/stdin");
      update.update(
          arguments.id(),
          standardInput ? UpdateContainer.STANDARD_INPUT : invocation.absolute(file.get()));
      return 0;
    }
    for (String option : new String[] {"--l3-cache-schema", "--mem-bw-schema"}) {
      if (arguments.text(option).filter(value -> !value.isEmpty()).isPresent()) {
        throw new ContainerException(option + ": not supported by this version of jrun");
      }
    }
    if (arguments.text("--kernel-memory").isPresent()
        || arguments.text("--kernel-memory-tcp").isPresent()) {
      invocation.session().notices().warn("Kernel memory settings are ignored and will be removed");
    }
    update.update(arguments.id(), resources(arguments));
    return 0;
  }

  private static LinuxResources resources(Arguments arguments) {
    LinuxMemory memory =
        new LinuxMemory(
            bytes(arguments, "--memory"),
            bytes(arguments, "--memory-reservation"),
            bytes(arguments, "--memory-swap"),
            null,
            null,
            null,
            null,
            null,
            null);
    LinuxCpu cpu =
        new LinuxCpu(
            number(arguments, "--cpu-share"),
            number(arguments, "--cpu-quota"),
            number(arguments, "--cpu-burst"),
            number(arguments, "--cpu-period"),
            number(arguments, "--cpu-rt-runtime"),
            number(arguments, "--cpu-rt-period"),
            arguments.text("--cpuset-cpus").orElse(null),
            arguments.text("--cpuset-mems").orElse(null),
            number(arguments, "--cpu-idle"));
    Long weight = number(arguments, "--blkio-weight");
    if (weight != null && (weight < 0 || weight > 0xffff)) {
      throw invalid("--blkio-weight", weight.toString());
    }
    LinuxBlockIo blockIo =
        new LinuxBlockIo(
            weight == null ? null : weight.intValue(), null, null, null, null, null, null);
    LinuxPids pids = new LinuxPids(number(arguments, "--pids-limit"));
    return new LinuxResources(null, memory, cpu, pids, blockIo, null, null, null, null);
  }

  private static Long bytes(Arguments arguments, String option) {
    String text = arguments.text(option).orElse("");
    if (text.isEmpty()) {
      return null;
    }
    OptionalLong bytes = Sizes.bytes(text);
    if (bytes.isEmpty()) {
      throw invalid(option, text);
    }
    return bytes.getAsLong();
  }

  private static Long number(Arguments arguments, String option) {
    String text = arguments.text(option).orElse("");
    try {
      return text.isEmpty() ? null : Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw invalid(option, text);
    }
  }

  private static ContainerException invalid(String option, String text) {
    return new ContainerException("invalid value for " + option.substring(2) + ": \"" + text + '"');
  }
}
