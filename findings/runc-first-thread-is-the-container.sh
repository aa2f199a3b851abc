#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# runc 1.1.5 (Debian 12): a container whose program goes on is "stopped" once the program's first thread has ended.
#
# A process lives as long as any thread of it. Its first one may end before the others (pthread_exit in main; some language
# runtimes do it), and /proc then shows the process as a zombie while the others run. runc takes a zombie for the end:
# `state` says "stopped" with pid 0, `exec` and `kill` refuse, and the program works on. crun 1.8.1 says the same.
#
# Seen, of a program whose second thread writes a line each time it is asked to, through a FIFO:
#   runc state: stopped; crun state: stopped
#   the second thread answers after that
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"
deb runc 1.1.5+ds1-1+deb12u1
deb crun 1.8.1-1+deb12u1

cat >"$work/program.c" <<'C'
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
static void *second(void *unused) {
  char byte;
  int in = open("/asked", O_RDWR), out = open("/answered", O_RDWR);
  for (; read(in, &byte, 1) == 1;) write(out, "here\n", 5);
  return unused;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, second, 0);
  pthread_exit(0);
}
C

# The state that the runtime $2 tells of it.
try() {
  local id=$1 runtime=$2 b=$work/$1 pid status
  bundle "$b" '.process.args = ["/program"] | .root.readonly = false | del(.linux.seccomp)'
  cc -static -pthread -w -o "$b/rootfs/program" "$work/program.c"
  mkfifo "$b/rootfs/asked" "$b/rootfs/answered"
  exec 7<>"$b/rootfs/asked" 8<>"$b/rootfs/answered"
  "$runtime" --root "$work/state" run --detach --pid-file "$b/pid" --bundle "$b" "$id" </dev/null >/dev/null 2>&1
  pid=$(<"$b/pid")
  echo >&7
  read -r -t 10 -u 8 line
  # The second thread may be the quicker one.
  while ! grep -q '^State:.Z' "/proc/$pid/status"; do read -r -t 0.01 -u 8 _ || true; done
  status=$("$runtime" --root "$work/state" state "$id" | jq -r .status)
  echo >&7
  line=nobody
  read -r -t 10 -u 8 line || true
  kill -9 "$pid"
  echo "$status, and $line answers"
}

expect "runc" "stopped, and here answers" "$(try a runc)"
expect "crun" "stopped, and here answers" "$(try b crun)"
