#!/usr/bin/env bash
# Makes a source tree of spice-server check migration data (patch.sh), and say on stderr how long each check took.
# Usage: timed.sh TREE
set -euo pipefail

own=$(cd "$(dirname "$0")" && pwd)
server=$1/server
bash "$own/patch.sh" "$1"
cp "$own/timed.h" "$server/migration-guard-timed.h"
sed -i 's/migration_guard_accepts(this/migration_guard_timed(this/; s/^#include "migration-guard-hook.h"/#include "migration-guard-timed.h"/' \
  "$server/red-channel-client.cpp"
