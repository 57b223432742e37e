/*
 * Opens the vectors of docs/sealing-vectors.json with the example's callbacks on OpenSSL, and what they must not open:
 * every one of their bits altered, every shorter length, and everything that they are not sealed for. Reads an envelope
 * that a host has signed, and opens none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../example/seal_openssl.h"
#include "seal_vectors.h"

static int failures;
static uint8_t vm[MG_SEAL_DIGEST_SIZE];
static uint8_t destination[MG_SEAL_DIGEST_SIZE];
static uint8_t elsewhere[MG_SEAL_DIGEST_SIZE];

/* How a vector is opened, to be changed in one point. */
typedef struct attempt {
    mg_seal_binding binding;
    mg_seal_times times;
    seal_key key;
    size_t plain_size;
} attempt;

static attempt usual(const struct vector *vector)
{
    attempt made;

    made.binding.vm = vm;
    made.binding.destination = destination;
    made.binding.connection_id = vector->connection_id;
    made.binding.channel_type = vector->channel_type;
    made.binding.channel_id = vector->channel_id;
    made.times.now = vector_sealed_at;
    made.times.linked_at = vector_sealed_at;
    made.times.since = 0;
    made.key = vector_key;
    made.plain_size = vector->state_size + MG_SEAL_STATEMENT_SIZE;
    return made;
}

static void expect(bool holds, const struct vector *vector, const char *what, size_t number)
{
    if (holds)
        return;
    failures++;
    fprintf(stderr, "%s: %s %zu\n", vector->name, what, number);
}

/* Opens data in allocations of just its size, so that sanitizers see what lies beyond; returns the broken rule, or 0. */
static uint16_t rule_of(const struct vector *vector, const attempt *made, const uint8_t *data, size_t size,
    seal_context *context)
{
    uint8_t *const copy = (uint8_t *)malloc(size == 0 ? 1 : size);
    uint8_t *const plain = (uint8_t *)malloc(made->plain_size == 0 ? 1 : made->plain_size);
    mg_seal_callbacks callbacks;
    mg_seal_opened opened;
    mg_seal_violation violation = { 0, 0, 0, 0, 0 };
    bool is_opened;

    if (copy == NULL || plain == NULL)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    memset(plain, 0, made->plain_size);
    context->keys = &made->key;
    context->key_count = 1;
    context->now = made->times.now;
    callbacks = seal_callbacks(context);
    is_opened = mg_seal_open(
        copy, size, &made->binding, &made->times, &callbacks, plain, made->plain_size, &opened, &violation);
    expect(is_opened == (violation.rule == 0), vector, "says both", violation.rule);
    if (is_opened)
        expect(opened.statement.state_size == vector->state_size
                && memcmp(opened.statement.state, vector->state, vector->state_size) == 0
                && opened.statement.agent == vector->agent && opened.statement.displays == vector->displays,
            vector, "another statement", 0);
    else
        for (size_t index = 0; index < made->plain_size; index++)
            expect(plain[index] == 0, vector, "is refused, and leaves something of byte", index);
    free(copy);
    free(plain);
    return violation.rule;
}

static uint16_t fresh(const struct vector *vector, const attempt *made, const uint8_t *data, size_t size)
{
    static seal_context context;

    memset(&context, 0, sizeof context);
    return rule_of(vector, made, data, size, &context);
}

static void open_once(const struct vector *vector)
{
    static seal_context context;
    const attempt made = usual(vector);

    memset(&context, 0, sizeof context);
    expect(rule_of(vector, &made, vector->envelope, vector->envelope_size, &context) == 0, vector, "is not opened", 0);
    expect(rule_of(vector, &made, vector->envelope, vector->envelope_size, &context) == MG_SEAL_RULE_SEAL_ONCE, vector,
        "is opened twice", 0);
    expect(context.opening_count == 1, vector, "openings", context.opening_count);
    context.opening_count = seal_most_openings;
    memset(context.openings, 0xff, sizeof context.openings);
    expect(rule_of(vector, &made, vector->envelope, vector->envelope_size, &context) == MG_SEAL_RULE_SEAL_REMEMBERED,
        vector, "is opened and not remembered", 0);
}

static void alter(const struct vector *vector)
{
    const attempt made = usual(vector);
    uint8_t *const copy = (uint8_t *)malloc(vector->envelope_size + 1);

    if (copy == NULL)
        abort();
    memcpy(copy, vector->envelope, vector->envelope_size);
    copy[vector->envelope_size] = 0;
    for (size_t at = 0; at < vector->envelope_size; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            copy[at] ^= (uint8_t)(1u << bit);
            const uint16_t rule = fresh(vector, &made, copy, vector->envelope_size);
            expect(rule != 0, vector, "is opened with another bit of byte", at);
            expect(bit != at % 8 || rule == vector->altered[at], vector, "another rule than TypeScript's, byte", at);
            copy[at] ^= (uint8_t)(1u << bit);
        }
    for (size_t size = 0; size < vector->envelope_size; size++)
        expect(fresh(vector, &made, copy, size) != 0, vector, "is opened with a size of", size);
    expect(fresh(vector, &made, copy, vector->envelope_size + 1) != 0, vector, "is opened with a byte more", 0);
    free(copy);
}

/* One change of how it is opened, and the rule that has to refuse it. */
static void refuse_by(const struct vector *vector, attempt made, uint16_t rule)
{
    const uint16_t found = fresh(vector, &made, vector->envelope, vector->envelope_size);

    expect(found == rule, vector, mg_seal_rule_of(rule)->id, found);
}

