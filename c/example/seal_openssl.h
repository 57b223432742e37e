/* Callbacks of mg_seal_open on OpenSSL 3, with keys and a replay window in memory. */
#ifndef SEAL_OPENSSL_H
#define SEAL_OPENSSL_H

#include "migration_guard_seal.h"

enum { seal_most_openings = 1024 };

typedef struct seal_key {
    uint32_t id;
    uint8_t bytes[MG_SEAL_KEY_SIZE];
} seal_key;

/* An envelope that was opened, and until when it is remembered, in milliseconds since 1970. */
typedef struct seal_opening {
    uint8_t id[MG_SEAL_ID_SIZE];
    uint64_t until;
} seal_opening;

/* What the callbacks go by. One for all channels of a machine: an envelope is opened twice otherwise. */
typedef struct seal_context {
    const seal_key *keys;
    size_t key_count;
    /* Milliseconds since 1970: set it before each call of mg_seal_open. */
    uint64_t now;
    seal_opening openings[seal_most_openings];
    size_t opening_count;
} seal_context;

/* The callbacks that go by a context. */
mg_seal_callbacks seal_callbacks(seal_context *context);

/* The SHA-256 of a name, for a binding; false where OpenSSL gives none. */
bool seal_digest(const char *name, uint8_t *digest);

#endif
