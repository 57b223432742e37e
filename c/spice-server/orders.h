/* What spice-server does about a message out of place, where it would end with an assertion. */
#ifndef MIGRATION_GUARD_ORDERS_H
#define MIGRATION_GUARD_ORDERS_H

#include "main-dispatcher.h"
#include "red-channel-client.h"
#include "red-channel.h"
#include "reds.h"

/* Logs the message, shuts its channel down and has the client disconnected: the caller only returns. */
static inline void migration_guard_refuses_message(RedChannelClient *rcc, const char *message)
{
    RedChannel *channel = rcc->get_channel();

    red_channel_warning(channel, "message out of place refused: %s", message);
    rcc->shutdown();
    reds_get_main_dispatcher(channel->get_server())->client_disconnect(rcc->get_client());
}

#endif
