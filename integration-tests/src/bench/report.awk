# SPDX-License-Identifier: Apache-2.0
#
# Turns the driver's lines (figure, lane, median, quartiles, mean, samples) into the tables of docs/performance.md:
# the figures of the native core beside its peers', those of the core in a JVM, the compile path, and the targets beside
# what was measured. `new` is the feature number of the newest Java, whose lanes the targets of a JVM speak of.

BEGIN { FS = "\t" }

{
  median[$1, $2] = $3; low[$1, $2] = $4; high[$1, $2] = $5; mean[$1, $2] = $6; samples[$1, $2] = $7
  seen[$1] = 1
  lane_seen[$2] = 1
}

function has(figure, lane) { return (figure, lane) in median }

# Processor time is the mean, so that a collection that one command in fifty pays for counts.
function value(figure, lane) { return figure ~ /^(jvm:)?cpu/ ? mean[figure, lane] : median[figure, lane] }

function number(x) { return sprintf(x >= 1000 ? "%.0f" : x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x) }

function cell(figure, lane) { return has(figure, lane) ? number(value(figure, lane)) : "–" }

function ratio(figure, lane, other) {
  if (!has(figure, lane) || !has(figure, other) || value(figure, other) == 0) return -1
  return value(figure, lane) / value(figure, other)
}

function shown(x) { return x < 0 ? "–" : sprintf("%.2f", x) }

# Verbs that create stores a program for have a way more than the others.
function has_program(figure) { return figure ~ /^(cpu-)?(start|state|kill|delete|kill-name|delete-force)$/ }

function native_row(title, figure,   cold, warm, stored, quick) {
  if (!(figure in seen)) return
  cold = has_program(figure) ? "corenative" : "coldnative"
  warm = has_program(figure) ? "" : "warmnative"
  stored = has_program(figure) ? "coldnative" : ""
  quick = warm ? warm : stored
  print "| " title " | " cell(figure, cold) " | " cell(figure, warm) " | " cell(figure, stored) " | " cell(figure, "crun") \
    " | " cell(figure, "runc") " | " cell(figure, "bwrap") " | " cell(figure, "floor") " | " \
    shown(ratio(figure, cold, "crun")) " | " shown(ratio(figure, cold, "runc")) " | " \
    shown(ratio(figure, quick, "crun")) " | " shown(ratio(figure, quick, "floor")) " |"
}

function jvm_row(title, figure,   line, i) {
  figure = "jvm:" figure
  if (!(figure in seen)) return
  line = "| " title
  for (i = 1; i <= lane_count; i++) line = line " | " cell(figure, lane[i])
  line = line " | " shown(ratio(figure, "warm" new, "crun")) " | " shown(ratio(figure, "warm" new, "runc"))
  print line " | " shown(ratio(figure, "warm" new, "floor")) " |"
}

function row(title, figure) {
  if (table == "native") native_row(title, figure)
  else jvm_row(title, figure)
}

function rows(   n) {
  row("run true", "run")
  row("the same with a profile of system calls never seen before", "profile")
  for (n = 2; n <= 6; n++) row(verbs[n], verbs[n])
  row("kill ID KILL", "kill-name")
  row("delete --force", "delete-force")
  row("exec true", "exec")
  row("run true, 50 at once", "parallel")
  row("200 containers up and down", "updown")
  row("run true, by hyperfine", "hyperfine")
  row("ctr run --rm true", "ctr")
  row("CPU: run", "cpu-run")
  for (n = 2; n <= 6; n++) row("CPU: " verbs[n], "cpu-" verbs[n])
  row("CPU: exec true", "cpu-exec")
  row("CPU: create + start + delete, and init's", "cpu-life")
  row("largest process of a run, MB resident at most", "peak")
  row("init before start, kB (Pss)", "pss")
  row("installed, MB", "installed")
  print ""
}

function title_of(name) {
  if (name ~ /^warm/) return "warm, " substr(name, 5)
  if (name ~ /^cold/) return "cold, " substr(name, 5)
  if (name ~ /^core/) return "cold core, " substr(name, 5)
  return name
}

function lanes_of(text,   n, each, count) {
  count = split(text, each, " ")
  lane_count = 0
  for (n = 1; n <= count; n++) if (each[n] in lane_seen) lane[++lane_count] = each[n]
}

function native_table() {
  print "Milliseconds by the clock, medians; processor time in milliseconds, means, of the command and everything it caused,"
  print "the warm core's share included. *Cold*: the native core, started for the command, nothing resident. *Warm*: a native"
  print "`jrun daemon`. *Stored*: the program that create has left for the command, which no core takes part in."
  print ""
  print "| figure | jrun, cold | jrun, warm | jrun, stored | crun | runc | bwrap | floor | cold : crun | cold : runc | warm or stored : crun | warm : floor |"
  print "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
  table = "native"
  rows()
}

function jvm_table(   line, rule, n) {
  print "The same with the core in a JVM, of the Java release that is named, in an interleaved run of their own; *cold* start, state,"
  print "kill and delete are stored programs, *cold core* are the same commands with these switched off."
  print ""
  line = "| figure"; rule = "|---"
  for (n = 1; n <= lane_count; n++) { line = line " | " title_of(lane[n]); rule = rule "|---:" }
  print line " | warm : crun | warm : runc | warm : floor |"
  print rule "|---:|---:|---:|"
  table = "jvm"
  rows()
}

# One target: what it is about, the limit in words, the measured value, the limit.
function target(title, limit_text, measured, limit, unit) {
  if (measured < 0) { printf "| %s | %s | not measured | |\n", title, limit_text; return }
  printf "| %s | %s | %s%s | %s |\n", title, limit_text, number(measured), unit, measured <= limit ? "met" : "**not met**"
}

