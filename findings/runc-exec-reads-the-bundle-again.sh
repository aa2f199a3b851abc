#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 and crun 1.8.1 (Debian 12): an exec of runc's is what config.json says now, not what it said at create.
#
# runtime.md has no change of config.json after a create affect the container; one would expect that of the processes which
# are executed in it too. runc reads the bundle's file anew for each exec that has no document of its own: environment, user and
# working directory are those that stand there now, beside a container that has the old ones, and without the file
# there is no exec at all. crun has a copy of its own with the state.
#
# Seen, of an exec that tells a variable and its user, after both were changed in the bundle of a container that runs:
#   runc: the new ones, and an error once the file is gone
#   crun: the old ones, and so it stays once the file is gone
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

say() {
  # shellcheck disable=SC2016  # expanded in the container
  "$1" --root "$work/state" exec "$1" sh -c 'echo $A $(busybox id -u)' 2>"$work/errors" <"$work/empty" || echo fails
}
: >"$work/empty"
for runtime in runc crun; do
  b=$work/bundle-$runtime
  bundle "$b" '.process.args = ["sleep", "60"] | .process.env += ["A=old"]'
  "$runtime" --root "$work/state" run --detach --bundle "$b" "$runtime" <"$work/empty" >"$work/out" 2>&1
  expect "$runtime, before" "old 0" "$(say "$runtime")"
  jq '.process.env += ["A=new"] | .process.user.uid = 1000' "$b/config.json" >"$b/changed"
  mv "$b/changed" "$b/config.json"
  after=$(say "$runtime")
  rm "$b/config.json"
  gone=$(say "$runtime")
  "$runtime" --root "$work/state" delete --force "$runtime"
  if [ "$runtime" = runc ]; then
    expect "runc, after the change" "new 1000" "$after"
    expect "runc, without the file" fails "$gone"
  else
    expect "crun, after the change" "old 0" "$after"
    expect "crun, without the file" "old 0" "$gone"
  fi
done
