#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bubblewrap 0.8.0, runc 1.1.5 and crun 1.8.1 (Debian 12): which mounts a read-only bind of a tree makes read-only.
#
# `bwrap --ro-bind` walks through all mounts below the source and makes each read-only. `rbind,ro` in config.json is
# about the topmost mount alone, as of mount(8): what is mounted below the source can be written through the container.
# (`rro` is the recursive one.) Who moves a sandbox from one to the other by its words loses that.
#
# Seen, with a tmpfs mounted at SOURCE/below:
#   bwrap --bind: both can be written
#   bwrap --ro-bind: the top cannot be written, below cannot
#   runc and crun, rbind,ro: the top cannot be written, below can
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1
deb bubblewrap 0.8.0-2+deb12u1

mkdir -p "$work/source/below"
mount -t tmpfs none "$work/source/below"
look='for at in /mnt /mnt/below; do rm -f $at/new 2>/dev/null; touch $at/new 2>/dev/null && echo can || echo cannot; done'

try() {
  bundle "$work/$1-b" '.process.args = ["sh", "-c", "'"$look"'"] | .mounts += [{"destination": "/mnt", "type": "bind",
    "source": "'"$work"'/source", "options": ["rbind", "ro"]}]'
  "$1" --root "$work/state" run --bundle "$work/$1-b" "c-$1" | xargs
}

expect runc "cannot can" "$(try runc)"
expect crun "cannot can" "$(try crun)"

sandboxed() {
  "$work/bubblewrap/usr/bin/bwrap" --ro-bind "$work/runc-b/rootfs" / --dev /dev "$1" "$work/source" /mnt sh -c "$look" | xargs
}
mkdir "$work/runc-b/rootfs/mnt" 2>/dev/null || true
expect "bwrap --bind" "can can" "$(sandboxed --bind)"
expect "bwrap --ro-bind" "cannot cannot" "$(sandboxed --ro-bind)"
