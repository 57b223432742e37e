#!/usr/bin/env bash
# Builds a spice-server that checks migration data, in .lab/spice-server/VERSION-guarded, from Debian's source package.
# Nothing is installed; package hosts come from the machine's own apt sources. Usage: build.sh [0.15.1|0.15.2|0.16.0]
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:-0.15.1}
case $version in
0.15.1) package=0.15.1-1 suite=bookworm ;;
0.15.2) package=0.15.2-1 suite=trixie ;;
0.16.0) package=0.16.0-3 suite=sid ;;
*)
  echo "spice-server: 0.15.1, 0.15.2 and 0.16.0 are known, not $version" >&2
  exit 2
  ;;
esac

target=$PWD/.lab/spice-server/$version-guarded
made_of=$(cat c/migration_guard.[ch] c/spice-server/* | sha256sum)
if [ -e "$target/libspice-server.so.1" ] && [ "$(cat "$target/made-of" 2>/dev/null)" = "$made_of" ]; then
  echo "spice-server $version with the guard is in .lab/spice-server/$version-guarded"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

source=$PWD/.lab/spice-server/source-$version
if ! [ -d "$source" ]; then
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$(dirname "$source")"
  archive=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sed -n 's/ bookworm main$//p' | head -n 1)
  if [ -z "$archive" ]; then
    echo "spice-server: apt knows no archive of Debian 12 (bookworm) here" >&2
    exit 1
  fi
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb-src [signed-by=$keyring] $archive $suite main" >"$work/sources.list"
  private=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts"
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache"
    -o APT::Sandbox::User=root -o Debug::NoLocking=true)
  echo "spice-server: downloading the source of $package"
  apt-get "${private[@]}" -qq update
  (cd "$work" && apt-get "${private[@]}" -qq source "spice=$package" >/dev/null 2>"$work/log") ||
    { cat "$work/log" >&2; exit 1; }
  mv "$work/spice-$version" "$source"
fi

cp -r "$source" "$work/tree"
bash c/spice-server/patch.sh "$work/tree"
echo "spice-server: building $version"
meson setup "$work/build" "$work/tree" --buildtype=debugoptimized \
  -Dgstreamer=no -Dsmartcard=enabled -Dtests=false -Dmanual=false >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
ninja -C "$work/build" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
mkdir -p "$target"
cp -L "$work/build/server/libspice-server.so.1" "$target/"
echo "$made_of" >"$target/made-of"
echo "spice-server $version with the guard is in .lab/spice-server/$version-guarded"
