/*
 * Fuzzes the check of a draft format, -DCHECK=drafts_check_..., as scripts/c/fuzz-drafts.ts emits it: a libFuzzer
 * target. With -DREPLAY a program that prints what is said of each file in its arguments: rule, offset, length, actual
 * and expected. The first byte of an input says which parameters are small ones, all others are the data.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drafts.h"

static drafts_parameters parameters_of(uint8_t small)
{
    drafts_parameters parameters = drafts_default_parameters;

    if (small & 1)
        parameters.max_draft_bytes = 96;
    if (small & 2)
        parameters.surface_table_size = 3;
    if (small & 4)
        parameters.stream_table_size = 2;
    if (small & 8)
        parameters.max_frame_rate = 5;
    return parameters;
}

/* The check of an allocation of just that size. */
static drafts_violation said_of(const uint8_t *input, size_t length)
{
    const drafts_parameters parameters = parameters_of(input[0]);
    const size_t size = length - 1;
    drafts_violation violation = { 0, 0, 0, 0, 0 };
    uint8_t *const copy = (uint8_t *)malloc(size == 0 ? 1 : size);

    if (copy == NULL)
        abort();
    memcpy(copy, input + 1, size);
    if (CHECK(copy, size, &parameters, &violation) != (violation.rule == 0) || violation.offset > size)
        abort();
    if (memcmp(copy, input + 1, size) != 0)
        abort();
    free(copy);
    return violation;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
    if (length > 0)
        said_of(input, length);
    return 0;
}

#ifdef REPLAY
int main(int count, char **names)
{
    static uint8_t input[1 << 20];

    for (int index = 1; index < count; index++) {
        FILE *const file = fopen(names[index], "rb");
        if (file == NULL)
            return 1;
        const size_t length = fread(input, 1, sizeof input, file);
        fclose(file);
        if (length == 0) {
            puts("empty");
            continue;
        }
        const drafts_violation v = said_of(input, length);
        const drafts_rule *const rule = drafts_rule_of(v.rule);
        printf("%s %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", rule == NULL ? "-" : rule->id, v.offset,
               v.length, v.actual, v.expected);
    }
    return 0;
}
#endif
