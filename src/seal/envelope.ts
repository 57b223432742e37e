import { encode } from "../layout/encode.js"
import { atMost, below } from "../layout/expression.js"
import { interpret } from "../layout/interpret.js"
import {
  array,
  enumeration,
  type Fields,
  type Layout,
  lengthOf,
  magic,
  pointerTo,
  run,
  type StateOf,
  struct,
  u8,
  u32,
  u64,
  version,
} from "../layout/language.js"
import { known, type Plan, planOf } from "../layout/plan.js"
import { viewOf } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"

/** Bytes of an AES-GCM tag, the last of a ciphertext. */
export const tagSize = 16

const statementFields = {
  agent: enumeration(
    { unknown: 0, absent: 1, connected: 2 },
    "Whether the source's server had told the client that an agent is connected, as the source's guard saw it.",
  ),
  displays: u64(
    "The display channels that the source's server had linked, each the bit of its id; ids from 64 on have none.",
  ),
  state_size: lengthOf("state", "The size of the state."),
  state_ptr: pointerTo("state", run, "The server's MIGRATE_DATA, as it wrote it."),
}

/** What is encrypted: what the source's guard states beside the state, and the state. */
export const statementLayout: Layout<typeof statementFields> = {
  format: "statement",
  title: "Statement",
  struct: struct("What an envelope's ciphertext is the encryption of.", statementFields),
}

const envelopeFields = {
  magic: magic("MGSE", "The format, in ASCII."),
  version: version(1, "The format's version, and with it all algorithms."),
  key_id: u32("Which key of the key file it was sealed with."),
  salt: array(u64("Random bytes: the envelope's own key is derived from the key and them."), 4),
  commitment: array(u64("What the derivation gives beside the key and the nonce: another key gives another one."), 4),
  id: array(u64("Random bytes that no other envelope has: it is opened only once."), 2),
  sealed_at: u64("When it was sealed, since 1970 in UTC.", "milliseconds"),
  expires_at: u64("When it expires.", "milliseconds"),
  vm: array(u64("The SHA-256 of the virtual machine's name."), 4),
  destination: array(
    u64("The SHA-256 of where the source's server sent its client, as host:port; of nothing if not known."),
    4,
  ),
  connection_id: u32("The session: the connection id that the source's server gave it."),
  channel_type: u8("The kind of channel, as in a link message."),
  channel_id: u8("Which of that kind."),
  ciphertext_size: lengthOf("ciphertext", "The size of the ciphertext, with its tag."),
  ciphertext_ptr: pointerTo("ciphertext", run, "The encrypted statement and the 16 bytes of its tag."),
}

/** Bytes that a ciphertext has at least: those of a statement about an empty state, and the tag. */
const leastCiphertext = planOf(statementLayout).size + tagSize

/** An envelope. The fixed part is authenticated with the ciphertext. */
export const envelopeLayout: Layout<typeof envelopeFields> = {
  format: "envelope",
  title: "Envelope",
  struct: struct("The state of one channel, sealed by the source's guard for the target's.", envelopeFields, (blob) => [
    {
      id: "envelope/expires-after-sealing",
      code: "inconsistent",
      at: blob.sealed_at,
      holds: below(blob.sealed_at, blob.expires_at),
      requirement: "An envelope must expire after it was sealed.",
      consequence: "Nobody could open it.",
    },
    {
      id: "envelope/holds-a-statement",
      code: "truncated",
      at: blob.ciphertext_size,
      holds: atMost(leastCiphertext, blob.ciphertext_size),
      requirement: "A ciphertext must have room for a statement and the tag.",
      consequence: "It cannot be authenticated.",
    },
  ]),
}

/** An envelope's fields. */
export interface Envelope extends StateOf<typeof envelopeFields> {}

/** What was sealed. */
export interface Statement extends StateOf<typeof statementFields> {}

const plans = { envelope: planOf(envelopeLayout), statement: planOf(statementLayout) }

/** Bytes of an envelope's fixed part: the additional data of its encryption. */
export const headerSize = plans.envelope.size

/**
 * Bytes that sealing adds to a state.
 *
 * @since 0.6.0
 */
export const overhead = headerSize + leastCiphertext

const decodeBy =
  <F extends Fields>(plan: Plan) =>
  (bytes: Uint8Array): StateOf<F> | Violation => {
    const receiver = { maxBlobBytes: { [plan.layout.format]: bytes.length } }
    const { violations, state } = interpret(plan, bytes, receiver, plan.layout.format, { alias: true, claims: false })
    return violations[0] ?? (state as StateOf<F>)
  }

/** Decodes an envelope of whatever size; its ciphertext is a view of the input. */
export const decodeEnvelope = decodeBy<typeof envelopeFields>(plans.envelope)

/** Decodes what was sealed; its state is a view of the input. */
export const decodeStatement = decodeBy<typeof statementFields>(plans.statement)

const encodeBy =
  <S>(plan: Plan) =>
  (state: S): Uint8Array => {
    const receiver = { maxBlobBytes: { [plan.layout.format]: Number.MAX_SAFE_INTEGER } }
    const bytes = encode(plan, state, receiver, plan.layout.format)
    if (bytes instanceof Violation) throw new TypeError(`no ${plan.layout.format}: ${bytes.message}`)
    return bytes
  }

export const encodeEnvelope = encodeBy<Envelope>(plans.envelope)
export const encodeStatement = encodeBy<Statement>(plans.statement)

/**
 * Says whether bytes begin as an envelope does, as opposed to a state of a server's.
 *
 * @example
 * isEnvelope(readFileSync("corpus/main/genuine/main-base.bin"))
 * // false
 * @since 0.6.0
 */
export const isEnvelope = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === envelopeFields.magic.value

const idOffset = known(new Map(plans.envelope.fields.map(({ path, offset }) => [path, offset])), "id[0]")

/** The id of an envelope that is one, in 32 hexadecimal digits. */
export const envelopeIdOf = (envelope: Uint8Array): string =>
  Buffer.from(envelope.subarray(idOffset, idOffset + 16)).toString("hex")

/** Bytes as the u64s that a layout has for them, eight each. */
export const wordsOf = (bytes: Uint8Array): readonly bigint[] => {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / 8 }, (_, index) => view.getBigUint64(8 * index, true))
}

export const bytesOfWords = (words: readonly bigint[]): Uint8Array => {
  const bytes = new Uint8Array(8 * words.length)
  const view = viewOf(bytes)
  for (const [index, word] of words.entries()) view.setBigUint64(8 * index, word, true)
  return bytes
}
