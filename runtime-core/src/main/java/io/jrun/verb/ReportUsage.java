// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.host.CgroupFiles;
import io.jrun.lifecycle.Containers;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * {@code stats}: what containers use at the moment, read of their cgroups (cgroup-v2.rst). It takes
 * no lock. A container that has no cgroup of its own has no figures.
 */
public final class ReportUsage {
  private final Session session;

  public ReportUsage(Session session) {
    this.session = session;
  }

  /**
   * One container at one moment. What its cgroup does not count is empty.
   *
   * @param cpu hundredths of a percent of one processor, since the look before
   * @param memory in bytes
   * @param limit in bytes; empty if there is none
   * @param read from block devices, in bytes, since its start
   * @param written to block devices, in bytes, since its start
   * @param processes or threads, as pids.current counts them
   */
  public record Usage(
      String id,
      ContainerStatus status,
      OptionalLong cpu,
      OptionalLong memory,
      OptionalLong limit,
      OptionalLong read,
      OptionalLong written,
      OptionalLong processes) {}

  /** What is between two looks: the time, and of each container the processor time it has used. */
  public record Moment(long nanoseconds, Map<String, Long> used) {}

  /** A moment to count from. */
  public Moment now(List<String> ids) {
    Map<String, Long> used = new HashMap<>();
    for (Containers.Entry each : entries(ids)) {
      cpuTime(each).ifPresent(time -> used.put(each.state().id(), time));
    }
    return new Moment(System.nanoTime(), used);
  }

  /** Has the front let some time pass. */
  public void pause(long milliseconds) {
    Recorder recorder = new Recorder();
    recorder.step("wait");
    recorder.free(recorder.pollFor(Block.struct(8, "{}"), 0, milliseconds));
    session.run(recorder);
  }

  /**
   * What containers use.
   *
   * @param ids of the containers; none: all that have not stopped
   * @param before the moment from which processor time counts
   */
  public List<Usage> since(Moment before, List<String> ids) {
    long passed = Math.max(1, System.nanoTime() - before.nanoseconds());
    List<Usage> out = new ArrayList<>();
    for (Containers.Entry each : entries(ids)) {
      out.add(usage(each, before, passed));
    }
    return out;
  }

  private List<Containers.Entry> entries(List<String> ids) {
    Containers containers = new Containers(session);
    if (ids.isEmpty()) {
      return containers.list().stream()
          .filter(entry -> entry.status() != ContainerStatus.STOPPED)
          .toList();
    }
    return ids.stream().map(containers::entry).toList();
  }

  private static OptionalLong cpuTime(Containers.Entry entry) {
    String cgroup = entry.state().location().cgroup();
    Long usage =
        cgroup.isEmpty() ? null : new CgroupFiles(cgroup).table("cpu.stat").get("usage_usec");
    return usage == null ? OptionalLong.empty() : OptionalLong.of(usage);
  }

  private static Usage usage(Containers.Entry entry, Moment before, long passed) {
    String id = entry.state().id();
    String cgroup = entry.state().location().cgroup();
    if (cgroup.isEmpty() || entry.status() == ContainerStatus.STOPPED) {
      OptionalLong none = OptionalLong.empty();
      return new Usage(id, entry.status(), none, none, none, none, none, none);
    }
    CgroupFiles files = new CgroupFiles(cgroup);
    return new Usage(
        id,
        entry.status(),
        cpu(cpuTime(entry), before.used().get(id), passed),
        files.number("memory.current"),
        files.limit("memory.max"),
        transferred(files, "rbytes"),
        transferred(files, "wbytes"),
        OptionalLong.of(files.tasks()));
  }

  /** Microseconds of processor time in nanoseconds of time, as hundredths of a percent. */
  static OptionalLong cpu(OptionalLong now, Long before, long passed) {
    if (now.isEmpty() || before == null) {
      return OptionalLong.empty();
    }
    double used = Math.max(0, now.getAsLong() - before) * 1000.0;
    return OptionalLong.of(Math.round(used / passed * 10_000));
  }

  private static OptionalLong transferred(CgroupFiles files, String key) {
    Map<String, Map<String, String>> devices = files.lines("io.stat");
    if (devices.isEmpty() && files.number("memory.current").isEmpty()) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (Map<String, String> device : devices.values()) {
      sum += Long.parseUnsignedLong(device.getOrDefault(key, "0"));
    }
    return OptionalLong.of(sum);
  }
}
