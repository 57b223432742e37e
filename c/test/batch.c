/*
 * Answers inputs from stdin, one after the other, for comparisons with other decoders. All numbers are 64 bits, little
 * endian. An input is the channel, the members of the receiver in the order of their declaration, the size, and the
 * bytes. An answer is the rule (0 where the input is accepted), offset, length, actual and expected.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration_guard.h"

enum { most_bytes = 4 << 20, words_of_receiver = 10 + 3 * MG_CHANNEL_COUNT };

static bool get(uint64_t *words, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        uint8_t bytes[8];
        if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes)
            return false;
        words[index] = 0;
        for (size_t byte = 0; byte < sizeof bytes; byte++)
            words[index] |= (uint64_t)bytes[byte] << 8 * byte;
    }
    return true;
}

static void put(uint64_t word)
{
    for (unsigned byte = 0; byte < 8; byte++)
        putchar((int)(word >> 8 * byte & 255));
}

static mg_receiver receiver_of(const uint64_t *word)
{
    mg_receiver receiver;

    receiver.jpeg_wan_compression = (mg_jpeg_wan_compression)*word++;
    receiver.surface_table_size = *word++;
    receiver.agent_token_window = *word++;
    receiver.max_encoders = *word++;
    receiver.glz_max_pixels = *word++;
    receiver.max_motion_count = *word++;
    receiver.source = (mg_source)*word++;
    receiver.provenance = (mg_provenance)*word++;
    receiver.accept_usbredir_queue = *word++ != 0;
    receiver.accept_smartcard_partial_read = *word++ != 0;
    for (unsigned channel = 0; channel < MG_CHANNEL_COUNT; channel++)
        receiver.max_blob_bytes[channel] = *word++;
    for (unsigned channel = 0; channel < MG_CHANNEL_COUNT; channel++)
        receiver.max_write_bytes[channel] = *word++;
    for (unsigned channel = 0; channel < MG_CHANNEL_COUNT; channel++)
        receiver.max_read_bytes[channel] = *word++;
    return receiver;
}

int main(void)
{
    uint64_t words[1 + words_of_receiver + 1];

    while (get(words, sizeof words / sizeof *words)) {
        const mg_receiver receiver = receiver_of(words + 1);
        const uint64_t size = words[1 + words_of_receiver];
        mg_violation violation = { 0, 0, 0, 0, 0 };
        /* An allocation of just that size, so that sanitizers see reads beyond it. */
        uint8_t *const bytes = size > most_bytes ? NULL : (uint8_t *)malloc(size == 0 ? 1 : (size_t)size);

        if (bytes == NULL || fread(bytes, 1, (size_t)size, stdin) != size)
            return 2;
        mg_check((mg_channel)words[0], bytes, (size_t)size, &receiver, &violation);
        free(bytes);
        put(violation.rule);
        put(violation.offset);
        put(violation.length);
        put(violation.actual);
        put(violation.expected);
    }
    fflush(stdout);
    return 0;
}
