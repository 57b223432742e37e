#!/usr/bin/env bash
# Builds .lab/surfaces/server. Needs Debian 12's gcc, pkg-config, libspice-server-dev and libglib2.0-dev, and no root.
# Run again, it does nothing unless a source is newer.
set -euo pipefail
cd "$(dirname "$0")/../.."

sources=(lab/surfaces/*.[ch])
target=.lab/surfaces/server
if [ -x "$target" ] && [ -z "$(find "${sources[@]}" -newer "$target")" ]; then
  echo "the server of many surfaces is in .lab/surfaces"
  exit 0
fi

read -ra packages <<<"$(pkg-config --cflags --libs spice-server glib-2.0)"
mkdir -p .lab/surfaces
gcc -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -o "$target" lab/surfaces/*.c "${packages[@]}"
