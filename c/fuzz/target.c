/*
 * Fuzzes the validator: a libFuzzer target, and with -DAFL a program that reads one input from stdin. The first four
 * bytes choose the channel and the receiver, all others are the data.
 */
#include <stdlib.h>
#include <string.h>

#include "migration_guard.h"

/* A limit that small data reaches, the usual one, or none. */
static uint64_t limit_of(uint64_t usual, uint8_t choice)
{
    const uint64_t limits[] = { usual, usual / 64, choice, UINT64_MAX };
    return limits[choice % 4];
}

static mg_receiver receiver_of(const uint8_t *choices)
{
    mg_receiver receiver = mg_default_receiver;

    receiver.jpeg_wan_compression = (mg_jpeg_wan_compression)(choices[1] % 3);
    receiver.source = (mg_source)(choices[1] >> 2 & 1);
    receiver.provenance = (mg_provenance)(choices[1] >> 3 & 1);
    receiver.accept_usbredir_queue = (choices[1] >> 4 & 1) != 0;
    receiver.accept_smartcard_partial_read = (choices[1] >> 5 & 1) != 0;
    receiver.surface_table_size = limit_of(receiver.surface_table_size, choices[2]);
    receiver.agent_token_window = limit_of(receiver.agent_token_window, choices[2]);
    receiver.glz_max_pixels = limit_of(receiver.glz_max_pixels, choices[2]);
    receiver.max_motion_count = limit_of(receiver.max_motion_count, choices[2]);
    for (unsigned channel = 0; channel < MG_CHANNEL_COUNT; channel++) {
        receiver.max_blob_bytes[channel] = limit_of(receiver.max_blob_bytes[channel], choices[3]);
        receiver.max_write_bytes[channel] = limit_of(receiver.max_write_bytes[channel], choices[3]);
        receiver.max_read_bytes[channel] = limit_of(receiver.max_read_bytes[channel], choices[3]);
    }
    return receiver;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
    const mg_violation none = { 0, 0, 0, 0, 0 };
    mg_violation violation = none, again = none;
    char text[1024];

    if (length < 4)
        return 0;
    const size_t size = length - 4;
    const mg_receiver receiver = receiver_of(input);
    const mg_channel channel = (mg_channel)(input[0] % (MG_CHANNEL_COUNT + 1));
    /* An allocation of just that size, once at every alignment that matters. */
    uint8_t *const copy = (uint8_t *)malloc(size + 1);
    if (copy == NULL)
        return 0;
    memcpy(copy + 1, input + 4, size);
    const bool accepted = mg_check(channel, copy + 1, size, &receiver, &violation);
    memmove(copy, copy + 1, size);
    must(mg_check(channel, copy, size, &receiver, &again) == accepted);
    must(violation.rule == again.rule && violation.offset == again.offset && violation.actual == again.actual);
    must(memcmp(copy, input + 4, size) == 0);
    free(copy);
    must(accepted == (violation.rule == 0));
    must(violation.offset <= size);
    must(mg_format_violation(text, sizeof text, &violation) < sizeof text);
    return 0;
}

#ifdef AFL
#include <stdio.h>

int main(void)
{
    static uint8_t input[1 << 21];
    return LLVMFuzzerTestOneInput(input, fread(input, 1, sizeof input, stdin));
}
#endif
