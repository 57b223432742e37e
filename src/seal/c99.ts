import { readAt } from "../layout/backends/c99.js"
import { emitLibrary, type LibraryFiles } from "../layout/backends/c99-library.js"
import { toldBy } from "../layout/backends/c99-parameters.js"
import { comment, constantNamed, indented } from "../layout/backends/c99-text.js"
import type { Layout } from "../layout/index.js"
import { programOf } from "../layout/lower.js"
import { type PlannedField, planOf } from "../layout/plan.js"
import { channelTypes } from "../spice/wire/channels.js"
import { clockSkew } from "./admit.js"
import { certifiedLayout } from "./certified.js"
import { purpose } from "./derive.js"
import { envelopeLayout, headerSize, overhead, statementLayout, tagSize } from "./envelope.js"
import { keySize } from "./keyring.js"
import { magics } from "./kind.js"
import { openRules, sealRules } from "./rules.js"
import { commitmentSize, nonceSize, saltSize } from "./sizes.js"
import { mostLifetime, mostTime } from "./times.js"

/** Opening in C: how an envelope is read and what it is bound to follows from its declaration, the cipher is the caller's. */

const prefix = "mg_seal"

/** A layout's fields as members of a struct; those that only say where its run is are its size and its pointer. */
const structOf = (layout: Layout): string => {
  const { fields, parts } = planOf(layout)
  const member = ({ path, type, doc }: PlannedField): string =>
    `${comment(doc)}\n${type.kind === "bytes" ? `const uint8_t *${path}` : `uint${type.bits}_t ${path}`};`
  const members = [
    ...fields.filter(({ role, type }) => role === undefined && type.kind !== "constant").map(member),
    ...parts.flatMap(({ path }) => [`const uint8_t *${path};`, `uint32_t ${path}_size;`]),
  ]
  return `typedef struct ${prefix}_${layout.format} {\n${indented(members.join("\n"))}\n} ${prefix}_${layout.format};`
}

/** The function that fills such a struct from data that was checked. */
const readerOf = (layout: Layout): string => {
  const { fields, parts, size } = planOf(layout)
  /** Runs stand one behind the other, and the pointer of an empty one is 0. */
  const startOf = (run: string): string => {
    const before = parts.slice(
      0,
      parts.findIndex(({ path }) => path === run),
    )
    return ["data", String(size), ...before.map(({ path }) => `${layout.format}->${path}_size`)].join(" + ")
  }
  const settings = fields.flatMap(({ path, offset, type, role }) => {
    if (type.kind === "constant") return []
    if (type.kind === "bytes") return [`${layout.format}->${path} = data + ${offset};`]
    if (role?.of === "pointer") return [`${layout.format}->${role.part} = ${startOf(role.part)};`]
    return [`${layout.format}->${path} = ${readAt(type, "data", String(offset))};`]
  })
  return `static void read_${layout.format}(const uint8_t *data, ${prefix}_${layout.format} *${layout.format})
{
${indented(settings.join("\n"))}
}
`
}

const rule = ({ id }: { readonly id: string }): string => `MG_SEAL_RULE_${constantNamed(id)}`

const derivedSize = keySize + nonceSize + commitmentSize

const signature = `bool mg_seal_open(const uint8_t *data, size_t size, const mg_seal_binding *binding,
    const mg_seal_times *times, const mg_seal_callbacks *callbacks, uint8_t *plain,
    size_t plain_size, mg_seal_opened *opened, mg_seal_violation *violation)`

