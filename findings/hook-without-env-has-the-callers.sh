#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 and crun 1.8.1 (Debian 12): a hook without `env` has whatever the runtime was called with.
#
# config.md gives a hook's `env` the semantics of environ, and says nothing of its absence; one would expect that nothing is
# in it, as nothing of the caller is in the container's own environment. Both runtimes hand on all they have themselves,
# secrets of an engine's among it. Only an empty list means an empty environment, though most writers of Go leave out
# lists that are empty.
#
# Seen, of a createRuntime hook that looks for a variable of the caller, of runc and crun alike:
#   no env:      the caller's is there
#   "env": []:   it is not
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

try() {
  local id=$1 runtime=$2 b=$work/$1
  bundle "$b" '.process.args = ["true"] | .hooks.createRuntime = [{"path": "/bin/sh",
    "args": ["sh", "-c", "echo ${CALLER-none} >'"$b"'/seen"]'"$3"'}]'
  export CALLER=callers
  "$runtime" --root "$work/state" run --bundle "$b" "$id" >&2 </dev/null
  cat "$b/seen"
}
for runtime in runc crun; do
  expect "$runtime, no env" callers "$(try "$runtime-absent" "$runtime" '')"
  expect "$runtime, an empty env" none "$(try "$runtime-empty" "$runtime" ', "env": []')"
done
