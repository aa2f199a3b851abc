#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Owns how checkpoint and restore are measured: in scripts/seclude, called by scripts/bench --only checkpoint with the tree,
# the distribution, the directory of CRIU, and the number of rounds. A process with 64 MB of memory that it has written to is
# dumped and restored, by each runtime in turn, in a new order each round; it tells itself how long it stood still when it was
# left running, as the longest time between two looks at the clock. The part that is the runtime's own is what the commands
# take with a program in CRIU's place that has nothing to do (integration-tests/src/test/c/criu.c). Debian's crun is built
# without CRIU. Prints tables.
set -euo pipefail
top=$1 dist=$2 criu=$3 rounds=$4
place=/run/bench
mkdir -m 0700 "$place" "$place/idle"
cd "$place"
cp "$top/integration-tests/target/criu" idle/criu
# As a host has it, without the shell that scripts/criu has in its place: runc starts it more often than jrun does.
root=$(dirname "$criu")/root
libraries=$(echo "$root"/usr/lib/*-linux-gnu*)
mkdir real
cat >launch.c <<C
#include <unistd.h>
int main(int argc, char **argv) {
    char *words[8] = {"criu", "--library-path", "$libraries", "$root/usr/sbin/criu"};
    for (int n = 1; n < argc && n < 4; n++) words[n + 3] = argv[n];
    execv("$(echo "$libraries"/ld-linux-*.so.*)", words);
    return 127;
}
C
cc -static -O2 launch.c -o real/criu
criu=$place/real
PATH=$criu:$PATH criu check >/dev/null 2>&1 # keeps what it finds out about the kernel in /run

mkdir -p bundle/rootfs/{bin,dev,proc,sys,gap} gap
cat >dirty.c <<'C'
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static volatile sig_atomic_t begin;
static void begins(int signal) { begin = signal; }
static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
int main(void) {
    size_t size = 64 << 20;
    char *memory = malloc(size);
    if (!memory) return 1;
    for (size_t n = 0; n < size; n += sizeof n) memcpy(memory + n, &n, sizeof n);
    if (write(3, "", 1) != 1) return 1;
    close(3);
    signal(SIGUSR1, begins);
    long last = now(), longest = 0;
    char text[32];
    for (;;) {
        nanosleep(&(struct timespec){0, 100000}, NULL);
        long here = now(), gap = here - last;
        last = here;
        if (!begin && gap <= longest) continue;
        longest = begin ? 0 : gap;
        begin = 0;
        int file = open("/gap/longest", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file < 0 || write(file, text, (size_t)sprintf(text, "%ld\n", longest)) < 0) return 1;
        close(file);
    }
}
C
cc -static -O2 dirty.c -o bundle/rootfs/bin/dirty
"$dist/bin/jrun" spec --bundle bundle
jq '.ociVersion = "1.0.2" | .process.terminal = false | .process.args = ["/bin/dirty"]
  | .mounts += [{destination: "/gap", type: "bind", source: "/run/bench/gap", options: ["bind"]}]' bundle/config.json >config.json
mv config.json bundle/config.json

setsid "$dist/bin/jrun" daemon --idle-timeout 0 --socket "$place/socket" </dev/null >daemon.log 2>&1 &
daemon=$!
for _ in {1..600}; do [ ! -S socket ] || break; sleep 0.1; done
declare -A lane=(
  [resident]="env JRUN_SOCKET=$place/socket $dist/bin/jrun --root $place/state/resident"
  [cold]="env JRUN_SOCKET=$place/nothing $dist/bin/jrun --root $place/state/cold"
  [runc]="env /usr/sbin/runc --root $place/state/runc"
)

# Runs a command and adds what it took, in microseconds, to a figure's samples.
sample() {
  local figure=$1 from
  shift
  from=${EPOCHREALTIME/./}
  "$@" </dev/null >/dev/null 2>errors || { echo "checkpoint.sh: $*: $(<errors)" >&2; exit 1; }
  echo $((${EPOCHREALTIME/./} - from)) >>"samples.$figure"
}
started() {
  mkfifo ready
  # Without a hurry: it is told when all of the memory is written to.
  # Open here too: what it says before anybody listens is not lost.
  exec 4<>ready
  rm ready
  $1 run --detach --preserve-fds 1 --bundle bundle "$2" </dev/null >/dev/null 2>&1 3<&4 4<&-
  head -c 1 <&4 >/dev/null
  exec 4<&-
}

for ((round = -1; round < rounds; round++)); do
  for name in $(shuf -e "${!lane[@]}"); do
    runtime=${lane[$name]} id=$name$((round + 1))
    rm -rf images work
    started "$runtime" "$id"
    keep=$name
    [ "$round" -ge 0 ] || keep=warm-up
    # shellcheck disable=SC2086 # words
    {
      PATH=$place/idle:$PATH sample "own.$keep" $runtime checkpoint --leave-running --image-path "$place/images" --work-path "$place/work" "$id"
      CRIU_RESTORES=1 PATH=$place/idle:$PATH sample "own-restore.$keep" $runtime restore --detach --bundle "$place/bundle" --image-path "$place/images" --work-path "$place/work" "${id}r"
      $runtime delete --force "${id}r" </dev/null
      rm -rf images work
      kill -USR1 "$($runtime state "$id" | jq .pid)"
      sleep 0.05
      PATH=$criu:$PATH sample "beside.$keep" $runtime checkpoint --leave-running --image-path "$place/images" --work-path "$place/work" "$id"
      sleep 0.05
      cat gap/longest >>"samples.still.$keep"
      rm -rf images work
      PATH=$criu:$PATH sample "checkpoint.$keep" $runtime checkpoint --image-path "$place/images" --work-path "$place/work" "$id"
      PATH=$criu:$PATH sample "restore.$keep" $runtime restore --detach --bundle "$place/bundle" --image-path "$place/images" --work-path "$place/work" "$id"
      $runtime delete --force "$id" </dev/null
    }
  done
done
kill "$daemon"
wait "$daemon" || true

median() { sort -n "samples.$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2000 }'; }
echo "| milliseconds, median of $rounds | jrun, resident | jrun, cold | runc | cold : runc |"
echo "|---|---:|---:|---:|---:|"
for figure in checkpoint restore beside still own own-restore; do
  awk -v what="$figure" -v a="$(median $figure.resident)" -v b="$(median $figure.cold)" -v c="$(median $figure.runc)" 'BEGIN {
    title["checkpoint"] = "checkpoint of 64 MB"; title["restore"] = "restore of it"
    title["beside"] = "checkpoint that leaves it running"; title["still"] = "how long it stood still then"
    title["own"] = "checkpoint with an idle CRIU: the own part"; title["own-restore"] = "restore with an idle CRIU: the own part"
    printf "| %s | %.1f | %.1f | %.1f | %.2f |\n", title[what], a, b, c, b / c }'
done
