/* The display's check as a module of WebAssembly: who calls it writes the data into `input` and says how long it is. */
#include "migration_guard.h"

enum { most = 1 << 20 };

static uint8_t data[most];
static mg_violation violation;

__attribute__((export_name("input"))) uint8_t *input(void)
{
    return data;
}

__attribute__((export_name("check"))) bool check(size_t size)
{
    mg_receiver receiver = mg_default_receiver;

    receiver.jpeg_wan_compression = MG_JPEG_WAN_COMPRESSION_ALWAYS;
    receiver.surface_table_size = most;
    receiver.max_blob_bytes[MG_CHANNEL_DISPLAY] = most;
    return size <= most && mg_check_display(data, size, &receiver, &violation);
}
