/*
 * What spice-server does with a display's list of surfaces that was accepted, in our own words (dcc.cpp): it goes to
 * where the pointer says, reads a count, and for each entry an id, by which it writes into two tables of NUM_SURFACES
 * entries, and four edges where it reads the list as lossy. Proven for every list of up to MOST_SURFACES lossy entries or five times as many others, with
 * loops unwound: that all of this stays inside the data and the tables, and that no id comes twice, which is an
 * assertion of the server's.
 */
#include <stdlib.h>

#include "migration_guard.h"

enum { table_size = 1024, most_bytes = 84 + 20 * MOST_SURFACES };

static bool is_created[table_size];
static int32_t lossy_left[table_size];

static uint32_t number_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int main(void)
{
    size_t size;
    mg_receiver receiver;
    __CPROVER_assume(size <= most_bytes && receiver.surface_table_size == table_size);
    uint8_t *const data = (uint8_t *)malloc(size);
    __CPROVER_assume(data != NULL);

    if (!mg_check_display(data, size, &receiver, NULL))
        return 0;
    const bool is_lossy = receiver.jpeg_wan_compression == MG_JPEG_WAN_COMPRESSION_ALWAYS
        || (receiver.jpeg_wan_compression == MG_JPEG_WAN_COMPRESSION_AUTO && data[16] != 0);
    const uint8_t *entry = data + number_at(data + 76);
    uint32_t left = number_at(entry);
    entry += 4;
    for (; left > 0; left--) {
        const uint32_t id = number_at(entry);
        __CPROVER_assert(id < table_size, "the id is inside the tables");
        __CPROVER_assert(!is_created[id], "the surface was not there");
        is_created[id] = true;
        if (is_lossy)
            lossy_left[id] = (int32_t)(number_at(entry + 4) & 0x7fffffff) + (int32_t)(number_at(entry + 16) & 0);
        entry += is_lossy ? 20 : 4;
    }
    return 0;
}
