/*
 * What spice-server does with a display's list of surfaces that was accepted, in our own words (dcc.cpp): it goes to
 * where the pointer says and reads a count; for each entry it reads an id, by which it writes into two tables of
 * NUM_SURFACES entries, and four edges where it reads the list as lossy. That all of this stays inside the data and the
 * tables is proven for every list of up to MOST_SURFACES lossy entries or five times as many others, with loops unwound;
 * so is that no id comes twice, which is an assertion of the server's.
 */
#include <stdlib.h>

#include "migration_guard.h"

/* NUM_SURFACES (display-limits.h), and the list's pointer and its start at the end of the fixed part. */
enum { table_size = 1024, most_bytes = 84 + 20 * MOST_SURFACES };

static bool client_created[table_size];
static int32_t lossy_region[table_size][4];

static uint32_t number_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int main(void)
{
    /* To CBMC what is not set is anything. */
    size_t size;
    mg_receiver receiver;
    uint32_t any_id;
    bool was_any_id = false;
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
        client_created[id] = true;
        __CPROVER_assert(!was_any_id || id != any_id, "the surface was not there");
        was_any_id = was_any_id || id == any_id;
        entry += 4;
        for (unsigned edge = 0; is_lossy && edge < 4; edge++) {
            lossy_region[id][edge] = (int32_t)(number_at(entry) & INT32_MAX);
            entry += 4;
        }
    }
    return 0;
}
