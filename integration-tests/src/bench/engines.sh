#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures runtimes under containerd and under Docker Engine, in the place of scripts/seclude: by the clock, from the
# client's start to its end, interleaved; processor time of everything in that place (client, daemon, shim, runtime,
# warm core, container), by its cgroup; memory of what stays for a container. Prints two tables.
#
#   engines.sh TOP DIST NATIVE MEMLOCK ROUNDS [FILE]
#
# The tree, a distribution of jrun for a JVM, one with a native core or -, the library that crun needs. With a file only
# runs under containerd, with nothing resident, are measured, and a line for each lane is added to it, as the driver's.
set -euo pipefail
top=$1 dist=$2 native=$3 memlock=$4 rounds=$5 file=${6:-}
place=/run/engines
probes=100 containers=10
lanes=(warm cold runc crun)
[ "$native" = - ] || lanes=(native "${lanes[@]}")
[ -z "$file" ] || lanes=(native runc crun)
mkdir -m 0700 "$place"
cd "$place"
"$top/scripts/busybox-image" "$place/image" localhost/busybox:bench

# The socket of a warm core is in the daemons' environment; this one passes it over. A shell's start more is nothing
# beside a JVM's.
printf '#!/bin/sh\nJRUN_SOCKET=/nonexistent exec %s "$@"\n' "$dist/bin/jrun" >cold
chmod +x cold
sed "s|$dist|$native|" cold >native
chmod +x native
declare -A binary=([native]=$place/native [warm]=$dist/bin/jrun [cold]=$place/cold [runc]=/usr/sbin/runc [crun]=/usr/bin/crun)
core=
if [ -z "$file" ]; then
  setsid "$dist/bin/jrun" daemon --idle-timeout 0 --socket "$place/core/socket" </dev/null >core.log 2>&1 &
  core=$!
  for _ in {1..600}; do
    [ ! -S core/socket ] || break
    sleep 0.1
  done
  # It answers once it has been trained.
  JRUN_SOCKET=$place/core/socket "$dist/bin/jrun" --version >/dev/null
fi

daemon() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin ${core:+JRUN_SOCKET="$place/core/socket"} LD_PRELOAD="$memlock" "$@" >>daemon.log 2>&1 &
  daemon=$!
  for _ in {1..200}; do
    client version >/dev/null 2>&1 && return
    sleep 0.1
  done
  tail daemon.log >&2
  exit 1
}

# An engine is functions: a run that ends, a container that lasts, a probe of it, its end. shellcheck does not see
# who calls them.
# shellcheck disable=SC2317
use_containerd() {
  client() { ctr --address "$place/containerd.sock" "$@"; }
  run_true() { client run --rm --runc-binary "${binary[$1]}" --cpu-shares 0 localhost/busybox:bench once true; }
  begin() { client run --detach --runc-binary "${binary[$1]}" --cpu-shares 0 localhost/busybox:bench "$2" sleep 10000; }
  probe() { client task exec --exec-id probe "$1" true; }
  end() {
    client task kill --signal 9 "$1"
    until client task ls | grep -q "^$1 .*STOPPED"; do sleep 0.05; done
    client task rm "$1" 2>/dev/null || true
    client container rm "$1"
  }
  printf 'version = 2\nroot = "%s/c"\nstate = "%s/s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "%s"\n' \
    "$place" "$place" "$place/containerd.sock" >config.toml
  daemon containerd --config config.toml
  client images import image/image.tar >/dev/null
}
# shellcheck disable=SC2317
use_docker() {
  # crun 1.8.1 takes Docker's "nothing was asked" for a wish, and wants a controller for it.
  grep -qw io /sys/fs/cgroup/cgroup.controllers || lanes=(warm cold runc)
  client() { DOCKER_HOST=unix://$place/docker.sock DOCKER_CONFIG=$place/client /usr/bin/docker "$@"; }
  run_true() { client run --rm --network none --runtime "bench-$1" busybox true; }
  begin() { client run --detach --network none --runtime "bench-$1" --name "$2" busybox sleep 10000 >/dev/null; }
  probe() { client exec "$1" true; }
  end() { client rm --force "$1" >/dev/null; }
  local name runtimes=()
  for name in "${lanes[@]}"; do
    runtimes+=(--add-runtime "bench-$name=${binary[$name]}")
  done
  daemon unshare -n dockerd --host "unix://$place/docker.sock" --pidfile "$place/docker.pid" --data-root "$place/data" \
    --exec-root "$place/exec" --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    "${runtimes[@]}"
  client import --change 'ENV PATH=/bin' image/layer.tar busybox >/dev/null
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%.0f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 / 1000 }'; }
processor() { awk '/^usage_usec/ { print $2 }' /sys/fs/cgroup/cpu.stat; }
# Of the shims of this engine's containers and of what runs in them, in kB.
memory() {
  local pid sum=0 each
  for pid in $(pgrep -x containerd-shim) $(pgrep -x sleep); do
    each=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || true)
    sum=$((sum + ${each:-0}))
  done
  echo "$sum"
}
timed() {
  local file=$1 before=${EPOCHREALTIME/./}
  shift
  "$@" >/dev/null
  echo $((${EPOCHREALTIME/./} - before)) >>"$file"
}
row() {
  local name=$1 lane
  shift
  printf '| %s |' "$name"
  for lane in "${lanes[@]}"; do printf ' %s |' "$("$@" "$lane")"; done
  echo
}

