#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Brings up N containers at once of each runtime, one runtime after the other, and takes them down again: under
# containerd (its shim for runc with another binary) and by the runtime alone, in the place of scripts/seclude, two
# clients at a time. Tells the time, the processor time of everything in that place, what the machine has in use for
# each container while all are up, and how often somebody who watches the mount table is woken. Prints a table.
#
#   many.sh TOP NATIVE MEMLOCK N
set -euo pipefail
top=$1 native=$2 memlock=$3 count=$4
place=/run/many
declare -A binary=([jrun]=$native/bin/jrun [crun]=/usr/bin/crun [runc]=/usr/sbin/runc)
lanes=(jrun crun runc)
mkdir -m 0700 "$place"
cd "$place"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset JRUN_CORE JRUN_SOCKET

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }
processor_ms() { awk '/^usage_usec/ { printf "%d", $2 / 1000 }' /sys/fs/cgroup/cpu.stat; }
cgroups() { awk '$1 == "nr_descendants" { print $2 }' /sys/fs/cgroup/cgroup.stat; }
# kB: what cannot be given to others, and of that what the kernel has and what lies in memory as files.
in_use() {
  awk '{ v[$1] = $2 } END {
    print v["MemTotal:"] - v["MemAvailable:"], v["Slab:"] + v["KernelStack:"] + v["PageTables:"] + v["Percpu:"], v["Shmem:"]
  }' /proc/meminfo
}

# Counts how often a poll of the mount table tells of a change, until it is ended; then writes the number.
watch_mounts() {
  perl -MIO::Poll -e '
    open my $table, "<", "/proc/self/mountinfo" or die; 1 while <$table>;
    my ($poll, $count) = (IO::Poll->new, 0);
    $SIG{TERM} = sub { print "$count\n"; exit };
    $poll->mask($table => POLLERR | POLLPRI);
    while (1) { $count++ if $poll->poll(60) > 0 }' >"$1" &
  watcher=$!
}

# How a container comes and all go: by a runtime alone, and under containerd.
# shellcheck disable=SC2317 # called by a name
alone_up() { seq "$count" | LD_PRELOAD=$memlock xargs -P 2 -I{} "${binary[$1]}" --root "$place/$1" run --detach --bundle bundle "$1-{}" >/dev/null 2>&1; }
# shellcheck disable=SC2317
alone_down() { seq "$count" | LD_PRELOAD=$memlock xargs -P 2 -I{} "${binary[$1]}" --root "$place/$1" delete --force "$1-{}"; }
# shellcheck disable=SC2317
alone_list() { LD_PRELOAD=$memlock "${binary[$1]}" --root "$place/$1" list; }
ctr=(ctr --address "$place/containerd.sock")
# shellcheck disable=SC2317
containerd_up() {
  seq "$count" | xargs -P 2 -I{} "${ctr[@]}" run --detach --runc-binary "${binary[$1]}" --cpu-shares 0 localhost/busybox:bench "$1-{}" sleep 100000
}
# shellcheck disable=SC2317
containerd_down() {
  seq "$count" | xargs -P 2 -I{} sh -c '"$@" task rm --force "$0" && "$@" container rm "$0"' "$1-{}" "${ctr[@]}" 2>/dev/null
}
# shellcheck disable=SC2317
containerd_list() { LD_PRELOAD=$memlock "${binary[$1]}" --root /run/containerd/runc/default list; }

measure() {
  local way=$1 lane=$2 from cpu up up_cpu list groups n least before after
  read -ra before < <(in_use)
  groups=$(cgroups)
  watch_mounts mounts
  from=$(now_ms) cpu=$(processor_ms)
  "${way}_up" "$lane"
  up=$(($(now_ms) - from)) up_cpu=$(($(processor_ms) - cpu))
  [ $(($(cgroups) - groups)) -eq "$count" ] || { echo "$way, $lane: not all are there" >&2; exit 1; }
  read -ra after < <(in_use)
  least=
  for n in 1 2 3 4 5 6 7; do
    from=${EPOCHREALTIME/./}
    [ "$("${way}_list" "$lane" | wc -l)" -eq $((count + 1)) ] || { echo "$way, $lane: list" >&2; exit 1; }
    n=$((${EPOCHREALTIME/./} - from))
    [ -n "$least" ] && [ "$least" -lt "$n" ] || least=$n
  done
  list=$least
  from=$(now_ms) cpu=$(processor_ms)
  "${way}_down" "$lane" >/dev/null
  for ((n = 0; n < 600; n++)); do
    [ "$(cgroups)" -gt "$groups" ] || break
    sleep 0.1
  done
  [ "$(cgroups)" -le "$groups" ] || { echo "$way, $lane: cgroups are left" >&2; exit 1; }
  printf '| %s, %s | %d | %d | %d | %d | %.1f |' "$way" "$lane" "$up" "$up_cpu" $(($(now_ms) - from)) $(($(processor_ms) - cpu)) \
    "$(awk -v us="$list" 'BEGIN { print us / 1000 }')"
  kill "$watcher"
  wait "$watcher" || true
  for n in 0 1 2; do printf ' %d |' $(((after[n] - before[n]) / count)); done
  printf ' %.1f |\n' "$(awk -v all="$(cat mounts)" -v n="$count" 'BEGIN { print all / n }')"
}

mkdir -p bundle/rootfs/{bin,dev,proc,sys}
cp "$(command -v busybox)" bundle/rootfs/bin/busybox
ln -s busybox bundle/rootfs/bin/sleep
"$native/bin/jrun" spec --bundle bundle
sed -i -e 's/"ociVersion": "[^"]*"/"ociVersion": "1.0.2"/' -e 's/"terminal": true/"terminal": false/' \
  -e 's/^\(\t*\)"sh"/\1"sleep", "100000"/' bundle/config.json

"$top/scripts/busybox-image" "$place/image" localhost/busybox:bench
printf 'version = 2\nroot = "%s/c"\nstate = "%s/s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "%s"\n' \
  "$place" "$place" "$place/containerd.sock" >config.toml
env -i PATH="$PATH" LD_PRELOAD="$memlock" containerd --config config.toml >daemon.log 2>&1 &
daemon=$!
for _ in {1..200}; do
  ! "${ctr[@]}" version >/dev/null 2>&1 || break
  sleep 0.1
done
"${ctr[@]}" images import image/image.tar >/dev/null
for lane in "${lanes[@]}"; do
  "${ctr[@]}" run --rm --runc-binary "${binary[$lane]}" --cpu-shares 0 localhost/busybox:bench once true
done

echo "$count containers at once; mount-table events, memory and files are for each container."
echo
echo "| | up, ms | its processor time, ms | down, ms | its processor time, ms | list, ms | memory, kB | the kernel's, kB | files, kB | events |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
for way in alone containerd; do
  for lane in "${lanes[@]}"; do measure "$way" "$lane"; done
done
kill "$daemon"
wait "$daemon" || true
