# SPDX-License-Identifier: Apache-2.0
#
# Turns the driver's lines (figure, lane, median, quartiles, mean, samples) into the tables of docs/performance.md:
# the figures by lane with their ratios, the compile path, and the targets beside what was measured. `new` is the
# feature number of the newest Java, whose lanes are the ones the targets speak of; native lanes have targets of their
# own.

BEGIN { FS = "\t" }

{
  median[$1, $2] = $3; low[$1, $2] = $4; high[$1, $2] = $5; mean[$1, $2] = $6; samples[$1, $2] = $7
  seen[$1] = 1
  lane_seen[$2] = 1
}

function has(figure, lane) { return (figure, lane) in median }

# Processor time is the mean, so that a collection that one command in fifty pays for counts.
function value(figure, lane) { return figure ~ /^cpu/ ? mean[figure, lane] : median[figure, lane] }

function number(x) { return sprintf(x >= 1000 ? "%.0f" : x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x) }

function cell(figure, lane) { return has(figure, lane) ? number(value(figure, lane)) : "–" }

function ratio(figure, lane, other) {
  if (!has(figure, lane) || !has(figure, other) || value(figure, other) == 0) return -1
  return value(figure, lane) / value(figure, other)
}

function shown(x) { return x < 0 ? "–" : sprintf("%.2f", x) }

function row(title, figure,   line, i) {
  if (!(figure in seen)) return
  line = "| " title
  for (i = 1; i <= lane_count; i++) line = line " | " cell(figure, lane[i])
  line = line " | " shown(ratio(figure, "warm" new, "crun")) " | " shown(ratio(figure, "warm" new, "runc"))
  print line " | " shown(ratio(figure, "warm" new, "floor")) " |"
}

function header(   line, rule, n) {
  line = "| figure"; rule = "|---"
  for (n = 1; n <= lane_count; n++) { line = line " | " title_of(lane[n]); rule = rule "|---:" }
  print line " | warm : crun | warm : runc | warm : floor |"
  print rule "|---:|---:|---:|"
}

function title_of(name) {
  if (name ~ /^warm/) return "jrun warm, " substr(name, 5)
  if (name ~ /^cold/) return "jrun cold, " substr(name, 5)
  if (name ~ /^core/) return "cold core, " substr(name, 5)
  return name
}

function lanes_of(text,   n, each, count) {
  count = split(text, each, " ")
  lane_count = 0
  for (n = 1; n <= count; n++) lane[++lane_count] = each[n]
}

# One target: what it is about, the limit in words, the measured value, the limit.
function target(title, limit_text, measured, limit, unit) {
  if (measured < 0) { printf "| %s | %s | not measured | |\n", title, limit_text; return }
  printf "| %s | %s | %s%s | %s |\n", title, limit_text, number(measured), unit, measured <= limit ? "met" : "**not met**"
}

function one(figure, lane_name) { return has(figure, lane_name) ? value(figure, lane_name) : -1 }

function figures(   n) {
  print "Milliseconds by the clock, medians; processor time in milliseconds, means, of the command and everything it caused,"
  print "the warm core's share included. The number after warm and cold is the Java release, or native; *cold core* is a cold"
  print "command with stored programs switched off."
  print ""
  header()
  row("run true", "run")
  for (n = 2; n <= 6; n++) row(verbs[n], verbs[n])
  row("exec true", "exec")
  row("run true, 50 at once", "parallel")
  row("200 containers up and down", "updown")
  row("run true, by hyperfine", "hyperfine")
  row("CPU: run", "cpu-run")
  for (n = 2; n <= 6; n++) row("CPU: " verbs[n], "cpu-" verbs[n])
  row("CPU: exec true", "cpu-exec")
  row("CPU: create + start + delete, and init's", "cpu-life")
  row("init before start, kB (Pss)", "pss")
  print ""
}

