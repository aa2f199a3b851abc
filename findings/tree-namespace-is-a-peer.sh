#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Linux 7.2 (7.2.13 of Debian sid): a mount namespace that has nothing but a tree of its own still mounts on the host.
#
# open_tree(OPEN_TREE_NAMESPACE) gives a namespace with one tree in the place of a copy of everything, and what is not in it
# is out of reach. But the copy of a shared mount is its peer, as after unshare(2) (unshare(1) makes it private first): what
# is mounted in there is mounted on the host as well. open_tree_attr(2), which is there to copy and to change in one call,
# does not take both. A way that works: copy it detached, change that, and make the namespace of the copy.
#
# Seen, of a tmpfs on a shared mount's directory:
#   mounted in the namespace: also on the host
#   the same with open_tree_attr and MS_PRIVATE: Invalid argument
#   of a detached copy that was made private: not on the host
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

expect "with sid's kernel" "also on the host; Invalid argument; not on the host" "$(boot sid <<'C'
#define OPEN_TREE 428
#define MOUNT_SETATTR 442
#define OPEN_TREE_ATTR 467
#define TREE_CLONE 1
#define TREE_NAMESPACE 2
static unsigned long long make_private[4] = {0, 0, MS_PRIVATE, 0};

/* In a child: enters the namespace and mounts on /tree/in, which is /in there. */
static const char *mounted_in(int namespace) {
  if (fork() == 0) {
    setns(namespace, CLONE_NEWNS);
    mount("none", "/in", "tmpfs", 0, 0);
    mkdir("/in/mark", 0755);
    /* It holds the namespace until it was looked. */
    sleep(2);
    _exit(0);
  }
  sleep(1);
  int there = access("/tree/in/mark", F_OK);
  wait(0);
  umount2("/tree/in", MNT_DETACH);
  return there == 0 ? "also on the host" : "not on the host";
}

static void seen(void) {
  mount(0, "/", 0, MS_REC | MS_SHARED, 0);
  mkdir("/tree", 0755);
  mount("none", "/tree", "tmpfs", 0, 0);
  mkdir("/tree/in", 0755);
  dprintf(3, "%s; ", mounted_in(syscall(OPEN_TREE, AT_FDCWD, "/tree", TREE_NAMESPACE)));
  dprintf(3, "%s; ", end(syscall(OPEN_TREE_ATTR, AT_FDCWD, "/tree", TREE_NAMESPACE, make_private, sizeof make_private)));
  int copy = syscall(OPEN_TREE, AT_FDCWD, "/tree", TREE_CLONE);
  syscall(MOUNT_SETATTR, copy, "", AT_EMPTY_PATH, make_private, sizeof make_private);
  dprintf(3, "%s", mounted_in(syscall(OPEN_TREE, copy, "", TREE_NAMESPACE | AT_EMPTY_PATH)));
}
C
)"
