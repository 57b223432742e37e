#!/usr/bin/env bash
# Installs with apt the tshark that the tests of emitted dissectors run, where it is not there yet. Needs root to install.
set -euo pipefail

if command -v tshark >/dev/null; then
  echo "tshark: installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "tshark: root has to run: apt-get install --no-install-recommends tshark" >&2
  exit 1
fi

echo "tshark: installing it"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install tshark >/dev/null
