#!/usr/bin/env bash
# Builds libspice-server of a version that Debian has (0.15.1, 0.15.2, 0.16.0) in .lab/spice-server/VERSION, from Debian's
# source: source/ and build/ are kept, and build/server holds the library, for LD_LIBRARY_PATH of a QEMU of Debian 12.
# Package hosts come from the machine's own apt sources. Where packages for the build are missing, root installs them.
# Run again, it does nothing; after a change of the source, `ninja -C build` does.
# Usage: spice-server.sh VERSION                 as it is
#        spice-server.sh VERSION NAME COMMAND... in VERSION-NAME, from a copy of the source that COMMAND SOURCE changes
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?the version of spice-server, such as 0.16.0}
name=${2:-}
shift $(($# < 2 ? $# : 2))
original=$PWD/.lab/spice-server/$version
target=$original${name:+-$name}
if [ -e "$target/build/server/libspice-server.so.1" ]; then
  echo "spice-server $version${name:+, $name,} is in ${target#"$PWD/"}"
  exit 0
fi

packages=(meson ninja-build pkg-config g++ dpkg-dev libglib2.0-dev libpixman-1-dev libssl-dev libjpeg-dev zlib1g-dev
  liblz4-dev libopus-dev libsasl2-dev libcacard-dev libspice-protocol-dev liborc-0.4-dev python3-pyparsing python3-six)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "spice-server: root has to run: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "spice-server: installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Puts the source into $original/source, and the newest headers of the protocol beside it: 0.16.0 needs newer ones than
# Debian 12 has.
download() {
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$original"

  # The archive that serves Debian 12 also serves the sources of what came after it.
  for kind in deb deb-src; do
    apt-get indextargets --format "$kind \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages'
  done | grep -E ' bookworm main$' | sort -u >"$work/bookworm.list"
  if ! [ -s "$work/bookworm.list" ]; then
    echo "spice-server: apt knows no archive of Debian 12 (bookworm) here" >&2
    exit 1
  fi
  for release in bookworm trixie sid; do sed "s/ bookworm main\$/ $release main/" "$work/bookworm.list"; done >"$work/sources.list"
  local private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=true)

  echo "spice-server: reading the lists of Debian's sources"
  apt-get "${private[@]}" -qq update
  local revision
  revision=$(apt-cache "${private[@]}" showsrc spice | sed -n "s/^Version: \($version-.*\)/\1/p" | sort -u | tail -n 1)
  if [ -z "$revision" ]; then
    echo "spice-server: no release of Debian's has spice $version" >&2
    exit 1
  fi
  echo "spice-server: downloading the source of $revision"
  (cd "$work" && apt-get "${private[@]}" -qq source "spice=$revision" >/dev/null)
  (cd "$work" && apt-get "${private[@]}" -qq download libspice-protocol-dev)
  dpkg -x "$work"/libspice-protocol-dev_*.deb "$original/protocol"
  sed -i "s|^prefix=.*|prefix=$original/protocol/usr|" "$original/protocol/usr/share/pkgconfig/spice-protocol.pc"
  mv "$work"/spice-*/ "$original/source"
}

[ -d "$original/source" ] || download
rm -rf "$target/build"
if [ -n "$name" ]; then
  rm -rf "$target"
  mkdir -p "$target"
  cp -r "$original/source" "$target/source"
  "$@" "$target/source"
fi
export PKG_CONFIG_PATH=$original/protocol/usr/share/pkgconfig

echo "spice-server: building $version${name:+, $name}"
meson setup "$target/build" "$target/source" --buildtype=debugoptimized -Dgstreamer=no -Dsmartcard=enabled \
  -Dtests=false -Dmanual=false >"$target/log" 2>&1 || { tail -n 20 "$target/log" >&2; exit 1; }
ninja -C "$target/build" >>"$target/log" 2>&1 || { tail -n 40 "$target/log" >&2; exit 1; }
echo "spice-server $version${name:+, $name,} is in ${target#"$PWD/"}"