static void misuse(const struct vector *vector)
{
    const attempt made = usual(vector);
    attempt other;

#define REFUSED(member, value, rule)                                                                                   \
    other = made;                                                                                                      \
    other.member = value;                                                                                              \
    refuse_by(vector, other, rule)

    REFUSED(binding.vm, elsewhere, MG_SEAL_RULE_SEAL_VM);
    REFUSED(binding.destination, elsewhere, MG_SEAL_RULE_SEAL_ADDRESSEE);
    REFUSED(binding.connection_id, vector->connection_id ^ 2, MG_SEAL_RULE_SEAL_SESSION);
    REFUSED(binding.channel_type, 99, MG_SEAL_RULE_SEAL_CHANNEL);
    REFUSED(binding.channel_id, (uint8_t)(vector->channel_id ^ 1), MG_SEAL_RULE_SEAL_CHANNEL);
    REFUSED(binding.vm, NULL, MG_SEAL_RULE_SEAL_BINDING);
    REFUSED(binding.connection_id, 0, MG_SEAL_RULE_SEAL_BINDING);
    REFUSED(times.now, UINT64_MAX, MG_SEAL_RULE_SEAL_TIMES);
    REFUSED(times.now, vector_sealed_at - MG_SEAL_CLOCK_SKEW - 1, MG_SEAL_RULE_SEAL_CLOCK);
    REFUSED(times.now, vector_sealed_at + vector_lifetime + MG_SEAL_CLOCK_SKEW + 1, MG_SEAL_RULE_SEAL_EXPIRED);
    REFUSED(times.linked_at, vector_sealed_at + MG_SEAL_CLOCK_SKEW + 1, MG_SEAL_RULE_SEAL_STALE);
    REFUSED(times.since, vector_sealed_at + 1, MG_SEAL_RULE_SEAL_STALE);
    REFUSED(key.id, 8, MG_SEAL_RULE_SEAL_KEY_ID);
    REFUSED(key.bytes[31], 0, MG_SEAL_RULE_SEAL_KEY);
    REFUSED(plain_size, made.plain_size - 1, MG_SEAL_RULE_SEAL_SIZE);
    REFUSED(plain_size, 0, MG_SEAL_RULE_SEAL_SIZE);
#undef REFUSED
    other = made;
    other.times.now = vector_sealed_at + vector_lifetime + MG_SEAL_CLOCK_SKEW;
    other.binding.destination = NULL;
    expect(fresh(vector, &other, vector->envelope, vector->envelope_size) == 0, vector, "is not opened in time", 0);
}

enum { certified_head = 134, chain_size = 5, statement_size = MG_SEAL_STATEMENT_SIZE + 2, signature_size = 64 };
enum { certified_size = certified_head + chain_size + statement_size + signature_size };

static void write_u32(uint8_t *at, uint32_t value)
{
    for (unsigned byte = 0; byte < 4; byte++)
        at[byte] = (uint8_t)(value >> 8 * byte);
}

/* An envelope of its form, of which every part has bytes of its own. */
static void make_certified(uint8_t *data)
{
    uint32_t start = certified_head;
    const uint32_t sizes[] = { chain_size, statement_size, signature_size };

    memset(data, 0, certified_head);
    memcpy(data, "MGSX\1", 5);
    data[24] = 1;
    data[32] = 2;
    for (size_t part = 0; part < 3; part++) {
        write_u32(data + 110 + 8 * part, sizes[part]);
        write_u32(data + 114 + 8 * part, start);
        memset(data + start, (int)part + 10, sizes[part]);
        start += sizes[part];
    }
}

static void read_certified(const struct vector *vector)
{
    uint8_t *const data = (uint8_t *)malloc(certified_size);
    const attempt made = usual(vector);
    mg_seal_certified certified;

    if (data == NULL)
        abort();
    make_certified(data);
    expect(mg_seal_check_certified(data, certified_size, NULL), vector, "certified: has not its form", 0);
    expect(mg_seal_read_certified(data, certified_size, &certified, NULL), vector, "certified: is not read", 0);
    expect(certified.sealed_at == 1 && certified.expires_at == 2, vector, "certified: other times", 0);
    expect(certified.chain == data + certified_head && certified.chain_size == chain_size, vector, "certified: chain", 0);
    expect(certified.statement == certified.chain + chain_size && certified.statement_size == statement_size, vector,
        "certified: statement", 0);
    expect(certified.signature == certified.statement + statement_size && certified.signature_size == signature_size,
        vector, "certified: signature", 0);
    expect(fresh(vector, &made, data, certified_size) == MG_SEAL_RULE_SEAL_KIND, vector, "certified: is opened", 0);
    for (size_t size = 0; size < certified_size; size++)
        expect(!mg_seal_read_certified(data, size, &certified, NULL), vector, "certified: is read with a size of", size);
    free(data);
}

int main(void)
{
    const size_t count = sizeof vectors / sizeof *vectors;

    if (!seal_digest(vector_vm, vm) || !seal_digest(vector_destination, destination) || !seal_digest("", elsewhere))
        return 2;
    for (size_t index = 0; index < count; index++) {
        open_once(&vectors[index]);
        alter(&vectors[index]);
        misuse(&vectors[index]);
    }
    read_certified(&vectors[0]);
    printf("%zu vectors, %d failures\n", count, failures);
    return failures == 0 ? 0 : 1;
}
