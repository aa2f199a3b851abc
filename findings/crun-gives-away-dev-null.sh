#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# crun 1.8.1 (Debian 12; 1.21 of Debian 13 is the same): a container whose root is another user of the host becomes the
# owner of the host's /dev/null.
#
# So that a container's user may open what it was given for standard streams (/proc/self/fd/1), runtimes make it the owner
# of them. The standard input of a detached container is the host's /dev/null, whoever the engine: crun makes no exception
# of it, runc does. Its mode stays, so that nothing fails; who looks after files of the host's (AIDE, a test) is told.
# Found where the residue check of a test of Podman's with --userns=auto said that the host's /dev/null had changed.
#
# Seen of a /dev/null of this script's own, after a container whose root is the host's 100000:
#   runc 1.1.5: 0:0
#   crun 1.8.1: 100000:100000
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

# The machine's is left alone.
mknod -m 666 "$work/null" c 1 3
mount --bind "$work/null" /dev/null

bundle "$work/b" '.linux.namespaces += [{"type": "user"}]
  | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 1000}]
  | .linux.gidMappings = .linux.uidMappings
  | .process.args = ["true"]'
chown -R 100000:100000 "$work/b/rootfs"
chmod 755 "$work" "$work/b"

runc --root "$work/state" run --bundle "$work/b" a </dev/null
expect "after runc" "0:0" "$(stat -c %u:%g /dev/null)"
crun --root "$work/state" run --bundle "$work/b" b </dev/null
expect "after crun" "100000:100000" "$(stat -c %u:%g /dev/null)"
