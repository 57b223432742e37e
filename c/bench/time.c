/*
 * Times checks of display blobs and prints, for each of them and each blob, a line for each round: the check, the blob,
 * nanoseconds and cycles of the time stamp counter (0 where there is none), each for one call.
 * Usage: time ROUNDS BLOB...; the lists of the blobs are lossy.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hand_written.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#define CYCLES() __rdtsc()
#else
#define CYCLES() UINT64_C(0)
#endif

/* How many bytes are checked between two looks at the clock, and the most of a blob. */
enum { slice = 4000000, most = 1 << 20, most_blobs = 8 };

/* Not static: it may be read elsewhere, so that it has to be written. */
extern uint8_t copy[most];
uint8_t copy[most];

static bool copied(const uint8_t *data, size_t size, const mg_receiver *receiver, mg_violation *violation)
{
    (void)receiver;
    (void)violation;
    memcpy(copy, data, size);
    return true;
}

#ifdef KAITAI
bool kaitai_parses(const uint8_t *data, size_t size, const mg_receiver *receiver, mg_violation *violation);
#endif

typedef struct contender {
    const char *name;
    bool (*check)(const uint8_t *data, size_t size, const mg_receiver *receiver, mg_violation *violation);
} contender;

static const contender contenders[] = {
    { "hand-written", hand_check_display },
    { "generated", mg_check_display },
    { "memcpy", copied },
#ifdef KAITAI
    { "kaitai", kaitai_parses },
#endif
};

enum { contender_count = sizeof contenders / sizeof *contenders };

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Calls through a pointer that the compiler knows nothing of, on bytes that may have changed. */
static bool time_once(const contender *timed, const char *name, const uint8_t *data, size_t size,
    const mg_receiver *receiver, bool is_told)
{
    bool (*volatile check)(const uint8_t *, size_t, const mg_receiver *, mg_violation *) = timed->check;
    mg_violation violation;
    const size_t calls = slice / (size + 200) + 1;
    bool accepted = true;

    /* What was timed before has left its own branches and data behind. */
    for (size_t call = 0; call < calls / 4 + 1; call++)
        accepted = check(data, size, receiver, &violation) && accepted;
    const uint64_t start = nanoseconds(), first = CYCLES();

    for (size_t call = 0; call < calls; call++)
        accepted = check(data, size, receiver, &violation) && accepted;
    const uint64_t last = CYCLES(), end = nanoseconds();
    if (is_told)
        printf("%s\t%s\t%.3f\t%.3f\n", timed->name, name, (double)(end - start) / (double)calls,
            (double)(last - first) / (double)calls);
    return accepted;
}

int main(int count, char **arguments)
{
    static uint8_t blobs[most_blobs][most];
    size_t sizes[most_blobs];
    mg_receiver receiver = mg_default_receiver;
    char **const names = arguments + 2;
    const int blob_count = count - 2;

    if (blob_count < 1 || blob_count > most_blobs) {
        fprintf(stderr, "usage: time ROUNDS BLOB...\n");
        return 2;
    }
    receiver.jpeg_wan_compression = MG_JPEG_WAN_COMPRESSION_ALWAYS;
    receiver.surface_table_size = most;
    receiver.max_blob_bytes[MG_CHANNEL_DISPLAY] = most;
    for (int blob = 0; blob < blob_count; blob++) {
        FILE *const file = fopen(names[blob], "rb");
        sizes[blob] = file == NULL ? 0 : fread(blobs[blob], 1, most, file);
        if (file != NULL)
            fclose(file);
    }
    const long rounds = strtol(arguments[1], NULL, 10);
    /* The first round only warms up; each begins with another check. */
    for (long round = -1; round < rounds; round++)
        for (int blob = 0; blob < blob_count; blob++)
            for (size_t turn = 0; turn < contender_count; turn++) {
                const contender *const next = &contenders[(turn + (size_t)(round + 1)) % contender_count];
                if (!time_once(next, names[blob], blobs[blob], sizes[blob], &receiver, round >= 0)) {
                    fprintf(stderr, "time: %s refuses %s\n", next->name, names[blob]);
                    return 1;
                }
            }
    return 0;
}
