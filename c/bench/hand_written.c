/*
 * One pass and no call for what is accepted. It was the fastest of a dozen with gcc 12 and clang 14: ids that are held
 * against one range, pointers instead of an index, and regions looked at in another order were slower, conditions joined
 * without branches and sums over the whole list took twice as long.
 */
#include "hand_written.h"

enum { fixed_size = 80, list_start = 84, lossless_size = 4, lossy_size = 20 };

static uint32_t u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int32_t i32(const uint8_t *bytes)
{
    const uint32_t number = u32(bytes);
    return number > INT32_MAX ? -(int32_t)(UINT32_MAX - number) - 1 : (int32_t)number;
}

static bool refuse(mg_violation *violation, unsigned rule, size_t offset, size_t length, uint64_t actual,
    uint64_t expected)
{
    if (violation != NULL) {
        violation->rule = (uint16_t)rule;
        violation->offset = (uint32_t)offset;
        violation->length = (uint32_t)length;
        violation->actual = actual;
        violation->expected = expected;
    }
    return false;
}

static bool check_lossy(const uint8_t *data, uint32_t count, uint64_t table_size, mg_violation *violation)
{
    int64_t previous = -1;

    for (uint32_t index = 0; index < count; index++) {
        const size_t at = list_start + (size_t)index * lossy_size;
        const uint8_t *const entry = data + at;
        const uint32_t id = u32(entry);
        if (id >= table_size)
            return refuse(violation, MG_RULE_DISPLAY_SURFACE_ID_IN_TABLE, at, 4, id, table_size);
        if (previous >= (int64_t)id)
            return refuse(violation, MG_RULE_DISPLAY_SURFACE_IDS_ASCEND, at, 4, id, 0);
        const int32_t left = i32(entry + 4), top = i32(entry + 8), right = i32(entry + 12), bottom = i32(entry + 16);
        if ((left >= right || top >= bottom) && (left != right || top != bottom))
            return refuse(violation, MG_RULE_DISPLAY_LOSSY_REGION_ORDERED, at + 4, 4, (uint64_t)left, 0);
        previous = (int64_t)id;
    }
    return true;
}

static bool check_lossless(const uint8_t *data, uint32_t count, uint64_t table_size, mg_violation *violation)
{
    int64_t previous = -1;

    for (uint32_t index = 0; index < count; index++) {
        const size_t at = list_start + (size_t)index * lossless_size;
        const uint32_t id = u32(data + at);
        if (id >= table_size)
            return refuse(violation, MG_RULE_DISPLAY_SURFACE_ID_IN_TABLE, at, 4, id, table_size);
        if (previous >= (int64_t)id)
            return refuse(violation, MG_RULE_DISPLAY_SURFACE_IDS_ASCEND, at, 4, id, 0);
        previous = (int64_t)id;
    }
    return true;
}

bool hand_check_display(const uint8_t *data, size_t size, const mg_receiver *receiver, mg_violation *violation)
{
    if (size > receiver->max_blob_bytes[MG_CHANNEL_DISPLAY])
        return refuse(violation, MG_RULE_LAYOUT_BLOB_LIMIT, 0, size, size,
            receiver->max_blob_bytes[MG_CHANNEL_DISPLAY]);
    if (size < fixed_size)
        return refuse(violation, MG_RULE_LAYOUT_FIXED_PART, 0, size, size, fixed_size);
    if (u32(data) != 0x444d4344)
        return refuse(violation, MG_RULE_LAYOUT_MAGIC, 0, 4, u32(data), 0x444d4344);
    if (u32(data + 4) != 1)
        return refuse(violation, MG_RULE_LAYOUT_VERSION, 4, 4, u32(data + 4), 1);
    if (data[16] > 1)
        return refuse(violation, MG_RULE_LAYOUT_BOOLEAN, 16, 1, data[16], 0);
    if (data[26] > 1)
        return refuse(violation, MG_RULE_LAYOUT_BOOLEAN, 26, 1, data[26], 0);
    const uint32_t pointer = u32(data + 76);
    if (pointer != fixed_size)
        return refuse(violation,
            pointer < fixed_size || pointer >= size ? MG_RULE_LAYOUT_POINTER_RANGE : MG_RULE_LAYOUT_GAP, 76, 4,
            pointer, fixed_size);
    if (size < list_start)
        return refuse(violation, MG_RULE_LAYOUT_PART_FITS, 76, 4, pointer, size - 4);
    const uint32_t count = u32(data + fixed_size);
    const bool is_lossy = receiver->jpeg_wan_compression == MG_JPEG_WAN_COMPRESSION_ALWAYS
        || (receiver->jpeg_wan_compression == MG_JPEG_WAN_COMPRESSION_AUTO && data[16] == 1);
    const size_t room = size - list_start, entry_size = is_lossy ? lossy_size : lossless_size;
    const uint64_t needed = (uint64_t)count * entry_size;
    if (needed > room)
        return refuse(violation, MG_RULE_LAYOUT_COUNT_FITS, fixed_size, 4, count, room / entry_size);
    const uint64_t table_size = receiver->surface_table_size;
    if (is_lossy ? !check_lossy(data, count, table_size, violation) : !check_lossless(data, count, table_size, violation))
        return false;
    if (needed < room)
        return refuse(violation, MG_RULE_LAYOUT_TRAILING, list_start + (size_t)needed, room - (size_t)needed,
            room - needed, 0);
    if (u32(data + 60) > receiver->glz_max_pixels)
        return refuse(violation, MG_RULE_DISPLAY_GLZ_SIZE_LIMIT, 60, 4, u32(data + 60), receiver->glz_max_pixels);
    if (u32(data + 64) != receiver->max_encoders)
        return refuse(violation, MG_RULE_DISPLAY_GLZ_MAX_ENCODERS, 64, 4, u32(data + 64), receiver->max_encoders);
    if (data[25] > 127) {
        const uint64_t low = u32(data + 18), high = u32(data + 22);
        return refuse(violation, MG_RULE_DISPLAY_PIXMAP_CACHE_SIZE_NOT_NEGATIVE, 18, 8, high << 32 | low, 0);
    }
    return true;
}

bool hand_check(mg_channel channel, const uint8_t *data, size_t size, const mg_receiver *receiver,
    mg_violation *violation)
{
    return channel == MG_CHANNEL_DISPLAY ? hand_check_display(data, size, receiver, violation)
                                         : mg_check(channel, data, size, receiver, violation);
}
