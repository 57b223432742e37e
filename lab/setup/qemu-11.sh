#!/usr/bin/env bash
# Puts the QEMU 11 of trixie-backports into .lab/qemu-11 with every library that it needs, down to the C library, because
# Debian 12's are older: nothing is installed. Package hosts come from the machine's own apt sources. Needs no root. Run
# again, it does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$PWD/.lab/qemu-11
if [ -x "$target/usr/bin/qemu-system-x86_64" ]; then
  echo "QEMU 11 is in .lab/qemu-11"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/packages" "$work/root"

# The archive that serves bookworm's main also serves trixie's and its backports.
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  grep -E ' bookworm main$' | sort -u >"$work/bookworm.list"
if ! [ -s "$work/bookworm.list" ]; then
  echo "qemu-11: apt knows no archive of Debian 12 (bookworm) here" >&2
  exit 1
fi
for suite in trixie trixie-backports; do sed "s/ bookworm main$/ $suite main/" "$work/bookworm.list"; done >"$work/sources.list"

# Where nothing is installed, apt picks everything.
touch "$work/status"

private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
  -o APT::Sandbox::User=root -o Debug::NoLocking=true)

echo "qemu-11: reading the package lists of trixie and trixie-backports"
apt-get "${private[@]}" -qq update
apt-get "${private[@]}" -y --print-uris --no-install-recommends -t trixie-backports install \
  qemu-system-x86 qemu-system-modules-spice | sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" >"$work/names"
echo "qemu-11: downloading $(wc -l <"$work/names") packages"
(cd "$work/packages" && xargs apt-get "${private[@]}" -qq -t trixie-backports download <"$work/names")
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/root"; done

mkdir -p .lab
rm -rf "$target"
mv "$work/root" "$target"
echo "QEMU 11 is in .lab/qemu-11"
