#!/usr/bin/env bash
# Installs with apt what the lab runs and is not there yet: QEMU with SPICE, spice-gtk's client, an X server for it, and
# what builds the lab's own programs; and libvirt. Needs root to install, and nothing where all is
# there.
set -euo pipefail

packages=(qemu-system-x86 qemu-system-gui spice-client-gtk xvfb iproute2 tcpdump tshark
  gcc libc6-dev pkg-config libspice-server-dev libglib2.0-dev
  libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: all are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "packages: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
