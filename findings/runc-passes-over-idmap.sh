#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 (Debian 12; 1.1.15 of Debian 13 is the same): a mount that asks for its ids to be mapped is mounted unmapped.
#
# config.md has `idmap` among the options of mounts: without mappings of the mount's own those of the container's user
# namespace count. runc 1.1 does not know the word, takes it for data of the file system, and a bind mount has none: no
# error, and in the container the files of the volume (Podman's `--volume SRC:DST:idmap`) are nobody's.
# Found where a flow of Podman's failed with the suite's own runc and passed with its crun.
#
# Seen of a file of root's, bound with `idmap` into a container whose root is the host's 100000:
#   runc 1.1.5: 65534, exit code 0
#   crun 1.8.1: 0
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

mkdir "$work/volume"
: >"$work/volume/file"
bundle "$work/b" '.linux.namespaces += [{"type": "user"}]
  | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 1000}]
  | .linux.gidMappings = .linux.uidMappings
  | .mounts += [{"destination": "/volume", "type": "bind", "source": "'"$work/volume"'", "options": ["bind", "idmap"]}]
  | .process.args = ["busybox", "stat", "-c", "%u", "/volume/file"]'
chown -R 100000:100000 "$work/b/rootfs"
chmod 755 "$work" "$work/b"

expect "with runc" "65534 0" "$(echo $(runc --root "$work/state" run --bundle "$work/b" a; echo $?))"
expect "with crun" "0 0" "$(echo $(crun --root "$work/state" run --bundle "$work/b" b; echo $?))"
