# SPDX-License-Identifier: Apache-2.0
#
# Draws the driver's lines (figure, lane, median, ...) as bars: run, create and exec of jrun's native core, cold and warm,
# beside crun and runc. One SVG for light and dark pages.

BEGIN { FS = "\t" }

{ median[$1, $2] = $3 }

function text(x, y, class, words) { printf "  <text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class, words }

END {
  groups = split("run create exec", figure, " ")
  split("run true|create|exec true", title, "|")
  lanes = split("coldnative warmnative crun runc", lane, " ")
  split("jrun, nothing resident|jrun, warm core|crun|runc", name, "|")
  split("cold warm peer peer", class, " ")
  for (g = 1; g <= groups; g++)
    for (l = 1; l <= lanes; l++) if (median[figure[g], lane[l]] > most) most = median[figure[g], lane[l]]
  if (!most) exit 1
  left = 250; width = 400; bar = 16; step = 22; gap = 26
  height = 44 + groups * (lanes * step + gap)

  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 %d\" role=\"img\" aria-labelledby=\"title\">\n", height
  print "  <title id=\"title\">Milliseconds of run, create and exec: jrun, crun and runc</title>"
  print "  <style>"
  print "    text { font: 14px system-ui, sans-serif; fill: #24292f }"
  print "    .head { font-weight: 600 } .label { text-anchor: end } .note { font-size: 12px; fill: #57606a }"
  print "    .cold { fill: #1a7f37 } .warm { fill: #4ac26b } .peer { fill: #8c959f }"
  print "    @media (prefers-color-scheme: dark) {"
  print "      text { fill: #e6edf3 } .note { fill: #8d96a0 }"
  print "      .cold { fill: #3fb950 } .warm { fill: #7ee787 } .peer { fill: #6e7681 }"
  print "    }"
  print "  </style>"
  y = 20
  for (g = 1; g <= groups; g++) {
    text(20, y + bar - 3, "head", title[g])
    for (l = 1; l <= lanes; l++) {
      ms = median[figure[g], lane[l]]
      if (ms == "") continue
      text(left - 10, y + bar - 3, "label", name[l])
      printf "  <rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" class=\"%s\"/>\n", left, y, ms / most * width, bar, class[l]
      text(left + ms / most * width + 8, y + bar - 3, "value", sprintf("%.1f ms", ms))
      y += step
    }
    y += gap
  }
  text(20, y, "note", "Medians, interleaved, one machine: scripts/bench; docs/performance.md has the machine and all figures.")
  print "</svg>"
}