END {
  warm = "warm" new; cold = "cold" new; core = "core" new
  lanes_of(("coldnative" in lane_seen ? "warmnative coldnative corenative " : "") (new == 17 ? "warm17 cold17 core17 crun runc bwrap floor" : \
    warm " warm17 " cold " cold17 " core " core17 crun runc bwrap floor"))
  split("run create start state kill delete", verbs, " ")

  if ("run" in seen || "exec" in seen || "parallel" in seen || "updown" in seen || "hyperfine" in seen) figures()
  for (key in median) {
    split(key, part, SUBSEP)
    if (part[1] ~ /^rss-/) requests = substr(part[1], 5)
  }
  if (requests) {
    print "| warm core | " title_of(warm) (new == 17 ? "" : " | " title_of("warm17")) " |"
    print "|---|---:" (new == 17 ? "" : "|---:") "|"
    printf "| resident after %d runs, MB | %s%s |\n", requests, cell("rss-" requests, warm), new == 17 ? "" : " | " cell("rss-" requests, "warm17")
    printf "| processor time when idle, ms per second | %s%s |\n", cell("idle", warm), new == 17 ? "" : " | " cell("idle", "warm17")
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
  target("warm run", "1.6 × floor", ratio("run", warm, "floor"), 1.6, "")
  target("warm run", "0.6 × crun", ratio("run", warm, "crun"), 0.6, "")
  target("warm run", "0.2 × runc", ratio("run", warm, "runc"), 0.2, "")
  for (n = 2; n <= 6; n++) target("warm " verbs[n], "0.6 × crun", ratio(verbs[n], warm, "crun"), 0.6, "")
  target("warm exec", "0.6 × crun", ratio("exec", warm, "crun"), 0.6, "")
  target("warm CPU of exec", "0.6 × crun", ratio("cpu-exec", warm, "crun"), 0.6, "")
  target("warm CPU of create + start + delete", "0.6 × crun", ratio("cpu-life", warm, "crun"), 0.6, "")
  target("cold run, Java " new, (new == 17 ? 5 : 4) " × runc", ratio("run", cold, "runc"), new == 17 ? 5 : 4, "")
  if (new != 17) target("cold run, Java 17", "5 × runc", ratio("run", "cold17", "runc"), 5, "")
  for (n = 3; n <= 6; n++) target("cold " verbs[n] ", stored program", "0.6 × crun", ratio(verbs[n], cold, "crun"), 0.6, "")
  for (n = 3; n <= 6; n++) target(verbs[n] " through a cold core, Java " new, "90 ms", one(verbs[n], core), 90, " ms")
  if ("coldnative" in lane_seen) {
    target("native, cold run", "0.85 × crun", ratio("run", "coldnative", "crun"), 0.85, "")
    target("native, cold run", "0.28 × runc", ratio("run", "coldnative", "runc"), 0.28, "")
    target("native, cold create", "0.85 × crun", ratio("create", "coldnative", "crun"), 0.85, "")
    target("native, cold exec", "0.6 × crun", ratio("exec", "coldnative", "crun"), 0.6, "")
    for (n = 3; n <= 6; n++) target("native, " verbs[n] " through a cold core", "0.6 × crun", ratio(verbs[n], "corenative", "crun"), 0.6, "")
    target("native, CPU of a cold run", "0.9 × crun", ratio("cpu-run", "coldnative", "crun"), 0.9, "")
    target("native, warm run", "0.48 × crun", ratio("run", "warmnative", "crun"), 0.48, "")
    target("native, warm run", "1.3 × floor", ratio("run", "warmnative", "floor"), 1.3, "")
    target("native, warm exec", "0.38 × crun", ratio("exec", "warmnative", "crun"), 0.38, "")
    target("native, CPU of a warm exec", "0.42 × crun", ratio("cpu-exec", "warmnative", "crun"), 0.42, "")
    target("native, 50 at once, cold", "0.8 × crun", ratio("parallel", "coldnative", "crun"), 0.8, "")
    target("native, 200 up and down, cold", "0.6 × crun", ratio("updown", "coldnative", "crun"), 0.6, "")
    if (requests) target("native, resident after " requests " runs", "22 MB", one("rss-" requests, "warmnative"), 22, " MB")
  }
  target("200 up and down, warm", "0.7 × crun", ratio("updown", warm, "crun"), 0.7, "")
  target("init before start, Pss", "300 kB", one("pss", warm), 300, " kB")
  if (requests) target("resident warm core after " requests " runs", "80 MB", one("rss-" requests, warm), 80, " MB")
  target("idle warm core", "0 ms/s", has("idle", warm) ? int(value("idle", warm) * 10) / 10 : -1, 0, " ms/s")
  if ("jmh-whole" in seen) target("compile path, hot", "1 ms", median["jmh-whole", "core-flags"], 1, " ms")
}
