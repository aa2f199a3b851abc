#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# BusyBox 1.38.0 (Debian sid; 1.37.0 of Debian 13 not yet), CRIU 4.1.1 (Debian 13): a loop in a shell can be dumped most times,
# and now and then fails after ten seconds.
#
# BusyBox's shell makes the children of plain commands by vfork(2) from 1.38 on (dash has done so since 0.5.11), and waits in the
# kernel until the child has executed. CRIU stops children and parents alike, and who waits in vfork does not come to the place where
# it could stop while its child is stopped: CRIU gives up on it when its ten seconds are over. With a cgroup that is frozen
# it is the same. A command in parentheses is forked.
#
# Seen:
#   sh -c 'uname; true' makes its child by:                 fork with 1.37, vfork with 1.38
#   sh -c '(uname); true':                                  fork with both
#   dump of a process that waits for its child of vfork:    Unseizable non-zombie, state D
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

cat >how.c <<'C'
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv) {
  (void)argc;
  pid_t pid = fork();
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    execv(argv[1], argv + 1);
  }
  int status;
  waitpid(pid, &status, 0);
  ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL);
  ptrace(PTRACE_CONT, pid, 0, 0);
  waitpid(pid, &status, 0);
  puts(status >> 16 == PTRACE_EVENT_VFORK ? "vfork" : status >> 16 == PTRACE_EVENT_FORK ? "fork" : "none");
}
C
cat >waits.c <<'C'
#include <unistd.h>
int main(void) {
  if (vfork() == 0) {
    sleep(60);
    _exit(0);
  }
}
C
cc -static -O1 -w -o how how.c
cc -static -O1 -w -o waits waits.c

for suite in trixie sid; do
  busybox=$("$top/scripts/lab-image" --suite "$suite")/root/usr/bin/busybox
  expect "$("$busybox" 2>&1 | sed -n '1s/ (.*//p')" "$([ $suite = sid ] && echo vfork || echo fork), fork" \
    "$(./how "$busybox" sh -c 'uname >/dev/null; true'), $(./how "$busybox" sh -c '(uname >/dev/null); true')"
done

criu=$("$top/scripts/criu")/criu
setsid ./waits </dev/null >/dev/null 2>&1 &
pid=$!
sleep 1
mkdir images
"$criu" dump --tree "$pid" --images-dir images --log-file log --leave-running --manage-cgroups=ignore || true
expect "dump of a process that waits for its child" "Unseizable non-zombie, state D" \
  "$(sed -n 's/.*\(Unseizable non-zombie\) [0-9]* found\(, state D\),.*/\1\2/p' images/log | head -n 1)"
child=$(tr -d ' ' <"/proc/$pid/task/$pid/children")
kill -KILL "$child"
wait "$pid" 2>/dev/null || true
