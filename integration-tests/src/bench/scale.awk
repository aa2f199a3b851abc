# SPDX-License-Identifier: Apache-2.0
#
# Turns the driver's lines about many containers (figure, lane, median...) into a table and, in the file that `picture`
# names, an SVG: for each command what it costs over the number of containers beside it, a line for each runtime.

BEGIN {
  FS = "\t"
  panels = split("run exec delete list", panel, " ")
  split("run --detach|exec true|delete --force|list", title, "|")
  lanes = split("warmnative coldnative warm25 warm17 crun runc", lane, " ")
  split("#1f6feb #57a6ff #8250df #8250df #d1242f #6e7781", colour, " ")
  words = split("warmnative=jrun, warm;coldnative=jrun, cold;warm25=jrun, warm JVM;warm17=jrun, warm JVM (17);crun=crun;runc=runc", pair, ";")
  for (n = 1; n <= words; n++) name[substr(pair[n], 1, index(pair[n], "=") - 1)] = substr(pair[n], index(pair[n], "=") + 1)
}

$1 ~ /^scale-/ {
  split($1, part, "-")
  median[part[2], part[3], $2] = $3
  seen[$2] = 1
  if (!(part[3] in beside)) { beside[part[3]] = 1; levels[++count] = part[3] + 0 }
}

$1 == "probe-cpu" { probed = 1; seen[$2] = 1; mean[$2] = $6; rounds = $7 }

function shown(x) { return sprintf(x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x) }

function row(what, verb, level,   n, line) {
  line = "| " what " | " level
  for (n = 1; n <= lanes; n++)
    if (lane[n] in seen) line = line " | " ((verb, level, lane[n]) in median ? shown(median[verb, level, lane[n]]) : "–")
  print line " |"
}

function most(verb,   n, i, x) {
  x = 0
  for (n = 1; n <= lanes; n++)
    for (i = 1; i <= count; i++)
      if ((verb, levels[i], lane[n]) in median && median[verb, levels[i], lane[n]] > x) x = median[verb, levels[i], lane[n]]
  return x
}

# A number that a scale may end with.
function rounded(x,   ten) {
  ten = 1
  while (ten * 10 <= x) ten *= 10
  while (ten > x) ten /= 10
  return x <= ten * 2 ? ten * 2 : x <= ten * 5 ? ten * 5 : ten * 10
}

function draw(n, left, top,   verb, end, i, j, x, y, points, high, wide) {
  verb = panel[n]; end = rounded(most(verb)); wide = 300; high = 170
  print "<text x=\"" left "\" y=\"" top - 12 "\" class=\"head\">" title[n] ", ms</text>" >picture
  for (i = 0; i <= 4; i++) {
    y = top + high - high * i / 4
    print "<line x1=\"" left "\" y1=\"" y "\" x2=\"" left + wide "\" y2=\"" y "\" class=\"grid\"/>" >picture
    print "<text x=\"" left - 6 "\" y=\"" y + 4 "\" text-anchor=\"end\">" end * i / 4 "</text>" >picture
  }
  for (i = 1; i <= count; i++) {
    x = left + wide * levels[i] / levels[count]
    if (levels[i] * 12 >= levels[count])
      print "<text x=\"" x "\" y=\"" top + high + 16 "\" text-anchor=\"middle\">" levels[i] "</text>" >picture
  }
  for (j = 1; j <= lanes; j++) {
    points = ""
    for (i = 1; i <= count; i++)
      if ((verb, levels[i], lane[j]) in median)
        points = points sprintf("%.1f,%.1f ", left + wide * levels[i] / levels[count], top + high - high * median[verb, levels[i], lane[j]] / end)
    if (points != "")
      print "<polyline points=\"" points "\" fill=\"none\" stroke=\"" colour[j] "\" stroke-width=\"2\"/>" >picture
  }
}

END {
  if (probed) {
    print "| " containers " containers, a probe a second in each, " rounds " seconds | processor time of a second, ms | : runc |"
    print "|---|---:|---:|"
    for (n = 1; n <= lanes; n++)
      if (lane[n] in mean) print "| " name[lane[n]] " | " shown(mean[lane[n]]) " | " sprintf("%.2f", mean[lane[n]] / mean["runc"]) " |"
    exit
  }
  for (n = 1; n < count; n++)
    for (i = n + 1; i <= count; i++)
      if (levels[i] < levels[n]) { x = levels[n]; levels[n] = levels[i]; levels[i] = x }
  line = "| | containers"; rule = "|---|---:"
  for (n = 1; n <= lanes; n++) if (lane[n] in seen) { line = line " | " name[lane[n]]; rule = rule "|---:" }
  print line " |"; print rule "|"
  for (n = 1; n <= panels; n++) for (i = 1; i <= count; i++) row(title[n] ", ms", panel[n], levels[i])
  for (i = 1; i <= count; i++) row("state, ms", "state", levels[i])
  for (i = 1; i <= count; i++) row("kill ID 0, ms", "kill", levels[i])
  for (i = 1; i <= count; i++) row("all up, ms", "up", levels[i])
  for (i = 1; i <= count; i++) row("all down, ms", "down", levels[i])
  for (i = 1; i <= count; i++) row("kept by the kernel and on tmpfs, kB each", "kb", levels[i])
  if (picture == "" || count < 2) exit
  printf "" >picture
  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 520\" role=\"img\" aria-labelledby=\"title\">" >picture
  print "<title id=\"title\">What a command costs beside other containers</title>" >picture
  print "<style>" >picture
  print "text { font: 11px system-ui, sans-serif; fill: #24292f } .head { font-weight: 600 } .grid { stroke: #d0d7de }" >picture
  print "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } }" >picture
  print "</style>" >picture
  for (n = 1; n <= panels; n++) draw(n, 50 + 370 * ((n - 1) % 2), 40 + 230 * int((n - 1) / 2))
  x = 50
  for (n = 1; n <= lanes; n++) {
    if (!(lane[n] in seen)) continue
    print "<line x1=\"" x "\" y1=\"500\" x2=\"" x + 20 "\" y2=\"500\" stroke=\"" colour[n] "\" stroke-width=\"2\"/>" >picture
    print "<text x=\"" x + 25 "\" y=\"504\">" name[lane[n]] "</text>" >picture
    x += 130
  }
  print "<text x=\"740\" y=\"504\" text-anchor=\"end\">containers beside it</text>" >picture
  print "</svg>" >picture
}
