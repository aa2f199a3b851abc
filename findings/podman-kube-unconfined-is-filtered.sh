#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Podman 5.4.2 (Debian 13; 5.8.6 of sid alike): `kube play` passes over `seccompProfile: {type: Unconfined}`, of a pod and of a
# container.
#
# In Kubernetes such a container has no filter of system calls. Here it has the default one, as with RuntimeDefault, whichever
# runtime it is; `podman run --security-opt seccomp=unconfined` gives none.
# Found by a flow that expected none, and failed with runc, crun and jrun.
#
# Seen in /proc/self/status:
#   kube play, RuntimeDefault:               Seccomp: 2
#   kube play, Unconfined:                   Seccomp: 2
#   run --security-opt=seccomp=unconfined:   Seccomp: 0
set -euo pipefail
top=$(dirname "$(dirname "$(readlink -f "$0")")")
if [ -z "${FINDING_INSIDE:-}" ]; then
  image=$("$top/scripts/lab-image" --suite trixie)
  exec env FINDING_INSIDE=1 "$top/scripts/seclude" --root "$image/root" bash "$(readlink -f "$0")"
fi
# shellcheck source=common.bash
source "$top/findings/common.bash"

# What a machine of tests lacks: networks, controllers, CAP_SYS_RESOURCE.
cat >containers.conf <<'EOF'
[containers]
netns = "none"
pids_limit = 0
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
EOF
export CONTAINERS_CONF=$work/containers.conf HOME=$work
mkdir storage run
podman() {
  command podman --root="$work/storage" --runroot="$work/run" --storage-driver=vfs --tmpdir="$work/tmp" \
    --cgroup-manager=cgroupfs --events-backend=none --network-backend=netavark --runtime=/usr/sbin/runc "$@"
}
mkdir -p root/bin
cp /bin/busybox root/bin
for each in sh sleep grep; do ln -s busybox "root/bin/$each"; done
tar -C root -c . | podman import - localhost/busybox:latest >/dev/null 2>&1

# The state of a container's filter, whose pod and itself are to have a profile of type $1: 0 is none, 2 is one.
filter_of() {
  cat >pod.yaml <<EOF
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  securityContext: {seccompProfile: {type: $1}}
  containers:
  - name: one
    image: localhost/busybox:latest
    imagePullPolicy: Never
    command: [sleep, "1000"]
    securityContext: {seccompProfile: {type: $1}}
EOF
  podman kube play --network=none --quiet pod.yaml >/dev/null
  podman exec pod-one grep -o 'Seccomp:.*' /proc/self/status
  podman pod rm --force --time=0 pod >/dev/null
}

expect "kube play, RuntimeDefault" $'Seccomp:\t2' "$(filter_of RuntimeDefault)"
expect "kube play, Unconfined" $'Seccomp:\t2' "$(filter_of Unconfined)"
expect "run --security-opt seccomp=unconfined" $'Seccomp:\t0' \
  "$(podman run --rm --security-opt=seccomp=unconfined localhost/busybox:latest grep -o 'Seccomp:.*' /proc/self/status)"
