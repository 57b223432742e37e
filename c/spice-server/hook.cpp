/* Asks migration-guard about the migration data that a client brought, and tells it what this server is. */
#include <config.h>

#include "migration-guard-hook.h"

#include <spice/enums.h>

#include "dcc.h"
#include "display-channel-private.h"
#include "display-limits.h"
#include "main-channel.h"
#include "main-dispatcher.h"
#include "migration_guard.h"
#include "red-channel-client.h"
#include "red-channel.h"
#include "red-client.h"
#include "reds.h"

/* How this display reads its list: with lossy regions, without, or as the data says whether its line is slow. */
static mg_jpeg_wan_compression jpeg_of(DisplayChannelClient *dcc)
{
    if (DCC_TO_DC(dcc)->priv->enable_jpeg) {
        return MG_JPEG_WAN_COMPRESSION_ALWAYS;
    }
    return dcc_get_jpeg_state(dcc) == SPICE_WAN_COMPRESSION_AUTO ? MG_JPEG_WAN_COMPRESSION_AUTO
                                                                 : MG_JPEG_WAN_COMPRESSION_NEVER;
}

static mg_receiver receiver_of(RedChannelClient *rcc)
{
    mg_receiver receiver = mg_default_receiver;

    receiver.surface_table_size = NUM_SURFACES;
    receiver.agent_token_window = REDS_AGENT_WINDOW_SIZE;
    if (rcc->get_channel()->type() == SPICE_CHANNEL_DISPLAY) {
        receiver.jpeg_wan_compression = jpeg_of(static_cast<DisplayChannelClient *>(rcc));
    }
    return receiver;
}

bool migration_guard_accepts(RedChannelClient *rcc, const void *message, uint32_t size)
{
    RedChannel *channel = rcc->get_channel();
    const mg_receiver receiver = receiver_of(rcc);
    mg_violation violation;

    if (mg_check(static_cast<mg_channel>(channel->type()), static_cast<const uint8_t *>(message), size, &receiver,
                 &violation)) {
        return true;
    }
    char text[512];
    mg_format_violation(text, sizeof text, &violation);
    red_channel_warning(channel, "migration data refused: %s", text);
    rcc->shutdown();
    reds_get_main_dispatcher(channel->get_server())->client_disconnect(rcc->get_client());
    return false;
}

bool migration_guard_fits(RedChannelClient *rcc, uint16_t type, uint32_t size)
{
    const uint32_t channel = rcc->get_channel()->type();

    return type != SPICE_MSGC_MIGRATE_DATA || channel >= MG_CHANNEL_COUNT ||
           size <= mg_default_receiver.max_blob_bytes[channel];
}
