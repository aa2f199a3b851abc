// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.verb.ReportUsage;
import io.jrun.verb.ReportUsage.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** {@code jrun stats}: what containers use at the moment, as a table or as JSON. */
final class StatsVerb extends Verb {
  private static final String NONE = "-";

  /** Home of the cursor, and everything below it cleared: ECMA-48, CUP and ED. */
  private static final String CLEAR = "\u001b[H\u001b[J";

  StatsVerb() {
    super("stats", "[container-id...]", "display what containers use at the moment");
  }

  @Override
  int maxArguments() {
    return Integer.MAX_VALUE;
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.choice(List.of("table", "json"), "FORMAT", "table or json", "--format", "-f"));
    options.add(
        Option.text("TIME", "over which processor time is counted, default: 1s", "--interval"));
    options.add(Option.flag("again and again, until it is interrupted", "--watch", "-w"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    invocation.requireExplicitRoot();
    String format = arguments.text("--format").orElse("table");
    if (!format.equals("table") && !format.equals("json")) {
      throw new ContainerException("invalid format option");
    }
    long interval = GoDuration.interval(arguments.text("--interval").orElse("1s"));
    boolean isWatched = arguments.flag("--watch");
    List<String> ids = arguments.words();
    ReportUsage report = new ReportUsage(invocation.session());
    do {
      ReportUsage.Moment before = report.now(ids);
      report.pause(interval);
      List<Usage> all = report.since(before, ids);
      if (format.equals("json")) {
        invocation.print(all.stream().map(StatsVerb::json).collect(Collectors.joining()));
      } else {
        invocation.print((isWatched ? CLEAR : "") + table(all));
      }
    } while (isWatched);
    return 0;
  }

  private static String table(List<Usage> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "STATUS", "CPU %", "MEMORY", "LIMIT", "READ", "WRITTEN", "PIDS"));
    for (Usage each : all) {
      rows.add(
          List.of(
              each.id(),
              each.status().word(),
              percent(each.cpu()),
              size(each.memory()),
              size(each.limit()),
              size(each.read()),
              size(each.written()),
              each.processes().isPresent() ? "" + each.processes().getAsLong() : NONE));
    }
    return TextTable.format(rows);
  }

  private static String percent(OptionalLong hundredths) {
    if (hundredths.isEmpty()) {
      return NONE;
    }
    long value = hundredths.getAsLong();
    return value / 100 + "." + value / 10 % 10 + value % 10;
  }

  private static String size(OptionalLong bytes) {
    return bytes.isPresent() ? Sizes.text(bytes.getAsLong()) : NONE;
  }

  /** One line; what is not counted is left out. */
  private static String json(Usage usage) {
    StringBuilder out = new StringBuilder(200);
    out.append("{\"id\":\"").append(usage.id()).append("\",\"status\":\"");
    out.append(usage.status().word()).append('"');
    usage.cpu().ifPresent(value -> out.append(",\"cpuPercent\":").append(value / 100.0));
    number(out, "memory", usage.memory());
    number(out, "memoryLimit", usage.limit());
    number(out, "bytesRead", usage.read());
    number(out, "bytesWritten", usage.written());
    number(out, "pids", usage.processes());
    return out.append("}\n").toString();
  }

  private static void number(StringBuilder out, String name, OptionalLong value) {
    value.ifPresent(
        number ->
            out.append(",\"").append(name).append("\":").append(Long.toUnsignedString(number)));
  }
}
