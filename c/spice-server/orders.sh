#!/usr/bin/env bash
# Makes a source tree of spice-server check migration data (patch.sh), and besides refuse three messages that are out of
# place, which it can tell by what it knows anyway and ends itself over: MIGRATE_FLUSH_MARK that it did not ask for, a
# second DISPLAY_INIT, and MIGRATE_DST_DO_SEAMLESS of a client that does not migrate. Usage: orders.sh TREE
set -euo pipefail

own=$(cd "$(dirname "$0")" && pwd)
server=$1/server
bash "$own/patch.sh" "$1"
cp "$own/orders.h" "$server/migration-guard-orders.h"
sed -i "/'migration-guard-hook.h'/ s/\$/ 'migration-guard-orders.h',/" "$server/meson.build"

# Calls the hook in a range of a file before a line, and leaves the function there; with a test, only where it holds.
refuse() {
  local file=$server/$1 range=$2 before=$3 test=$4 client=$5 message=$6
  sed -i "$range { /$before/ i\\
        if ($test) {\\
            migration_guard_refuses_message($client, \"$message\");\\
            return TRUE;\\
        }
}" "$file"
  sed -i '0,/^#include "/ s//#include "migration-guard-orders.h"\n&/' "$file"
  [ "$(grep -c "migration_guard_refuses_message($client, \"$message\")" "$file")" = 1 ] ||
    { echo "orders: $message has no one place in $1: this is another spice-server" >&2; exit 1; }
}

refuse red-channel-client.cpp '/case SPICE_MSGC_MIGRATE_FLUSH_MARK:/,/break;/' 'if (!' \
  '!priv->wait_migrate_flush_mark' this MIGRATE_FLUSH_MARK
refuse dcc.cpp '/ dcc_handle_init(.*)$/,/^}/' 'if_fail(dcc->priv->expect_init' \
  '!dcc->priv->expect_init || dcc->priv->pixmap_cache' dcc DISPLAY_INIT
refuse main-channel.cpp '/case SPICE_MSGC_MAIN_MIGRATE_DST_DO_SEAMLESS:/,/break;/' 'handle_migrate_dst_do_seamless(' \
  '!get_client()->during_migrate_at_target()' this MIGRATE_DST_DO_SEAMLESS
