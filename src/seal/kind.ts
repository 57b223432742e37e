import { viewOf } from "../violation/bytes.js"
import { certifiedLayout } from "./certified.js"
import { envelopeLayout } from "./envelope.js"
import { offsetIn } from "./head.js"

/** The magics of the two kinds, as little-endian numbers. */
export const magics = { sealed: 0x4553474d, certified: 0x5853474d } as const

/** What an envelope rests on: a key that both hosts have, or a host's certificate. */
export type EnvelopeKind = keyof typeof magics

/** Which kind of envelope bytes begin as; undefined where they begin as none. */
export const kindOf = (bytes: Uint8Array): EnvelopeKind | undefined => {
  const magic = bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true)
  if (magic === magics.sealed) return "sealed"
  return magic === magics.certified ? "certified" : undefined
}

/**
 * Says whether bytes begin as an envelope does, of either kind, as opposed to a state of a server's.
 *
 * @example
 * isEnvelope(readFileSync("corpus/main/genuine/main-base.bin"))
 * // false
 * @since 0.6.0
 */
export const isEnvelope = (bytes: Uint8Array): boolean => kindOf(bytes) !== undefined

const idOffsets = { sealed: offsetIn(envelopeLayout, "id"), certified: offsetIn(certifiedLayout, "id") }

/** The id of an envelope that is one, in 32 hexadecimal digits. */
export const envelopeIdOf = (envelope: Uint8Array): string => {
  const offset = idOffsets[kindOf(envelope) ?? "sealed"]
  return Buffer.from(envelope.subarray(offset, offset + 16)).toString("hex")
}
