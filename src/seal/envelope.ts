import * as L from "../layout/index.js"
import { planOf } from "../layout/plan.js"
import { headWriterOf } from "./head.js"
import { commitmentSize, saltSize } from "./sizes.js"

/** Bytes of an AES-GCM tag, the last of a ciphertext. */
export const tagSize = 16

/** No sealed envelope is larger: a relay holds no larger state, whatever it is told. */
const mostBytes = 0x4001000

/** What is known of an agent, by the numbers that a statement has. */
export const agents = { unknown: 0, absent: 1, connected: 2 } as const

/** What is encrypted: what the source's guard states beside the state, and the state. */
export const statementLayout = L.layout("statement", {
  title: "SealedStatement",
  doc: "What an envelope's ciphertext is the encryption of.",
  limit: mostBytes,
  fields: {
    agent: L.enumeration(
      agents,
      "Whether the source's server had told the client that an agent is connected, as the source's guard saw it.",
    ),
    displays: L.u64(
      "The display channels that the source's server had linked, each the bit of its id; ids from 64 on have none.",
    ),
    state_size: L.lengthOf("state", "The size of the state."),
    state_ptr: L.pointerTo("state", L.run(), "The server's MIGRATE_DATA, as it wrote it."),
  },
})

/** Bytes of a statement about an empty state. */
export const statementSize = planOf(statementLayout).size

/** Bytes that a ciphertext has at least: those of a statement about an empty state, and the tag. */
const leastCiphertext = statementSize + tagSize

/** What envelopes of both kinds say of themselves: which one it is, when it may be opened, and what it is for. */
export const addressFields = {
  id: L.bytes(16, "Random, and no other envelope's: it is opened only once."),
  sealed_at: L.u64("When it was sealed, since 1970 in UTC.", "milliseconds"),
  expires_at: L.u64("When it expires.", "milliseconds"),
  vm: L.bytes(32, "The SHA-256 of the virtual machine's name."),
  destination: L.bytes(
    32,
    "The SHA-256 of where the source's server sent its client, as host:port; of nothing if not known.",
  ),
  connection_id: L.u32("The session: the connection id that the source's server gave it."),
  channel_type: L.u8("The kind of channel, as in a link message."),
  channel_id: L.u8("Which of that kind."),
}

/** An envelope. The fixed part is authenticated with the ciphertext. */
export const envelopeLayout = L.layout("envelope", {
  title: "SealedEnvelope",
  doc: "The state of one channel, sealed by the source's guard for the target's.",
  limit: mostBytes,
  fields: {
    magic: L.magic("MGSE", "The format, in ASCII."),
    version: L.version(1, "The format's version, and with it all algorithms."),
    key_id: L.u32("Which key of the key file it was sealed with."),
    salt: L.bytes(saltSize, "Random: the envelope's own key is derived from the key and this."),
    commitment: L.bytes(
      commitmentSize,
      "What the derivation gives beside the key and the nonce: another key gives another one.",
    ),
    ...addressFields,
    ciphertext_size: L.lengthOf("ciphertext", "The size of the ciphertext, with its tag."),
    ciphertext_ptr: L.pointerTo("ciphertext", L.run(), "The encrypted statement and the 16 bytes of its tag."),
  },
  rules: (blob) => [
    {
      id: "envelope/expires-after-sealing",
      code: "inconsistent",
      at: blob.sealed_at,
      holds: L.below(blob.sealed_at, blob.expires_at),
      requirement: "An envelope must expire after it was sealed.",
      consequence: "Nobody could open it.",
      source: "our own rule (docs/sealing.md)",
    },
    {
      id: "envelope/holds-a-statement",
      code: "truncated",
      at: blob.ciphertext_size,
      holds: L.atMost(leastCiphertext, blob.ciphertext_size),
      requirement: "A ciphertext must have room for a statement and the tag.",
      consequence: "It cannot be authenticated.",
      source: "our own rule (docs/sealing.md)",
    },
  ],
})

/** An envelope's fields. */
export interface Envelope extends L.State<typeof envelopeLayout> {}

/** What was sealed. */
export interface Statement extends L.State<typeof statementLayout> {}

/** Bytes of an envelope's fixed part: the additional data of its encryption. */
export const headerSize = planOf(envelopeLayout).size

/**
 * Bytes that sealing adds to a state.
 *
 * @since 0.6.0
 */
export const overhead = headerSize + leastCiphertext

const writeEnvelopeHead = headWriterOf(envelopeLayout)
const writeStatementHead = headWriterOf(statementLayout)

/** Encodes an envelope up to its ciphertext, of so many bytes. */
export const encodeEnvelopeHead = (envelope: Omit<Envelope, "ciphertext">, size: number): Uint8Array =>
  writeEnvelopeHead({ ...envelope }, { ciphertext: size })

/** Encodes a statement up to its state, of so many bytes. */
export const encodeStatementHead = ({ agent, displays }: Omit<Statement, "state">, size: number): Uint8Array =>
  writeStatementHead({ agent: agents[agent], displays }, { state: size })
