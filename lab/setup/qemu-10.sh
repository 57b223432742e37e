#!/usr/bin/env bash
# Puts the QEMU 10 of bookworm-backports into .lab/qemu-10, beside whatever the machine has: nothing is installed.
# Package hosts come from the machine's own apt sources. Needs Debian 12 and no root. Run again, it does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$PWD/.lab/qemu-10
if [ -x "$target/usr/bin/qemu-system-x86_64" ]; then
  echo "QEMU 10 is in .lab/qemu-10"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/packages" "$work/root"

# The archive that serves bookworm's main also serves its backports.
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  grep -E ' bookworm(-updates|-security)? main$' | sort -u >"$work/sources.list"
sed -n 's/ bookworm main$/ bookworm-backports main/p' "$work/sources.list" >"$work/backports.list"
if ! [ -s "$work/backports.list" ]; then
  echo "qemu-10: apt knows no archive of Debian 12 (bookworm) here" >&2
  exit 1
fi
cat "$work/backports.list" >>"$work/sources.list"

# A status without the installed QEMU: apt then picks every part of it from backports.
awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: qemu-/' /var/lib/dpkg/status >"$work/status"

private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
  -o APT::Sandbox::User=root -o Debug::NoLocking=true)

echo "qemu-10: reading the package lists of bookworm-backports"
apt-get "${private[@]}" -qq update
apt-get "${private[@]}" -y --print-uris --no-install-recommends -t bookworm-backports install \
  qemu-system-x86 qemu-system-modules-spice | sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" >"$work/names"
echo "qemu-10: downloading $(wc -l <"$work/names") packages"
(cd "$work/packages" && xargs apt-get "${private[@]}" -qq -t bookworm-backports download <"$work/names")
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/root"; done

mkdir -p .lab
rm -rf "$target"
mv "$work/root" "$target"
echo "QEMU 10 is in .lab/qemu-10"
