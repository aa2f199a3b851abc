#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Linux 7.2 (7.2.13 of Debian sid; 6.1 of Debian 12 as ever): pivot_root(2) works where an initial ram disk is the root.
#
# pivot_root(2) says that the root cannot be pivoted there, runc and crun have `--no-pivot` for it, and what it leaves
# reachable is why nobody likes it. In 7.2 an empty file system that nobody can write to, nullfs, lies below everything,
# the ram disk is mounted on it, and can be moved and unmounted as any other. nullfs is not in /proc/filesystems: whoever
# wants to know has to try. Found where all that 7.2 gives was tried for docs/kernels.md.
#
# Seen of pivot_root and then umount2 of the old root, by the first process in a mount namespace of its own:
#   Linux 6.1:  Invalid argument
#   Linux 7.2:  done, done
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

cat >pivot.c <<'C'
static void seen(void) {
  unshare(CLONE_NEWNS);
  mount(0, "/", 0, MS_REC | MS_PRIVATE, 0);
  mkdir("/new", 0755);
  mount("none", "/new", "tmpfs", 0, 0);
  chdir("/new");
  int moved = syscall(SYS_pivot_root, ".", ".");
  dprintf(3, "%s", end(moved));
  if (moved == 0) {
    dprintf(3, ", %s", end(umount2(".", MNT_DETACH)));
  }
}
C
expect "with Debian 12's kernel" "Invalid argument" "$(boot bookworm <pivot.c)"
expect "with sid's kernel" "done, done" "$(boot sid <pivot.c)"
