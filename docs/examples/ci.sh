#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An example to copy: the steps of a pipeline, each in a container of its own, without a daemon and without root. A step
# has a limit of time and a log; its exit code is that of its program, or 124 if the time was up; the first one that fails
# ends the pipeline with that code, after its log was shown.
#
#   ROOTFS=DIR docs/examples/ci.sh       DIR is a root file system, as `docker export` gives it, unpacked
set -euo pipefail
: "${ROOTFS:?a directory with a root file system}" "${JRUN:=jrun}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bundle" "$work/workspace"
options=()
[ "$(id -u)" -eq 0 ] || options=(--rootless)
"$JRUN" spec "${options[@]}" --bundle "$work/bundle"

# step NAME SECONDS COMMAND: the command in a shell, with the workspace at /workspace and nothing else to write to.
step() {
  local name=$1 seconds=$2 command=$3 id=ci-$1-$$ code=0
  jq --arg rootfs "$ROOTFS" --arg workspace "$work/workspace" --arg command "$command" '
    .root = {path: $rootfs, readonly: true}
    | .process.terminal = false
    | .process.args = ["sh", "-euc", $command]
    | .process.cwd = "/workspace"
    | .mounts += [{destination: "/workspace", type: "bind", source: $workspace, options: ["bind", "rw"]}]
  ' "$work/bundle/config.json" >"$work/config.json"
  mkdir -p "$work/$name"
  mv "$work/config.json" "$work/$name/config.json"

  # jrun passes the signal on to the container's program; what does not end by it is killed five seconds later.
  timeout --kill-after 5 "$seconds" "$JRUN" --root "$work/state" run --bundle "$work/$name" "$id" \
    </dev/null >"$work/$name/log" 2>&1 || code=$?
  "$JRUN" --root "$work/state" delete --force "$id"
  if [ "$code" -ne 0 ]; then
    echo "step $name: exit code $code"
    sed 's/^/  /' "$work/$name/log"
    exit "$code"
  fi
  echo "step $name: passed"
}

step build 60 'echo "echo hello" >program; chmod +x program'
step test 10 'test "$(sh program)" = hello'
step "${STEP:-finish}" 2 "${COMMAND:-true}"
