// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.MemoryPolicyFlag;
import io.jrun.linux.MemoryPolicyMode;
import io.jrun.spec.LinuxMemoryPolicy;
import java.util.Optional;

/**
 * The NUMA memory policy. Source: config-linux.md "Memory policy", set_mempolicy(2).
 *
 * @param flags of {@link MemoryPolicyFlag}
 */
public record MemoryPolicy(MemoryPolicyMode mode, long flags, NumberList nodes) {
  private static final String POINTER = "/linux/memoryPolicy";

  static Optional<MemoryPolicy> parse(LinuxMemoryPolicy declared, Problems problems) {
    if (declared == null || isEmpty(declared)) {
      return Optional.empty();
    }
    Optional<MemoryPolicyMode> mode =
        Names.find(
            MemoryPolicyMode.class,
            declared.mode() == null ? "" : declared.mode(),
            POINTER + "/mode",
            "invalid memory policy mode",
            problems);
    long flags =
        Names.bits(
            MemoryPolicyFlag.class,
            declared.flags(),
            MemoryPolicyFlag::bit,
            POINTER + "/flags",
            "invalid memory policy flag",
            problems);
    String text = declared.nodes() == null ? "" : declared.nodes();
    NumberList nodes = NumberList.of(text);
    boolean listed = !nodes.isEmpty() || text.isBlank();
    problems.require(
        listed,
        POINTER + "/nodes",
        "invalid memory policy node: \"" + text + "\" is not a list of numbers like \"0-3,7\"");
    if (listed) {
      mode.ifPresent(each -> check(each, flags, nodes, problems));
    }
    return mode.map(each -> new MemoryPolicy(each, flags, nodes));
  }

  /** Asks for nothing, as with runc, though a mode is required. */
  private static boolean isEmpty(LinuxMemoryPolicy declared) {
    return (declared.mode() == null || declared.mode().isEmpty())
        && (declared.nodes() == null || declared.nodes().isEmpty())
        && (declared.flags() == null || declared.flags().isEmpty());
  }

  private static void check(
      MemoryPolicyMode mode, long flags, NumberList nodes, Problems problems) {
    boolean fixed = has(flags, MemoryPolicyFlag.MPOL_F_STATIC_NODES);
    boolean relative = has(flags, MemoryPolicyFlag.MPOL_F_RELATIVE_NODES);
    problems.require(
        !fixed || !relative,
        POINTER + "/flags",
        "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
    problems.require(
        !has(flags, MemoryPolicyFlag.MPOL_F_NUMA_BALANCING)
            || mode == MemoryPolicyMode.MPOL_BIND
            || mode == MemoryPolicyMode.MPOL_PREFERRED_MANY,
        POINTER + "/flags",
        "MPOL_F_NUMA_BALANCING goes with MPOL_BIND and MPOL_PREFERRED_MANY only");
    switch (mode) {
      case MPOL_DEFAULT, MPOL_LOCAL -> {
        problems.require(
            nodes.isEmpty(),
            POINTER + "/nodes",
            mode + " mode requires 0 nodes but got " + nodes.count());
        problems.require(
            mode == MemoryPolicyMode.MPOL_DEFAULT || !fixed && !relative,
            POINTER + "/flags",
            "MPOL_LOCAL takes neither MPOL_F_STATIC_NODES nor MPOL_F_RELATIVE_NODES");
      }
      case MPOL_PREFERRED ->
          problems.require(
              !nodes.isEmpty() || !fixed && !relative,
              POINTER + "/nodes",
              "needed beside MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES");
      default ->
          problems.require(
              !nodes.isEmpty(), POINTER + "/nodes", mode + " mode requires at least one node");
    }
  }

  private static boolean has(long flags, MemoryPolicyFlag flag) {
    return (flags & flag.bit()) != 0;
  }
}
