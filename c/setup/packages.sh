#!/usr/bin/env bash
# Installs with apt what the checks of the C validator use beside gcc and is not there yet. Needs root to install.
# With --all also what fuzzes it, builds a spice-server, and another machine's compiler.
set -euo pipefail

packages=(gcc g++ make libc6-dev gcc-12-multilib clang cppcheck libssl-dev)
if [ "${1:-}" = --all ]; then
  packages+=(libclang-rt-14-dev llvm lld afl++ qemu-user gcc-s390x-linux-gnu libc6-dev-s390x-cross
    meson ninja-build pkg-config libglib2.0-dev libpixman-1-dev libjpeg-dev zlib1g-dev liblz4-dev
    libopus-dev libsasl2-dev libcacard-dev libspice-protocol-dev liborc-0.4-dev python3-pyparsing python3-six)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "c: all packages are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "c: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "c: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
