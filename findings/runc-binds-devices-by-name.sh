#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 (Debian 12; 1.1.15 of Debian 13 is the same): in a container with a user namespace a device is the host's file
# of that name, whatever numbers the configuration has.
#
# config.md's devices have a path in the container, a type and numbers, and no path of the host's. Nobody may make a
# device in a user namespace, so runc binds one, and takes the path for the host's as well: a device that the host does not
# have under that name is an error (`docker run --device /dev/full:/dev/other` with userns-remap), and one that it has
# under that name with other numbers is silently that one. Without a user namespace the numbers count.
# Found where a flow of Docker's with userns-remap failed with the suite's own runc.
#
# Seen of a device 1:7 (/dev/full) at a path where the host has 1:5 (/dev/zero), and at one where it has nothing:
#   runc 1.1.5: 1:5; an error
#   crun 1.8.1: 1:7; 1:7
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

mknod -m 666 "$work/node" c 1 5
container() {
  rm -rf "$work/b"
  bundle "$work/b" '.linux.namespaces += [{"type": "user"}]
    | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 1000}]
    | .linux.gidMappings = .linux.uidMappings
    | .linux.devices = [{"path": "'"$1"'", "type": "c", "major": 1, "minor": 7}]
    | .root.readonly = false
    | .process.args = ["busybox", "stat", "-c", "%t:%T", "'"$1"'"]'
  chown -R 100000:100000 "$work/b/rootfs"
  chmod 755 "$work" "$work/b"
}

# A /dev/null of this script's own: standard streams change their owner.
mknod -m 666 "$work/null" c 1 3
mount --bind "$work/null" /dev/null
seen() {
  container "$2"
  "$1" --root "$work/state" run --bundle "$work/b" a </dev/null 2>"$work/said" || echo an error
}
expect "runc, another device of that name" "1:5" "$(seen runc "$work/node")"
expect "runc, no device of that name" "an error" "$(seen runc "$work/nothing")"
expect "crun, another device of that name" "1:7" "$(seen crun "$work/node")"
expect "crun, no device of that name" "1:7" "$(seen crun "$work/nothing")"