measure() {
  local engine=$1 lane i before
  mkdir "$engine"
  "use_$engine"
  for lane in "${lanes[@]}"; do run_true "$lane" >/dev/null; done
  for ((i = 0; i < rounds; i++)); do
    for lane in $(printf '%s\n' "${lanes[@]}" | shuf); do timed "$engine/run.$lane" run_true "$lane"; done
  done
  # One that is there all along has what all shims share.
  begin runc other
  for lane in "${lanes[@]}"; do
    before=$(memory)
    for ((i = 0; i < containers; i++)); do begin "$lane" "$lane-$i"; done
    echo $((($(memory) - before) / containers)) >"$engine/memory.$lane"
    for ((i = 1; i < containers; i++)); do end "$lane-$i"; done
  done
  for ((i = 0; i < rounds; i++)); do
    for lane in $(printf '%s\n' "${lanes[@]}" | shuf); do timed "$engine/exec.$lane" probe "$lane-0"; done
  done
  for lane in "${lanes[@]}"; do
    before=$(processor)
    for ((i = 0; i < probes; i++)); do probe "$lane-0"; done
    echo $((($(processor) - before) / 1000)) >"$engine/cpu.$lane"
    end "$lane-0"
  done
  end other
  kill "$daemon"
  wait "$daemon" || true
  echo
  titled() { echo "$1" | sed -E 's/^(warm|cold)/jrun \1/'; }
  row "$engine" titled
  echo "|---$(printf '|---:%.0s' "${lanes[@]}")|"
  of() { median "$engine/$1.$2"; }
  row "run true, ms" of run
  row "exec true, ms" of exec
  only() { cat "$engine/$1.$2"; }
  row "processor time of $probes execs, ms" only cpu
  row "memory of a container and its shim, kB (Pss)" only memory
}

# Runs alone: figure, lane, median, quartiles, mean, samples.
only_runs() {
  local lane i
  mkdir ctr
  use_containerd
  for lane in "${lanes[@]}"; do run_true "$lane" >/dev/null; done
  for ((i = 0; i < rounds; i++)); do
    for lane in $(printf '%s\n' "${lanes[@]}" | shuf); do timed "ctr/$lane" run_true "$lane"; done
  done
  for lane in "${lanes[@]}"; do
    sort -n "ctr/$lane" | awk -v lane="${lane/#native/coldnative}" -v OFS='\t' '
      { v[NR] = $1 / 1000; sum += v[NR] }
      END { print "ctr", lane, v[int((NR + 1) / 2)], v[int((NR + 3) / 4)], v[int((3 * NR + 3) / 4)], sum / NR, NR }'
  done >>"$file"
  kill "$daemon"
  wait "$daemon" || true
}

if [ -n "$file" ]; then
  binary[native]=$native/bin/jrun # no daemon has told of a socket here
  only_runs
  exit
fi
measure containerd
measure docker
kill "$core"
wait "$core" || true
