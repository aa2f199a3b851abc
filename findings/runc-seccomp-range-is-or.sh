#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 (Debian 12): two conditions on one argument of a system call are alternatives.
#
# config-linux.md says of seccomp `args` that all have to match. Between conditions on different arguments that is so.
# Of conditions on the same argument runc makes a rule each, and either is enough: a rule that should hit a range hits
# every number, and one that can never hold always does.
#
# Seen, with a rule that makes kill(2) fail, for `kill -0 $$` of the container's first process (kill(1, 0)):
#   argument 1 above 5 and argument 0 below 3: allowed
#   argument 1 above 5 and argument 1 below 3: refused
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1

# $1 is the argument of the second condition.
try() {
  bundle "$work/$1" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["kill"],
    "action": "SCMP_ACT_ERRNO", "args": [
      {"index": 1, "value": 5, "op": "SCMP_CMP_GT"},
      {"index": '"$1"', "value": 3, "op": "SCMP_CMP_LT"}]}]}
    | .process.args = ["sh", "-c", "kill -0 $$ 2>/dev/null && echo allowed || echo refused"]'
  runc --root "$work/state" run --bundle "$work/$1" "c$1"
}

expect "argument 1 above 5 and argument 0 below 3" allowed "$(try 0)"
expect "argument 1 above 5 and argument 1 below 3" refused "$(try 1)"
