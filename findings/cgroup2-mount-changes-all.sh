#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Linux 6.12 (6.12.117 of Debian 13): who mounts cgroup2 anew, in a place of its own and without options, takes the options
# of every mount of it that there is.
#
# cgroup2 is one file system however often it is mounted, and `nsdelegate` and `memory_recursiveprot`, which systemd mounts it
# with, are told of each mount. One more mount in a private mount namespace, as tools make it for themselves, says what the
# options of all are from then on: the host's too. In a cgroup namespace, as containers have it, it changes nothing.
# CRIU makes such a mount on each dump.
#
# Seen of the options of the first mount:
#   as it was mounted:                       nsdelegate,memory_recursiveprot
#   after a mount in a cgroup namespace:     nsdelegate,memory_recursiveprot
#   after a mount in a mount namespace:      none
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

cat >options.c <<'C'
static void show(void) {
  char line[4096];
  FILE *mounts = fopen("/proc/self/mounts", "r");
  while (fgets(line, sizeof line, mounts)) {
    if (strstr(line, " /first cgroup2 ")) {
      dprintf(3, "%s%s ", strstr(line, ",nsdelegate") ? "nsdelegate" : "",
              strstr(line, ",memory_recursiveprot") ? ",memory_recursiveprot" : "none");
    }
  }
  fclose(mounts);
}
static void mount_again(int namespaces) {
  if (fork() == 0) {
    unshare(namespaces);
    mount(0, "/", 0, MS_REC | MS_PRIVATE, 0);
    _exit(mount("none", "/second", "cgroup2", 0, 0) != 0);
  }
  int status = 0;
  wait(&status);
  dprintf(3, "%s: ", status == 0 ? "mounted" : "failed");
}
static void seen(void) {
  mkdir("/first", 0755);
  mkdir("/second", 0755);
  mount("none", "/first", "cgroup2", 0, "nsdelegate,memory_recursiveprot");
  show();
  mount_again(CLONE_NEWNS | CLONE_NEWCGROUP);
  show();
  mount_again(CLONE_NEWNS);
  show();
}
C
both=nsdelegate,memory_recursiveprot
expect "the options of the first mount" "$both mounted: $both mounted: none " "$(boot trixie <options.c)"
