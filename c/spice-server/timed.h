/* Says on stderr how long the check of migration data took: for measurements (lab/linked/latency.ts). */
#ifndef MIGRATION_GUARD_TIMED_H
#define MIGRATION_GUARD_TIMED_H

#include <stdio.h>
#include <time.h>

#include "migration-guard-hook.h"

static inline bool migration_guard_timed(RedChannelClient *rcc, const void *message, uint32_t size)
{
    struct timespec start, end;

    clock_gettime(CLOCK_MONOTONIC, &start);
    const bool accepted = migration_guard_accepts(rcc, message, size);
    clock_gettime(CLOCK_MONOTONIC, &end);
    fprintf(stderr, "migration guard: %u bytes in %lld ns\n", size,
            (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
    return accepted;
}

#endif
