#!/usr/bin/env bash
# Builds a spice-server that checks migration data, in .lab/spice-server/VERSION-guarded (lab/setup/spice-server.sh says
# from what). With `orders` it refuses some messages out of place besides, with `timed` it says how long each check took:
# in VERSION-orders and VERSION-timed. Run again, it builds only what has changed.
# Usage: build.sh [0.15.1|0.15.2|0.16.0] [orders|timed]
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:-0.15.1} name=${2:-guarded}
parts=(c/migration_guard.[ch] c/spice-server/{hook.*,patch.sh})
case $name in
guarded) patch=patch.sh ;;
orders | timed) patch=$name.sh parts+=(c/spice-server/"$name".*) ;;
*)
  echo "spice-server: orders and timed are known, not $name" >&2
  exit 2
  ;;
esac
target=.lab/spice-server/$version-$name
made_of=$(cat "${parts[@]}" | sha256sum)
[ "$(cat "$target/made-of" 2>/dev/null)" = "$made_of" ] || rm -rf "$target"
bash lab/setup/spice-server.sh "$version" "$name" bash "c/spice-server/$patch"
echo "$made_of" >"$target/made-of"