function against(title, figure, lane_name, other, limit) {
  target(title, limit " × " other, ratio(figure, lane_name, other), limit, "")
}

function one(figure, lane_name) { return has(figure, lane_name) ? value(figure, lane_name) : -1 }

function native_targets(   n) {
  against("cold run", "run", "coldnative", "crun", 0.85)
  against("cold run", "run", "coldnative", "runc", 0.28)
  against("cold run, a profile never seen before", "profile", "coldnative", "crun", 0.4)
  against("cold run, a profile never seen before", "profile", "coldnative", "runc", 0.2)
  against("cold create", "create", "coldnative", "crun", 0.85)
  against("cold exec", "exec", "coldnative", "crun", 0.6)
  for (n = 3; n <= 6; n++) against(verbs[n] " by the core", verbs[n], "corenative", "crun", 0.6)
  for (n = 3; n <= 6; n++) against(verbs[n] ", stored", verbs[n], "coldnative", "crun", 0.3)
  against("kill ID KILL, stored", "kill-name", "coldnative", "crun", 0.3)
  against("delete --force, stored", "delete-force", "coldnative", "crun", 0.3)
  against("CPU of a cold run", "cpu-run", "coldnative", "crun", 0.9)
  target("peak memory of a cold run", "12 MB", one("peak", "coldnative"), 12, " MB")
  against("warm run", "run", "warmnative", "crun", 0.48)
  against("warm run", "run", "warmnative", "floor", 1.3)
  against("warm exec", "exec", "warmnative", "crun", 0.38)
  against("CPU of a warm exec", "cpu-exec", "warmnative", "crun", 0.42)
  if (requests) target("resident after " requests " runs", "22 MB", one("rss-" requests, "warmnative"), 22, " MB")
  against("50 at once, cold", "parallel", "coldnative", "crun", 0.8)
  against("200 up and down, cold", "updown", "coldnative", "crun", 0.6)
  against("ctr run, nothing resident, whole", "ctr", "coldnative", "runc", 0.85)
  target("installed", "30 MB", one("installed", "coldnative"), 30, " MB")
  target("init before start, Pss", "300 kB", one("pss", "coldnative"), 300, " kB")
}

function jvm_targets(   n) {
  against("JVM, warm run", "jvm:run", warm, "floor", 1.6)
  against("JVM, warm run", "jvm:run", warm, "crun", 0.6)
  against("JVM, warm run", "jvm:run", warm, "runc", 0.2)
  against("JVM, warm create", "jvm:create", warm, "crun", 0.6)
  against("JVM, warm exec", "jvm:exec", warm, "crun", 0.6)
  against("JVM, warm CPU of exec", "jvm:cpu-exec", warm, "crun", 0.6)
  against("JVM, warm CPU of create + start + delete", "jvm:cpu-life", warm, "crun", 0.6)
  against("JVM, 200 up and down, warm", "jvm:updown", warm, "crun", 0.7)
  against("JVM, cold run, Java " new, "jvm:run", cold, "runc", new == 17 ? 5 : 4)
  if (new != 17) against("JVM, cold run, Java 17", "jvm:run", "cold17", "runc", 5)
  for (n = 3; n <= 6; n++) target("JVM, " verbs[n] " through a cold core, Java 17", "90 ms", one("jvm:" verbs[n], "core17"), 90, " ms")
  if (requests) target("JVM, resident after " requests " runs", "80 MB", one("rss-" requests, warm), 80, " MB")
  target("JVM, idle warm core", "0 ms/s", has("idle", warm) ? int(value("idle", warm) * 10) / 10 : -1, 0, " ms/s")
  if ("jmh-whole" in seen) target("compile path, hot", "1 ms", median["jmh-whole", "core-flags"], 1, " ms")
}

END {
  warm = "warm" new; cold = "cold" new
  lanes_of((new == 17 ? "warm17 cold17 core17" : warm " warm17 " cold " cold17 core17") " crun runc floor")
  split("run create start state kill delete", verbs, " ")
  if ("coldnative" in lane_seen) native_table()
  if (warm in lane_seen) jvm_table()

  for (key in median) {
    split(key, part, SUBSEP)
    if (part[1] ~ /^rss-/) requests = substr(part[1], 5)
  }
  if (requests) {
    count = split("warmnative " warm (new == 17 ? "" : " warm17"), resident, " ")
    line = "| warm core"; rule = "|---"
    for (n = 1; n <= count; n++) { line = line " | " title_of(resident[n]); rule = rule "|---:" }
    print line " |"
    print rule "|"
    line = "| resident after " requests " runs, MB"; rule = "| processor time when idle, ms per second"
    for (n = 1; n <= count; n++) { line = line " | " cell("rss-" requests, resident[n]); rule = rule " | " cell("idle", resident[n]) }
    print line " |"
    print rule " |"
    print ""
  }
  if ("jmh-whole" in seen) {
    print "| compile path, JMH, microseconds | the warm core's flags (C1) | the JVM's own (C2) |"
    print "|---|---:|---:|"
    split("parse compile write whole", steps, " ")
    split("bytes of config.json to ContainerSpec|ContainerSpec to LaunchPlan|LaunchPlan to bytes of programs|bytes to bytes", words, "|")
    for (n = 1; n <= 4; n++)
      printf "| %s | %.0f | %.0f |\n", words[n], 1000 * median["jmh-" steps[n], "core-flags"], 1000 * median["jmh-" steps[n], "jvm-flags"]
    print ""
  }

  print "| target | limit | measured | |"
  print "|---|---|---:|---|"
  if ("coldnative" in lane_seen) native_targets()
  if (warm in lane_seen) jvm_targets()
}
