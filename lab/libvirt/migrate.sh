#!/usr/bin/env bash
# Moves a machine between two libvirtds of Debian's, by `virsh migrate --live`, while a SPICE client follows it; says
# after each step how far it got, and what completion-order says of both ends' QMP. With a folder as its argument, it
# leaves that QMP there as libvirt.source.log and libvirt.target.log. Everything runs under TCG in namespaces that end
# with it: two networks with nothing but a cable between them, each with files of its own in libvirt's places. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "libvirt: root has to run this: libvirtd's files are in root's places" >&2
  exit 1
fi
if [ "${1:-}" != --inside ]; then
  bash lab/setup/packages.sh
  exec timeout --kill-after 10 300 unshare --net --pid --fork --kill-child --mount-proc bash "$0" --inside "$@"
fi

export PATH=$PATH:/usr/sbin:/sbin
target=${2:-}
work=$(mktemp -d /tmp/libvirt-XXXXXX)
trap 'rm -rf "$work"' EXIT
on() { printf 'qemu:///system?socket=%s/%s/run/libvirt-sock' "$work" "$1"; }
step() { echo "libvirt: $1"; }

daemons=()
for side in a b; do
  unshare --net --uts bash lab/libvirt/daemon.sh "$side" "$work/$side" >"$work/$side.out" 2>&1 &
  daemons+=($!)
done
sleep 1
ip link add va netns "${daemons[0]}" type veth peer name vb netns "${daemons[1]}"
for _ in $(seq 120); do
  if [ -S "$work/a/run/libvirt-sock" ] && [ -S "$work/b/run/libvirt-sock" ]; then break; fi
  sleep 0.5
done
if ! [ -S "$work/a/run/libvirt-sock" ] || ! [ -S "$work/b/run/libvirt-sock" ]; then
  tail -n 5 "$work/a.out" "$work/b.out" >&2
  exit 1
fi
step "both libvirtds are there"

timeout 60 virsh -q -c "$(on a)" create lab/libvirt/machine.xml
step "the machine runs on the source"

nsenter --net --target "${daemons[0]}" npx tsx lab/libvirt/follow.ts "$(on a)" "$(on b)"
timeout 20 virsh -q -c "$(on b)" domstate machine | grep -q running
step "the machine runs on the target"

for side in source:a target:b; do
  npx tsx lab/completion/from-libvirt.ts "$work/${side#*:}/libvirtd.log" >"$work/libvirt.${side%:*}.log"
done
npx tsx src/cli/main.ts completion-order "$work/libvirt.source.log" "$work/libvirt.target.log"
if [ -n "$target" ]; then cp "$work"/libvirt.{source,target}.log "$target"; fi
