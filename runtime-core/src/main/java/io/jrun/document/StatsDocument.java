// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jrun.host.CgroupFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * What a cgroup has used, as {@code runc events} prints it: its keys, its order, its units. Times
 * are nanoseconds; the largest number without a sign is no limit; a zero that runc leaves out is
 * left out. What only cgroup v1 counts is zero.
 *
 * <pre>
 * {"type":"stats","id":"demo","data":{"cpu":{"usage":{"total":9449000,"kernel":3000,"user":6000},
 *  "throttling":{}},"cpuset":{…},"memory":{"usage":{"limit":18446744073709551615,"usage":454656,
 *  "failcnt":0},…},"pids":{"current":1},"blkio":{},"hugetlb":{},"intel_rdt":{},
 *  "network_interfaces":null}}
 * </pre>
 */
public final class StatsDocument {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long NANOSECONDS = 1000;

  /** Of cgroup v1; nothing in v2 says as much. */
  private static final List<String> CPUSET_SWITCHES =
      List.of(
          "cpu_exclusive",
          "mem_hardwall",
          "mem_exclusive",
          "memory_migrate",
          "memory_spread_page",
          "memory_spread_slab",
          "memory_pressure",
          "sched_load_balance",
          "sched_relax_domain_level");

  private final CgroupFiles files;
  private final JsonGenerator json;

  private StatsDocument(CgroupFiles files, JsonGenerator json) {
    this.files = files;
    this.json = json;
  }

  /** One line, with its end. */
  public static String line(String id, String cgroup) {
    StringWriter out = new StringWriter(2048);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "stats");
      json.writeStringField("id", id);
      json.writeObjectFieldStart("data");
      new StatsDocument(new CgroupFiles(cgroup), json).data();
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  private void data() throws IOException {
    cpu();
    json.writeObjectFieldStart("cpuset");
    for (String each : CPUSET_SWITCHES) {
      json.writeNumberField(each, 0);
    }
    json.writeEndObject();
    memory();
    json.writeObjectFieldStart("pids");
    unlessZero("current", files.tasks());
    unlessZero("limit", files.limit("pids.max").orElse(0));
    json.writeEndObject();
    blkio();
    hugetlb();
    json.writeObjectFieldStart("intel_rdt");
    json.writeEndObject();
    json.writeNullField("network_interfaces");
  }

  private void cpu() throws IOException {
    Map<String, Long> stat = files.table("cpu.stat");
    json.writeObjectFieldStart("cpu");
    json.writeObjectFieldStart("usage");
    unlessZero("total", stat.getOrDefault("usage_usec", 0L) * NANOSECONDS);
    number("kernel", stat.getOrDefault("system_usec", 0L) * NANOSECONDS);
    number("user", stat.getOrDefault("user_usec", 0L) * NANOSECONDS);
    json.writeEndObject();
    json.writeObjectFieldStart("throttling");
    unlessZero("periods", stat.getOrDefault("nr_periods", 0L));
    unlessZero("throttledPeriods", stat.getOrDefault("nr_throttled", 0L));
    unlessZero("throttledTime", stat.getOrDefault("throttled_usec", 0L) * NANOSECONDS);
    json.writeEndObject();
    pressure("cpu.pressure");
    json.writeEndObject();
  }

