#!/usr/bin/env bash
# Makes a source tree of spice-server (0.15.1, 0.15.2 or 0.16.0) check migration data: adds the validator and the hook
# to it, and calls the hook at two places of red-channel-client.cpp. Usage: patch.sh TREE
set -euo pipefail

own=$(cd "$(dirname "$0")/.." && pwd)
server=$1/server
client=$server/red-channel-client.cpp

cp "$own/migration_guard.c" "$own/migration_guard.h" "$server/"
cp "$own/spice-server/hook.cpp" "$server/migration-guard-hook.cpp"
cp "$own/spice-server/hook.h" "$server/migration-guard-hook.h"

# Before anything of the data is read: in front of the serial, which a display takes from it without a look at the size.
sed -i '/::handle_migrate_data_early(/,/^}/ { /serial;$/ i\
    if (!migration_guard_accepts(this, message, size)) {\
        return;\
    }
}' "$client"
# Before the message has a buffer, which three kinds of channel make as large as the message says it is.
sed -i '/::handle_incoming(/,/^}/ s/= \(alloc_recv_buf(\([^()]*\))\)/= migration_guard_fits(this, \2) ? \1 : nullptr/' "$client"
sed -i '0,/^#include "red-channel-client.h"/ s//#include "migration-guard-hook.h"\n&/' "$client"
sed -i "/'migration-protocol.h'/ i\\
  'migration_guard.c', 'migration_guard.h', 'migration-guard-hook.cpp', 'migration-guard-hook.h'," "$server/meson.build"

for call in 'include "migration-guard-hook.h"' 'migration_guard_accepts(this' 'migration_guard_fits(this'; do
  [ "$(grep -cF "$call" "$client")" = 1 ] || { echo "patch: $call is not there once: this is another spice-server" >&2; exit 1; }
done
[ "$(grep -c migration_guard.c "$server/meson.build")" = 1 ] || { echo "patch: meson.build lists other files" >&2; exit 1; }
