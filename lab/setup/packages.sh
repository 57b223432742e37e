#!/usr/bin/env bash
# Installs with apt what the lab runs and is not there yet: QEMU with SPICE, spice-gtk's client, an X server for it, and
# what builds the lab's own programs; and libvirt. Needs root to install, and nothing where all is there.
set -euo pipefail

packages=(qemu-system-x86 qemu-system-gui spice-client-gtk xvfb iproute2 tcpdump tshark
  gcc libc6-dev pkg-config libspice-server-dev libglib2.0-dev
  libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu ansible-core)

exec bash "$(dirname "$0")/../../scripts/install-packages.sh" lab "${packages[@]}"
