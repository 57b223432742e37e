/* What spice-server asks before it looks at migration data that a client brought. */
#ifndef MIGRATION_GUARD_HOOK_H
#define MIGRATION_GUARD_HOOK_H

#include <stdint.h>

class RedChannelClient;

/*
 * Whether the data of a MIGRATE_DATA may be looked at. Where not, it logs the rule that is broken and the offset,
 * shuts the channel down and has the client disconnected: the caller only returns.
 */
bool migration_guard_accepts(RedChannelClient *rcc, const void *message, uint32_t size);

/* Whether a message may be given a buffer of the size that its header says. */
bool migration_guard_fits(RedChannelClient *rcc, uint16_t type, uint32_t size);

#endif
