import * as L from "../layout/index.js"
import { known, planOf } from "../layout/plan.js"
import { viewOf } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"

/** Bytes of an AES-GCM tag, the last of a ciphertext. */
export const tagSize = 16

/** No envelope is larger: a relay holds no larger state, whatever it is told. */
const mostBytes = 0x4001000

/** What is encrypted: what the source's guard states beside the state, and the state. */
export const statementLayout = L.layout("statement", {
  title: "Statement",
  doc: "What an envelope's ciphertext is the encryption of.",
  limit: mostBytes,
  fields: {
    agent: L.enumeration(
      { unknown: 0, absent: 1, connected: 2 },
      "Whether the source's server had told the client that an agent is connected, as the source's guard saw it.",
    ),
    displays: L.u64(
      "The display channels that the source's server had linked, each the bit of its id; ids from 64 on have none.",
    ),
    state_size: L.lengthOf("state", "The size of the state."),
    state_ptr: L.pointerTo("state", L.run(), "The server's MIGRATE_DATA, as it wrote it."),
  },
})

/** Bytes that a ciphertext has at least: those of a statement about an empty state, and the tag. */
const leastCiphertext = planOf(statementLayout).size + tagSize

/** An envelope. The fixed part is authenticated with the ciphertext. */
export const envelopeLayout = L.layout("envelope", {
  title: "Envelope",
  doc: "The state of one channel, sealed by the source's guard for the target's.",
  limit: mostBytes,
  fields: {
    magic: L.magic("MGSE", "The format, in ASCII."),
    version: L.version(1, "The format's version, and with it all algorithms."),
    key_id: L.u32("Which key of the key file it was sealed with."),
    salt: L.bytes(32, "Random: the envelope's own key is derived from the key and this."),
    commitment: L.bytes(32, "What the derivation gives beside the key and the nonce: another key gives another one."),
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
    },
    {
      id: "envelope/holds-a-statement",
      code: "truncated",
      at: blob.ciphertext_size,
      holds: L.atMost(leastCiphertext, blob.ciphertext_size),
      requirement: "A ciphertext must have room for a statement and the tag.",
      consequence: "It cannot be authenticated.",
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

const decodeBy =
  <Y extends L.Layout>(layout: Y) =>
  (bytes: Uint8Array): L.State<Y> | Violation => {
    const { violations, state } = L.interpret(layout, bytes, {}, { alias: true, claims: false })
    return violations[0] ?? (state as L.State<Y>)
  }

/** Decodes an envelope of whatever size; its runs are views of the input. */
export const decodeEnvelope = decodeBy(envelopeLayout)

/** Decodes what was sealed; its state is a view of the input. */
export const decodeStatement = decodeBy(statementLayout)

const offsetIn = (layout: L.Layout, path: string): number =>
  known(new Map(planOf(layout).fields.map((field) => [field.path, field.offset])), path)

/** Encodes all but a layout's one run, of which it takes the size: a large state is copied only by its encryption. */
const encodeHeadBy = <Y extends L.Layout, const Run extends string>(layout: Y, run: Run) => {
  const [sizeAt, pointerAt] = [offsetIn(layout, `${run}_size`), offsetIn(layout, `${run}_ptr`)]
  return (state: Omit<L.State<Y>, Run>, runSize: number): Uint8Array => {
    const bytes = L.encode(layout, { ...state, [run]: new Uint8Array() })
    if (bytes instanceof Violation) throw new TypeError(`no ${layout.format}: ${bytes.message}`)
    const view = viewOf(bytes)
    view.setUint32(sizeAt, runSize, true)
    view.setUint32(pointerAt, runSize === 0 ? 0 : bytes.length, true)
    return bytes
  }
}

/** Encodes an envelope up to its ciphertext, of so many bytes. */
export const encodeEnvelopeHead = encodeHeadBy(envelopeLayout, "ciphertext")

/** Encodes a statement up to its state, of so many bytes. */
export const encodeStatementHead = encodeHeadBy(statementLayout, "state")

const magicNumber = 0x4553474d

/**
 * Says whether bytes begin as an envelope does, as opposed to a state of a server's.
 *
 * @example
 * isEnvelope(readFileSync("corpus/main/genuine/main-base.bin"))
 * // false
 * @since 0.6.0
 */
export const isEnvelope = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === magicNumber

const idOffset = offsetIn(envelopeLayout, "id")

/** The id of an envelope that is one, in 32 hexadecimal digits. */
export const envelopeIdOf = (envelope: Uint8Array): string =>
  Buffer.from(envelope.subarray(idOffset, idOffset + 16)).toString("hex")
