# SPDX-License-Identifier: Apache-2.0
#
# Draws a trace of jrun's (Trace Event Format) as SVG: a row for each process, a box for each step as long as it took,
# hollow where it waited for another. Run by scripts/bench --only trace; the numbers are its input's.

def escaped: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;") | gsub("\""; "&quot;");
def shown: . * 100 | round | . / 100;

(.traceEvents | map(select(.ph == "X"))) as $steps
| (.traceEvents | map(select(.name == "thread_name")) | map({key: (.tid | tostring), value: .args.name}) | from_entries) as $rows
| ($steps | map(.ts + .dur) | max) as $whole
| 900 as $width | 60 as $left | 56 as $row
| (
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 980 \(70 + $row * ($rows | length))\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"The steps of a create, in time\">",
    "<style>.t{fill:#24292f}.w{fill:none;stroke:#8c959f;stroke-dasharray:3 2}.b1{fill:#54aeff}.b2{fill:#4ac26b}.b3{fill:#d4a72c}.b1,.b2,.b3{stroke:#fff;stroke-width:.6}@media(prefers-color-scheme:dark){.t{fill:#e6edf3}.b1,.b2,.b3{stroke:#0d1117}}</style>",
    ($rows | to_entries[] | "<text class=\"t\" x=\"4\" y=\"\(45 + $row * ((.key | tonumber) - 1))\">\(.value)</text>"),
    ($steps[]
      | ($left + .ts / $whole * $width) as $x
      | ([.dur / $whole * $width, 0.4] | max) as $w
      | (28 + $row * (.tid - 1)) as $y
      | "<rect class=\"\(if .cat == "wait" then "w" else "b\(.tid)" end)\" x=\"\($x | shown)\" y=\"\($y)\" width=\"\($w | shown)\" height=\"26\"><title>\(.name | escaped): \(.dur | shown) µs\(if .args.field then ", \(.args.field)" else "" end)</title></rect>"
        + (if $w > 7 * (.name | length) * 0.82 then "<text class=\"t\" x=\"\($x + 3 | shown)\" y=\"\($y + 17)\">\(.name | escaped)</text>" else "" end)),
    (range(0; ($whole / 500 | floor) + 1)
      | ($left + . * 500 / $whole * $width | shown) as $x
      | "<text class=\"t\" x=\"\($x)\" y=\"\(48 + $row * ($rows | length))\" text-anchor=\"middle\">\(. / 2)</text><path d=\"M\($x) 20V\(32 + $row * ($rows | length))\" stroke=\"#8c959f\" stroke-opacity=\".35\"/>"),
    "<text class=\"t\" x=\"\($left)\" y=\"14\">jrun create, milliseconds since the core began; hollow: waits for another</text>",
    "</svg>"
  )
