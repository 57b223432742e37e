#!/usr/bin/env bash
# install-packages.sh NAME PACKAGE...: installs with apt those of Debian's packages that are not there yet, and says what it
# does under the name. Needs root to install, and nothing where all of them are there.
set -euo pipefail
name=$1
shift

missing=()
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "$name: all packages are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "$name: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "$name: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
