/* The members of a receiver by name, for tests that set them. */
#ifndef TEST_RECEIVER_H
#define TEST_RECEIVER_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration_guard.h"

/* Sets a member from text such as "max_write_bytes[1]=100"; returns whether there is such a member. */
static inline bool set_member(mg_receiver *receiver, const char *text)
{
    char name[64];
    unsigned channel = 0;
    uint64_t value;

    if (sscanf(text, "%63[a-z_][%u]=%" SCNu64, name, &channel, &value) != 3) {
        channel = 0;
        if (sscanf(text, "%63[a-z_]=%" SCNu64, name, &value) != 2)
            return false;
    }
    if (channel >= MG_CHANNEL_COUNT)
        return false;
#define MEMBER(member, type)            \
    if (strcmp(name, #member) == 0) {   \
        receiver->member = (type)value; \
        return true;                    \
    }
#define BY_CHANNEL(member)                 \
    if (strcmp(name, #member) == 0) {      \
        receiver->member[channel] = value; \
        return true;                       \
    }
    MEMBER(jpeg_wan_compression, mg_jpeg_wan_compression)
    MEMBER(source, mg_source)
    MEMBER(provenance, mg_provenance)
    MEMBER(surface_table_size, uint64_t)
    MEMBER(agent_token_window, uint64_t)
    MEMBER(max_encoders, uint64_t)
    MEMBER(glz_max_pixels, uint64_t)
    MEMBER(max_motion_count, uint64_t)
    BY_CHANNEL(max_blob_bytes)
    BY_CHANNEL(max_write_bytes)
    BY_CHANNEL(max_read_bytes)
    MEMBER(accept_usbredir_queue, bool)
    MEMBER(accept_smartcard_partial_read, bool)
#undef MEMBER
#undef BY_CHANNEL
    return false;
}

#endif
