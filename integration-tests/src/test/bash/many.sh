#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Has a runtime keep N containers at once: creates, starts, lists, pauses, resumes, kills and deletes them, one command
# after the other. Prints one line: what each round took, in milliseconds for one container, and what memory one that
# runs takes, in KiB. Any command that fails ends it.
#
# usage: many.sh N BUNDLE RUNTIME...
set -euo pipefail
# Stored programs are part of what is measured.
unset JRUN_CORE
n=$1 bundle=$2
shift 2
runtime=("$@")
# See scripts/soak.
[[ $1 != */crun ]] || [ -z "${MEMLOCK:-}" ] || runtime=(env "LD_PRELOAD=$MEMLOCK" "$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }

# each WORD...: the runtime with these words for each container, whose id takes the place of "ID".
each() {
  local i word words
  for ((i = 0; i < n; i++)); do
    words=()
    for word in "$@"; do
      words+=("${word//ID/many$$-$i}")
    done
    "${runtime[@]}" "${words[@]}" </dev/null >/dev/null 2>"$work/error" ||
      { echo "${words[*]}: $(cat "$work/error")" >&2; exit 1; }
  done
}

# round NAME COMMAND...
round() {
  local name=$1 began=${EPOCHREALTIME/[.,]/}
  shift
  "$@"
  local took=$(((${EPOCHREALTIME/[.,]/} - began) / n))
  printf '%s %d.%02d  ' "$name" $((took / 1000)) $((took % 1000 / 10))
}

count() { "${runtime[@]}" list -q 2>/dev/null | grep -c "^many$$-" || true; }

expect() {
  local found
  found=$(count)
  [ "$found" -eq "$1" ] || { echo "$found containers are listed, not $1" >&2; exit 1; }
}

ended() {
  local file
  for file in "$work"/*.pid; do
    while [ -d "/proc/$(cat "$file")" ] && [ "$(awk '{ print $3 }' "/proc/$(cat "$file")/stat" 2>/dev/null)" != Z ]; do
      sleep 0.01
    done
  done
}

before=$(available)
round create each create --bundle "$bundle" --pid-file "$work/ID.pid" ID
round start each start ID
round list expect "$n"
memory=$(((before - $(available)) / n))
round pause each pause ID
round resume each resume ID
round kill each kill ID KILL
ended
round delete each delete ID
expect 0
echo "KiB $memory"
