#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# crun 1.8.1 and runc 1.1.5 (Debian 12): what `rrelatime` of a bind does beside the times of access.
#
# config.md has `rrelatime` for `relatime` all the way down. With crun the mount is `nosymfollow` as well: a volume's
# files can be read, and its links cannot be followed (ELOOP). `rnoatime` and `rstrictatime`, which change as little, are
# EINVAL there. The plain words, without the first r, do what they say. (crun 1.28 does the same.)
#
# Seen, of a volume with a file and a link to it:
#   crun relatime: relatime; the link leads to the file
#   crun rrelatime: relatime,nosymfollow; the link leads nowhere
#   crun rnoatime: no container
#   runc relatime, rrelatime, rnoatime: the link leads to the file
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

mkdir "$work/volume"
echo found >"$work/volume/file"
ln -s file "$work/volume/link"
look='grep " /mnt " /proc/self/mountinfo | { read -r _ _ _ _ _ options _; echo $options; }; cat /mnt/link 2>/dev/null || echo lost'

try() {
  bundle "$work/$1-$2" '.process.args = ["sh", "-c", "'"${look//\"/\\\"}"'"] | .mounts += [{"destination": "/mnt",
    "type": "bind", "source": "'"$work"'/volume", "options": ["rbind", "'"$2"'"]}]'
  "$1" --root "$work/state" run --bundle "$work/$1-$2" "c-$1-$2" 2>/dev/null | xargs || true
}

expect "crun relatime" "rw,relatime found" "$(try crun relatime)"
expect "crun rrelatime" "rw,relatime,nosymfollow lost" "$(try crun rrelatime)"
expect "crun rnoatime" "" "$(try crun rnoatime)"
expect "runc relatime" "rw,relatime found" "$(try runc relatime)"
expect "runc rrelatime" "rw,relatime found" "$(try runc rrelatime)"
expect "runc rnoatime" "rw,noatime found" "$(try runc rnoatime)"
