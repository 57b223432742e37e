/*
 * Opens an envelope from a file and checks the state in it, as a patched spice-server would:
 *     open KEYFILE VM CONNECTION TYPE ID FILE
 * Compile with: cc -I.. open.c seal_openssl.c ../migration_guard.c ../migration_guard_seal.c -lcrypto
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "migration_guard.h"
#include "seal_openssl.h"

enum { most_state = 1 << 21, most_keys = 64 };

/* Reads a key file as migration-guard seal-key writes it; the mode of the file is the caller's to look at. */
static size_t read_keys(const char *path, seal_key *keys)
{
    FILE *const file = fopen(path, "r");
    char line[256];
    char digits[2 * MG_SEAL_KEY_SIZE + 1];
    size_t count = 0;

    while (file != NULL && count < most_keys && fgets(line, sizeof line, file) != NULL) {
        seal_key *const key = &keys[count];
        if (sscanf(line, "%" SCNu32 " %*[a-z] %64[0-9A-Fa-f]", &key->id, digits) != 2
            || strlen(digits) != 2 * MG_SEAL_KEY_SIZE)
            continue;
        for (size_t byte = 0; byte < MG_SEAL_KEY_SIZE; byte++) {
            const char pair[] = { digits[2 * byte], digits[2 * byte + 1], '\0' };
            key->bytes[byte] = (uint8_t)strtoul(pair, NULL, 16);
        }
        count++;
    }
    if (file != NULL)
        fclose(file);
    return count;
}

static int refused(const char *text)
{
    printf("refused: %s\n", text);
    return 1;
}

int main(int count, char **arguments)
{
    static uint8_t data[most_state + MG_SEAL_OVERHEAD];
    static uint8_t plain[most_state + MG_SEAL_STATEMENT_SIZE];
    static seal_key keys[most_keys];
    static seal_context context;
    uint8_t vm[MG_SEAL_DIGEST_SIZE];
    char text[512];
    mg_seal_violation unopened;
    mg_seal_opened opened;
    FILE *const file = count == 7 ? fopen(arguments[6], "rb") : NULL;

    if (file == NULL || !seal_digest(arguments[2], vm)) {
        fprintf(stderr, "usage: open KEYFILE VM CONNECTION TYPE ID FILE\n");
        return 2;
    }
    const size_t size = fread(data, 1, sizeof data, file);
    fclose(file);

    const mg_seal_binding binding = { vm, NULL, (uint32_t)strtoul(arguments[3], NULL, 10),
        (uint8_t)atoi(arguments[4]), (uint8_t)atoi(arguments[5]) };
    const uint64_t now = (uint64_t)time(NULL) * 1000;
    /* A server says when the channel was linked, and since when it remembers what was opened. */
    const mg_seal_times times = { now, 0, 0 };
    const mg_seal_callbacks callbacks = seal_callbacks(&context);
    context.keys = keys;
    context.key_count = read_keys(arguments[1], keys);
    context.now = now;
    if (!mg_seal_open(data, size, &binding, &times, &callbacks, plain, sizeof plain, &opened, &unopened)) {
        mg_seal_format_violation(text, sizeof text, &unopened);
        return refused(text);
    }

    mg_receiver receiver = mg_default_receiver;
    mg_violation violation;
    receiver.provenance = MG_PROVENANCE_SEALED;
    if (!mg_check((mg_channel)binding.channel_type, opened.statement.state, opened.statement.state_size,
            &receiver, &violation)) {
        mg_format_violation(text, sizeof text, &violation);
        return refused(text);
    }
    printf("accepted: a state of %" PRIu32 " bytes\n", opened.statement.state_size);
    return 0;
}
