#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Creates, starts and deletes N containers, one after the other. Any command that fails ends it.
#
# usage: cycles.sh N BUNDLE RUNTIME...
set -euo pipefail
# Stored programs are part of it.
unset JRUN_CORE
n=$1 bundle=$2
shift 2
for ((i = 0; i < n; i++)); do
  "$@" create --bundle "$bundle" "cycle$$-$i" </dev/null >/dev/null
  "$@" start "cycle$$-$i"
  "$@" delete --force "cycle$$-$i"
done
