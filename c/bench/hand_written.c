/*
 * One pass, and one comparison for what can be asked at once: an id that is above the one before and below the table's
 * size lies in one range, and a region can be empty only where its left is not less than its right. Which rule is broken
 * is found out where one is. It was the fastest of a dozen with gcc 12 and clang 14; conditions joined without branches
 * and sums over the whole list took twice as long. A table is taken to have at most 2^32 - 1 entries.
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

static bool refuse_id(mg_violation *violation, size_t offset, uint32_t id, uint32_t table_size)
{
    if (id >= table_size)
        return refuse(violation, MG_RULE_DISPLAY_SURFACE_ID_IN_TABLE, offset, 4, id, table_size);
    return refuse(violation, MG_RULE_DISPLAY_SURFACE_IDS_ASCEND, offset, 4, id, 0);
}

static bool check_lossy(const uint8_t *data, uint32_t count, uint32_t table_size, mg_violation *violation)
{
    const uint8_t *const end = data + list_start + (size_t)count * lossy_size;
    uint32_t least = 0;

    for (const uint8_t *entry = data + list_start; entry != end; entry += lossy_size) {
        const uint32_t id = u32(entry);
        if (id - least >= table_size - least)
            return refuse_id(violation, (size_t)(entry - data), id, table_size);
        least = id + 1;
        const int32_t left = i32(entry + 4), top = i32(entry + 8), right = i32(entry + 12), bottom = i32(entry + 16);
        if (left < right) {
            if (top < bottom)
                continue;
        } else if (left == right && top == bottom) {
            continue;
        }
        return refuse(violation, MG_RULE_DISPLAY_LOSSY_REGION_ORDERED, (size_t)(entry - data) + 4, 4, (uint64_t)left,
            0);
    }
    return true;
}

static bool check_lossless(const uint8_t *data, uint32_t count, uint32_t table_size, mg_violation *violation)
{
    const uint8_t *const end = data + list_start + (size_t)count * lossless_size;
    uint32_t least = 0;

    for (const uint8_t *entry = data + list_start; entry != end; entry += lossless_size) {
        const uint32_t id = u32(entry);
        if (id - least >= table_size - least)
            return refuse_id(violation, (size_t)(entry - data), id, table_size);
        least = id + 1;
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
    if (!(is_lossy ? check_lossy : check_lossless)(data, count,
            table_size > UINT32_MAX ? UINT32_MAX : (uint32_t)table_size, violation))
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
