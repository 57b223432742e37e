#!/usr/bin/env bash
# Installs with apt the browser that the pages' tests drive, where it is not there yet. Needs root to install.
set -euo pipefail

packages=(chromium fonts-dejavu-core)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "site: all packages are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "site: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "site: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