  /** Swap is told together with memory, as cgroup v1 counted it. */
  private void memory() throws IOException {
    Map<String, Long> stat = files.table("memory.stat");
    long usage = files.number("memory.current").orElse(0);
    long limit = files.number("memory.max").orElse(0);
    long swapLimit = files.number("memory.swap.max").orElse(0);
    boolean unlimited = limit == CgroupFiles.UNLIMITED || swapLimit == CgroupFiles.UNLIMITED;
    json.writeObjectFieldStart("memory");
    unlessZero("cache", stat.getOrDefault("file", 0L));
    long failed = files.table("memory.events").getOrDefault("max", 0L);
    entry("usage", limit, usage, files.number("memory.peak").orElse(0), failed);
    entry(
        "swap",
        unlimited ? CgroupFiles.UNLIMITED : limit + swapLimit,
        usage + files.number("memory.swap.current").orElse(0),
        0,
        files.table("memory.swap.events").getOrDefault("fail", 0L));
    entry("kernel", 0, 0, 0, 0);
    entry("kernelTCP", 0, 0, 0, 0);
    if (!stat.isEmpty()) {
      json.writeObjectFieldStart("raw");
      for (Map.Entry<String, Long> each : stat.entrySet()) {
        number(each.getKey(), each.getValue());
      }
      json.writeEndObject();
    }
    pressure("memory.pressure");
    json.writeEndObject();
  }

  private void entry(String name, long limit, long usage, long most, long failed)
      throws IOException {
    json.writeObjectFieldStart(name);
    number("limit", limit);
    unlessZero("usage", usage);
    unlessZero("max", most);
    number("failcnt", failed);
    json.writeEndObject();
  }

  private void blkio() throws IOException {
    Map<String, Map<String, String>> stat = files.lines("io.stat");
    json.writeObjectFieldStart("blkio");
    transfers("ioServiceBytesRecursive", stat, "rbytes", "wbytes");
    transfers("ioServicedRecursive", stat, "rios", "wios");
    pressure("io.pressure");
    json.writeEndObject();
  }

  private void transfers(
      String name, Map<String, Map<String, String>> stat, String read, String written)
      throws IOException {
    boolean begun = false;
    for (Map.Entry<String, Map<String, String>> device : stat.entrySet()) {
      for (String key : List.of(read, written)) {
        String value = device.getValue().get(key);
        if (value != null) {
          if (!begun) {
            json.writeArrayFieldStart(name);
            begun = true;
          }
          transfer(device.getKey(), key.equals(read) ? "Read" : "Write", value);
        }
      }
    }
    if (begun) {
      json.writeEndArray();
    }
  }

  private void transfer(String device, String operation, String value) throws IOException {
    int colon = device.indexOf(':');
    json.writeStartObject();
    unlessZero("major", Long.parseLong(device.substring(0, colon)));
    unlessZero("minor", Long.parseLong(device.substring(colon + 1)));
    json.writeStringField("op", operation);
    unlessZero("value", Long.parseUnsignedLong(value));
    json.writeEndObject();
  }

  /** What is reserved, where the kernel counts that. */
  private void hugetlb() throws IOException {
    json.writeObjectFieldStart("hugetlb");
    for (String size : files.hugepageSizes()) {
      String prefix = "hugetlb." + size;
      long used = files.number(prefix + ".current").orElse(0);
      json.writeObjectFieldStart(size);
      unlessZero("usage", files.number(prefix + ".rsvd.current").orElse(used));
      number("failcnt", files.table(prefix + ".events").getOrDefault("max", 0L));
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void pressure(String file) throws IOException {
    Map<String, Map<String, String>> lines = files.lines(file);
    if (lines.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("psi");
    for (String kind : List.of("some", "full")) {
      Map<String, String> values = lines.get(kind);
      if (values != null) {
        json.writeObjectFieldStart(kind);
        for (String key : List.of("avg10", "avg60", "avg300", "total")) {
          json.writeFieldName(key);
          json.writeNumber(shortened(values.getOrDefault(key, "0")));
        }
        json.writeEndObject();
      }
    }
    json.writeEndObject();
  }

  /** As Go writes a number: 1.50 is 1.5, and 0.00 is 0. */
  static String shortened(String number) {
    String out = number;
    while (out.indexOf('.') >= 0 && (out.endsWith("0") || out.endsWith("."))) {
      out = out.substring(0, out.length() - 1);
    }
    return out;
  }

  private void unlessZero(String name, long value) throws IOException {
    if (value != 0) {
      number(name, value);
    }
  }

  private void number(String name, long value) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(Long.toUnsignedString(value));
  }
}
