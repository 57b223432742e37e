#!/usr/bin/env bash
# Runs the command of its arguments in a network of its own, with nothing but loopback; where that cannot be made, on
# the machine's loopback, and says so. CONGESTION names the congestion control there, which may need to be root.
set -euo pipefail

# The resolver gives spice-server no address, not even 127.0.0.1, where the only ones are 127.0.0.1 and ::1; so
# loopback has one more, of those that documentation may use (RFC 5737).
network='PATH=$PATH:/usr/sbin:/sbin
ip link set lo up && ip address add 192.0.2.1/32 dev lo && exec "$@"'
if [ -n "${CONGESTION:-}" ]; then
  network="echo $CONGESTION >/proc/sys/net/ipv4/tcp_congestion_control && $network"
fi

if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then exec unshare -n sh -c "$network" sh "$@"; fi
if unshare -rn true 2>/dev/null; then exec unshare -rn sh -c "$network" sh "$@"; fi
echo "lab: network namespaces cannot be made here, the machine's loopback is used" >&2
exec "$@"
