#!/usr/bin/env bash
# Installs with apt the shells and the man pages' reader that the tests of the command line ask, where they are not there yet.
set -euo pipefail

packages=(zsh fish man-db groff-base)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "tests: all packages are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "tests: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "tests: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