const declarations = `/* Sizes in bytes. */
enum {
    /* Of what is in front of an envelope's ciphertext, and is authenticated with it. */
    MG_SEAL_HEADER_SIZE = ${headerSize},
    /* What sealing adds to a state. */
    MG_SEAL_OVERHEAD = ${overhead},
    /* What is encrypted in front of the state. */
    MG_SEAL_STATEMENT_SIZE = ${planOf(statementLayout).size},
    MG_SEAL_TAG_SIZE = ${tagSize},
    MG_SEAL_SALT_SIZE = ${saltSize},
    MG_SEAL_ID_SIZE = 16,
    MG_SEAL_DIGEST_SIZE = 32,
    MG_SEAL_KEY_SIZE = ${keySize},
    MG_SEAL_NONCE_SIZE = ${nonceSize},
    MG_SEAL_DERIVED_SIZE = ${derivedSize}
};

/* The info that keys of envelopes are derived with, without the NUL at its end. */
#define MG_SEAL_INFO "${purpose}"

/* The fields of an envelope; pointers lead into it. */
${structOf(envelopeLayout)}

/* What was sealed; the pointer leads into the plaintext. */
${structOf(statementLayout)}

/* The fields of an envelope that a host has signed; pointers lead into it. */
${structOf(certifiedLayout)}

/* By how many milliseconds the clocks of two hosts may differ. */
enum { MG_SEAL_CLOCK_SKEW = ${clockSkew} };

/* What an envelope has to be sealed for. */
typedef struct mg_seal_binding {
    /* The SHA-256 of the machine's UUID or name, as the source's guard has it. */
    const uint8_t *vm;
    /* The SHA-256 of how clients are told of this server, "host:port" in small letters; NULL for any. */
    const uint8_t *destination;
    /* What the client's link says; never 0. */
    uint32_t connection_id;
    /* SPICE's number of the channel's type, ${channelTypes.main} for main, and the channel's id. */
    uint8_t channel_type;
    uint8_t channel_id;
} mg_seal_binding;

/* Milliseconds since 1970, in UTC. */
typedef struct mg_seal_times {
    uint64_t now;
    /* When the channel was linked here: nothing for it can have been sealed before. */
    uint64_t linked_at;
    /*
     * What was sealed before may have been opened and forgotten: when remembering began, and MG_SEAL_CLOCK_SKEW more; 0
     * where nothing was forgotten before it expired.
     */
    uint64_t since;
} mg_seal_times;

typedef enum mg_seal_taken {
    MG_SEAL_FIRST,
    MG_SEAL_AGAIN,
    /* No more can be remembered. */
    MG_SEAL_FULL
} mg_seal_taken;

/* What the caller does, with the cryptography of its choice. */
typedef struct mg_seal_callbacks {
    /* Given to each of them. */
    void *context;
    /*
     * HKDF-SHA256 of the key of an id, with MG_SEAL_SALT_SIZE bytes of salt and MG_SEAL_INFO: writes
     * MG_SEAL_DERIVED_SIZE bytes. Returns false where there is no such key.
     */
    bool (*derive)(void *context, uint32_t key_id, const uint8_t *salt, uint8_t *derived);
    /*
     * Opens AES-256-GCM with a key of MG_SEAL_KEY_SIZE bytes, a nonce of MG_SEAL_NONCE_SIZE, the
     * MG_SEAL_HEADER_SIZE bytes of header as additional data and a tag of MG_SEAL_TAG_SIZE: writes as many bytes as
     * there are. Returns false where the tag is not that.
     */
    bool (*decrypt)(void *context, const uint8_t *key, const uint8_t *nonce, const uint8_t *header,
        const uint8_t *ciphertext, size_t size, const uint8_t *tag, uint8_t *plain);
    /*
     * Remembers an envelope's id until a time, and says whether it was remembered already. It is asked last: an id
     * is not remembered for an envelope that is refused. Where a server can be restarted it has to be on the disk
     * before this returns, or times.since has to be when the server began.
     */
    mg_seal_taken (*take)(void *context, const uint8_t *id, uint64_t until);
} mg_seal_callbacks;

/* What was in an envelope. */
typedef struct mg_seal_opened {
    mg_seal_envelope envelope;
    mg_seal_statement statement;
} mg_seal_opened;

/* Whether data of any size holds every rule; violation, which may be NULL, gets the first one that it breaks. */
bool mg_seal_check_envelope(const uint8_t *data, size_t size, mg_seal_violation *violation);
bool mg_seal_check_statement(const uint8_t *data, size_t size, mg_seal_violation *violation);
bool mg_seal_check_certified(const uint8_t *data, size_t size, mg_seal_violation *violation);

/*
 * Reads an envelope that a host has signed, if it has its form, and nothing more: its certificates and its signature are
 * the caller's to verify before anything of it is believed, as docs/formats/sealed.md says.
 */
bool mg_seal_read_certified(const uint8_t *data, size_t size, mg_seal_certified *certified,
    mg_seal_violation *violation);

/*
 * Opens an envelope, once: authenticates and decrypts it, and holds it against what it has to be sealed for, as
 * docs/formats/sealed.md says. The plaintext is written to plain, which must not overlap the data: with room for
 * plain_size bytes, it takes states of MG_SEAL_STATEMENT_SIZE bytes less. Where it is refused, opened stays as it is,
 * nothing is left in plain, and violation, which may be NULL, says why: for a log, never for who brought it.
 *
 * The state is in opened->statement: check it as any other, with a receiver whose provenance is MG_PROVENANCE_SEALED.
 */
${signature};`

