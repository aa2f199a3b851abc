#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# shadow 4.20 (libsubid of Debian sid; not 4.17 of Debian 13): ids in /etc/subuid of a name that is no user are not found.
#
# Podman's `--userns=auto` takes ids from the ranges of "containers" in /etc/subuid and /etc/subgid, and the lines were enough:
# no user had to have the name. libsubid looks for the user first now, and Podman says that there are no ranges for
# "containers" in /etc/subuid, where they are. A user by the name helps.
# Found by a test of `--userns=auto` that passed with Debian 13's Podman and failed with sid's.
#
# Seen of getsubids(1), which asks as Podman does:
#   shadow 4.17:                     0: containers 200000 65536
#   shadow 4.20:                     Error fetching ranges
#   shadow 4.20 with a user by name: 0: containers 200000 65536
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

# The lab's root file system of suite $1, below memory; then what getsubids says there.
asked() {
  local image at=$work/$1
  image=$("$top/scripts/lab-image" --suite "$1")
  if [ ! -e "$at" ]; then
    mkdir "$at"
    mount -t tmpfs none "$at"
    mkdir "$at"/{upper,work,root}
    mount -t overlay -o "lowerdir=$image/root,upperdir=$at/upper,workdir=$at/work" none "$at/root"
    echo containers:200000:65536 >"$at/root/etc/subuid"
  fi
  chroot "$at/root" getsubids containers 2>&1 || true
}

range="0: containers 200000 65536"
expect "with Debian 13's" "$range" "$(asked trixie)"
expect "with sid's" "Error fetching ranges" "$(asked sid)"
echo "containers:x:999:999::/:/usr/sbin/nologin" >>"$work/sid/root/etc/passwd"
expect "with sid's, and a user" "$range" "$(asked sid)"
