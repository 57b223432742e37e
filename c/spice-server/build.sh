#!/usr/bin/env bash
# Builds a spice-server that checks migration data, in .lab/spice-server/VERSION-guarded (lab/setup/spice-server.sh says
# from what). Run again, it builds only what has changed. Usage: build.sh [0.15.1|0.15.2|0.16.0]
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:-0.15.1}
target=.lab/spice-server/$version-guarded
made_of=$(cat c/migration_guard.[ch] c/spice-server/{hook.*,patch.sh} | sha256sum)
[ "$(cat "$target/made-of" 2>/dev/null)" = "$made_of" ] || rm -rf "$target"
bash lab/setup/spice-server.sh "$version" guarded bash c/spice-server/patch.sh
echo "$made_of" >"$target/made-of"
