#!/usr/bin/env bash
# Runs a libvirtd in the network and UTS namespaces that it is started in: SIDE (a or b) FOLDER.
set -euo pipefail

side=$1
folder=$2
declare -A addresses=([a]=198.51.100.1 [b]=198.51.100.2)
declare -A ids=([a]=11111111-2222-4333-8444-aaaaaaaaaaaa [b]=11111111-2222-4333-8444-bbbbbbbbbbbb)

ip link set lo up
until ip link show "v$side" >/dev/null 2>&1; do sleep 0.05; done
ip addr add "${addresses[$side]}/24" dev "v$side"
ip link set "v$side" up
hostname "$side.example"
exec bash lab/libvirt/libvirtd.sh "$folder" "${ids[$side]}"
