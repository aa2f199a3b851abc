#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 and crun 1.8.1 (Debian 12): a key in the wrong case is a restriction for one and nothing for the other.
#
# The specification's key is `readonly`. runc reads with Go's encoding/json, which takes keys in any case, and the last of
# several; crun compares them exactly and reads past what it does not know. One config.json with "readOnly": true gives a
# root file system that cannot be written under runc, and one that can under crun, both without a word.
#
# Seen:
#   "readOnly": true:                       runc cannot write, crun writes
#   "readonly": false, "readOnly": true:    runc cannot write, crun writes
#   "readOnly": true, "readonly": false:    runc writes, crun writes
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

# How the runtime $1 takes the keys $3 beside the path, in that order; $2 is a name.
try() {
  bundle "$work/$2" '.root = {"path": "rootfs"}
    | .process.args = ["sh", "-c", "touch /new 2>/dev/null && echo writes || echo cannot write"]'
  (cd "$work/$2" && jq -c . config.json | sed "s/\"root\":{/&$3,/" >changed && mv changed config.json)
  "$1" --root "$work/state" run --bundle "$work/$2" "$2"
}

expect 'runc, "readOnly": true' "cannot write" "$(try runc r1 '"readOnly":true')"
expect 'crun, "readOnly": true' writes "$(try crun c1 '"readOnly":true')"
expect 'runc, the wrong case last' "cannot write" "$(try runc r2 '"readonly":false,"readOnly":true')"
expect 'crun, the wrong case last' writes "$(try crun c2 '"readonly":false,"readOnly":true')"
expect 'runc, the right case last' writes "$(try runc r3 '"readOnly":true,"readonly":false')"
expect 'crun, the right case last' writes "$(try crun c3 '"readOnly":true,"readonly":false')"
