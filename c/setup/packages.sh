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

exec bash "$(dirname "$0")/../../scripts/install-packages.sh" c "${packages[@]}"
