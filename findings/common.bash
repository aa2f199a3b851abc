# SPDX-License-Identifier: Apache-2.0
#
# Owns what every finding needs: a place of its own (scripts/seclude), packages of one version each, a bundle of busybox.
# Sourced by the findings; nothing of jrun's runs here.
set -euo pipefail
top=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

if [ -z "${FINDING_INSIDE:-}" ]; then
  exec env FINDING_INSIDE=1 "$top/scripts/seclude" bash "$(readlink -f "$0")"
fi

# Private to this run, and gone with it.
work=$(mktemp -d)
chmod 755 "$work"
cd "$work"

# Unpacks Debian's package $1 of version $2 below $work/$1; what it links to is the machine's.
deb() {
  mkdir "$work/$1"
  (cd "$work" && apt-get download -qq "$1=$2" 2>/dev/null) || {
    echo "$1 $2 is not to be had: this finding is about Debian 12" >&2
    exit 2
  }
  dpkg-deb -x "$work/$1"_*.deb "$work/$1"
}

# crun raises RLIMIT_MEMLOCK for its device program, which newer kernels do not need and not every root may: here that
# call does nothing.
crun() {
  if [ ! -e "$work/memlock.so" ]; then
    cc -shared -fPIC -D_GNU_SOURCE -o "$work/memlock.so" "$top/integration-tests/src/bench/c/memlock.c"
  fi
  env LD_PRELOAD="$work/memlock.so" "$work/crun/usr/bin/crun" "$@"
}

runc() {
  "$work/runc/usr/sbin/runc" "$@"
}

# Makes a bundle of busybox in $1 whose config.json is that of `runc spec`, changed by the jq program $2.
bundle() {
  mkdir -p "$1/rootfs/bin"
  cp /bin/busybox "$1/rootfs/bin/"
  for each in sh cat rm echo grep sleep touch true env; do ln -s busybox "$1/rootfs/bin/$each"; done
  (cd "$1" && runc spec && jq ".process.terminal = false | $2" config.json >changed && mv changed config.json)
}

# Compares what was seen with what this page says; the first difference fails the run.
expect() {
  if [ "$2" != "$3" ]; then
    printf 'CHANGED: %s\n  expected: %s\n  seen:     %s\n' "$1" "$2" "$3"
    exit 1
  fi
  printf 'as before: %s: %s\n' "$1" "$3"
}

# Boots the kernel of the lab's machine of suite $1 with the program whose C is read from standard input as everything
# there is, in an initial ram disk; prints what it writes to descriptor 3. Its first process is the program, and ends it.
boot() {
  local image dir=$work/$1
  image=$("$top/scripts/lab-image" --suite "$1")
  mkdir -p "$dir/ram/dev" "$dir/ram/proc"
  {
    cat <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void seen(void);
__attribute__((unused)) static const char *end(int result) { return result < 0 ? strerror(errno) : "done"; }
int main(void) {
  mount("none", "/dev", "devtmpfs", 0, 0);
  mount("proc", "/proc", "proc", 0, 0);
  dup2(open("/dev/ttyS1", O_WRONLY), 3);
  seen();
  reboot(RB_POWER_OFF);
}
C
    cat
  } >"$dir/init.c"
  cc -static -O2 -Wall -Wextra -o "$dir/ram/init" "$dir/init.c"
  (cd "$dir/ram" && find . | busybox cpio --quiet -o -H newc) >"$dir/ram.img"
  timeout 120 qemu-system-x86_64 -machine q35 -accel tcg -cpu Nehalem -m 512 -nodefaults -display none -no-reboot \
    -kernel "$image/vmlinuz" -initrd "$dir/ram.img" -append "console=ttyS0 quiet panic=-1" \
    -serial "file:$dir/console" -serial "file:$dir/seen" </dev/null
  tr -d '\r' <"$dir/seen"
}