const definitions = `bool mg_seal_check_envelope(const uint8_t *data, size_t size, mg_seal_violation *violation)
{
    return check_${envelopeLayout.format}(data, size, violation);
}

bool mg_seal_check_statement(const uint8_t *data, size_t size, mg_seal_violation *violation)
{
    return check_${statementLayout.format}(data, size, violation);
}

bool mg_seal_check_certified(const uint8_t *data, size_t size, mg_seal_violation *violation)
{
    return check_${certifiedLayout.format}(data, size, violation);
}

${readerOf(envelopeLayout)}
${readerOf(statementLayout)}
${readerOf(certifiedLayout)}
bool mg_seal_read_certified(const uint8_t *data, size_t size, mg_seal_certified *certified,
    mg_seal_violation *violation)
{
    if (!check_${certifiedLayout.format}(data, size, violation))
        return false;
    read_${certifiedLayout.format}(data, certified);
    return true;
}

/* Compares bytes in a time that does not say where they differ. */
static bool differ(const uint8_t *one, const uint8_t *other, size_t size)
{
    uint8_t difference = 0;

    for (size_t index = 0; index < size; index++)
        difference = (uint8_t)(difference | (one[index] ^ other[index]));
    return difference != 0;
}

/* Overwrites bytes, which no compiler may leave out. */
static void wipe(uint8_t *bytes, size_t size)
{
    volatile uint8_t *const each = bytes;

    for (size_t index = 0; index < size; index++)
        each[index] = 0;
}

/* Authenticates and decrypts; returns the rule that is broken, or 0. */
static uint16_t decrypt(const mg_seal_envelope *envelope, const uint8_t *header,
    const mg_seal_callbacks *callbacks, uint8_t *plain)
{
    const size_t size = envelope->ciphertext_size - MG_SEAL_TAG_SIZE;
    uint8_t derived[MG_SEAL_DERIVED_SIZE] = { 0 };
    const uint8_t *const nonce = derived + MG_SEAL_KEY_SIZE;
    uint16_t rule = 0;

    if (!callbacks->derive(callbacks->context, envelope->key_id, envelope->salt, derived))
        rule = ${rule(openRules.keyId)};
    else if (differ(nonce + MG_SEAL_NONCE_SIZE, envelope->commitment, ${commitmentSize}))
        rule = ${rule(openRules.key)};
    else if (!callbacks->decrypt(callbacks->context, derived, nonce, header, envelope->ciphertext, size,
                 envelope->ciphertext + size, plain))
        rule = ${rule(openRules.authentic)};
    wipe(derived, sizeof derived);
    return rule;
}

/* Whether an authentic envelope is for whom it was brought to. */
static bool is_for(const mg_seal_envelope *envelope, const mg_seal_binding *binding,
    mg_seal_violation *violation)
{
    if (differ(envelope->vm, binding->vm, MG_SEAL_DIGEST_SIZE))
        return refuse(violation, ${rule(openRules.vm)}, 0, 0, 0, 0);
    if (binding->destination != NULL
        && differ(envelope->destination, binding->destination, MG_SEAL_DIGEST_SIZE))
        return refuse(violation, ${rule(openRules.addressee)}, 0, 0, 0, 0);
    if (envelope->connection_id != binding->connection_id)
        return refuse(violation, ${rule(openRules.session)}, 0, 0, envelope->connection_id,
            binding->connection_id);
    if (envelope->channel_type != binding->channel_type)
        return refuse(violation, ${rule(openRules.channel)}, 0, 0, envelope->channel_type,
            binding->channel_type);
    if (envelope->channel_id != binding->channel_id)
        return refuse(violation, ${rule(openRules.channel)}, 0, 0, envelope->channel_id,
            binding->channel_id);
    return true;
}

/* Whether an authentic envelope can be opened now; none expires before it is sealed. */
static bool is_timely(const mg_seal_envelope *envelope, const mg_seal_times *times,
    mg_seal_violation *violation)
{
    const uint64_t sealed_at = envelope->sealed_at;
    const uint64_t lifetime = envelope->expires_at - sealed_at;
    const uint64_t linked_at = times->linked_at > ${clockSkew} ? times->linked_at - ${clockSkew} : 0;
    const uint64_t earliest = linked_at > times->since ? linked_at : times->since;

    if (lifetime > ${mostLifetime})
        return refuse(violation, ${rule(openRules.lifetime)}, 0, 0, lifetime, ${mostLifetime});
    if (sealed_at > times->now + ${clockSkew})
        return refuse(violation, ${rule(openRules.clock)}, 0, 0, sealed_at - times->now, ${clockSkew});
    if (times->now > envelope->expires_at + ${clockSkew})
        return refuse(violation, ${rule(openRules.expired)}, 0, 0, times->now - sealed_at, lifetime);
    if (sealed_at < earliest)
        return refuse(violation, ${rule(openRules.stale)}, 0, 0, earliest - sealed_at, 0);
    return true;
}

/* Opens an envelope that has its form. */
static bool judge(const uint8_t *data, const mg_seal_binding *binding, const mg_seal_times *times,
    const mg_seal_callbacks *callbacks, uint8_t *plain, mg_seal_opened *opened,
    mg_seal_violation *violation)
{
    mg_seal_opened found;
    uint16_t rule;

    read_${envelopeLayout.format}(data, &found.envelope);
    rule = decrypt(&found.envelope, data, callbacks, plain);
    if (rule != 0)
        return refuse(violation, rule, 0, 0, found.envelope.key_id, 0);
    if (!is_for(&found.envelope, binding, violation) || !is_timely(&found.envelope, times, violation))
        return false;
    if (!check_${statementLayout.format}(plain, found.envelope.ciphertext_size - MG_SEAL_TAG_SIZE, NULL))
        return refuse(violation, ${rule(openRules.statement)}, 0, 0, 0, 0);
    read_${statementLayout.format}(plain, &found.statement);
    /* Last, so that only what would be opened is remembered. */
    switch (callbacks->take(callbacks->context, found.envelope.id,
        found.envelope.expires_at + ${clockSkew})) {
    case MG_SEAL_FIRST:
        *opened = found;
        return true;
    case MG_SEAL_AGAIN:
        return refuse(violation, ${rule(openRules.once)}, 0, 0, 0, 0);
    default:
        return refuse(violation, ${rule(openRules.remembered)}, 0, 0, 0, 0);
    }
}

${signature}
{
    const uint64_t most = (uint64_t)plain_size + MG_SEAL_HEADER_SIZE + MG_SEAL_TAG_SIZE;
    mg_seal_violation found;

    if (binding->vm == NULL || binding->connection_id == 0)
        return refuse(violation, ${rule(sealRules.binding)}, 0, 0, 0, 0);
    if (times->now > ${mostTime} || times->linked_at > ${mostTime} || times->since > ${mostTime})
        return refuse(violation, ${rule(sealRules.times)}, 0, 0, 0, 0);
    if (data != NULL && size >= 4 && read_u32(data) == 0x${magics.certified.toString(16)})
        return refuse(violation, ${rule(openRules.kind)}, 0, size, 0, 0);
    if (data == NULL || size < 4 || read_u32(data) != 0x${magics.sealed.toString(16)})
        return refuse(violation, ${rule(openRules.sealed)}, 0, size, 0, 0);
    if (size > most)
        return refuse(violation, ${rule(openRules.size)}, 0, size, size, most);
    if (!check_${envelopeLayout.format}(data, size, &found))
        return refuse(violation, ${rule(openRules.form)}, found.offset, found.length, 0, 0);
    if (judge(data, binding, times, callbacks, plain, opened, violation))
        return true;
    wipe(plain, size - MG_SEAL_HEADER_SIZE - MG_SEAL_TAG_SIZE);
    return false;
}`

/** The C library that opens envelopes: `c/migration_guard_seal.h` and `c/migration_guard_seal.c`. */
export const sealLibrary = (): LibraryFiles =>
  emitLibrary({
    prefix,
    file: "migration_guard_seal",
    about:
      "Opens what the guard of another host has sealed, with a cipher of the caller's. Generated by `npm run generate` from the declarations in src/seal. Do not edit.",
    checks: [envelopeLayout, statementLayout, certifiedLayout].map((layout) => ({
      program: programOf(layout),
      name: `check_${layout.format}`,
      takes: "",
      told: toldBy(prefix, "parameters"),
    })),
    declarations,
    definitions,
    rules: [...Object.values(openRules), sealRules.binding, sealRules.times],
  })
