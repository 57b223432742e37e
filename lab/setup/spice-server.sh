#!/usr/bin/env bash
# Builds libspice-server of the version that is its argument (0.15.1, 0.15.2, 0.16.0, or what else Debian has) from
# Debian's source in .lab/spice-server/VERSION: source/ and build/ are kept, and build/server holds the library, for
# LD_LIBRARY_PATH of a QEMU of Debian 12. Package hosts come from the machine's own apt sources. Where packages for the
# build are missing, root installs them. Run again, it does nothing; after a change of the source, `ninja -C build` does.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?the version of spice-server, such as 0.16.0}
target=$PWD/.lab/spice-server/$version
if [ -e "$target/build/server/libspice-server.so.1" ]; then
  echo "spice-server $version is in .lab/spice-server/$version"
  exit 0
fi

packages=(meson ninja-build pkg-config g++ dpkg-dev libglib2.0-dev libpixman-1-dev libssl-dev libjpeg-dev liblz4-dev
  libopus-dev libsasl2-dev libcacard-dev libspice-protocol-dev liborc-0.4-dev python3-pyparsing python3-six)
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
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"

# The archive that serves Debian 12 also serves the sources of what came after it.
for kind in deb deb-src; do
  apt-get indextargets --format "$kind \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages'
done | grep -E ' bookworm main$' | sort -u >"$work/bookworm.list"
if ! [ -s "$work/bookworm.list" ]; then
  echo "spice-server: apt knows no archive of Debian 12 (bookworm) here" >&2
  exit 1
fi
for release in bookworm trixie sid; do sed "s/ bookworm main\$/ $release main/" "$work/bookworm.list"; done >"$work/sources.list"

private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=true)

echo "spice-server: reading the lists of Debian's sources"
apt-get "${private[@]}" -qq update
revision=$(apt-cache "${private[@]}" showsrc spice | sed -n "s/^Version: \($version-.*\)/\1/p" | sort -u | tail -n 1)
if [ -z "$revision" ]; then
  echo "spice-server: no release of Debian's has spice $version" >&2
  exit 1
fi
echo "spice-server: downloading the source of $revision"
(cd "$work" && apt-get "${private[@]}" -qq source "spice=$revision" >/dev/null)

mkdir -p "$target"
rm -rf "$target/source" "$target/build" "$target/protocol"
mv "$work"/spice-*/ "$target/source"

# The newest headers of the protocol: 0.16.0 needs newer ones than Debian 12 has.
(cd "$work" && apt-get "${private[@]}" -qq download libspice-protocol-dev)
dpkg -x "$work"/libspice-protocol-dev_*.deb "$target/protocol"
sed -i "s|^prefix=.*|prefix=$target/protocol/usr|" "$target/protocol/usr/share/pkgconfig/spice-protocol.pc"
export PKG_CONFIG_PATH=$target/protocol/usr/share/pkgconfig

echo "spice-server: building it"
meson setup "$target/build" "$target/source" --buildtype=debugoptimized -Dgstreamer=no -Dsmartcard=enabled \
  -Dtests=false -Dmanual=false >"$target/log"
ninja -C "$target/build" >>"$target/log"
echo "spice-server $version is in .lab/spice-server/$version"
