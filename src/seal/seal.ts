import { createCipheriv, randomBytes } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { type Rule, Violation } from "../violation/violation.js"
import { type Binding, type BoundEnvelope, boundOf, digestOf } from "./binding.js"
import { algorithm, derive } from "./derive.js"
import { encodeEnvelopeHead, encodeStatementHead, headerSize, type Statement, tagSize } from "./envelope.js"
import type { Keyring } from "./keyring.js"
import { sealRules } from "./rules.js"
import { isWithin, mostLifetime, mostTime } from "./times.js"

/**
 * What the source's guard knows and the target's cannot, beside the state.
 *
 * @since 0.6.0
 */
export interface Stated {
  /** Whether the source's server had told the client that an agent is connected. Default `unknown`. */
  readonly agent?: Statement["agent"]
  /** The ids of the display channels that the source's server had linked; those from 64 on are left out. Default none. */
  readonly displays?: Iterable<number>
}

/**
 * How to seal. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface SealOptions {
  readonly keys: Keyring
  readonly now: number
  /** For how many milliseconds the envelope can be opened: 1 to 3600000. Default 60000. */
  readonly lifetime?: number
  readonly stated?: Stated
}

const nowhere = { path: "", offset: 0, length: 0 }

const displayBits = (ids: Iterable<number>): bigint =>
  [...ids].filter((id) => id < 64).reduce((bits, id) => bits | (1n << BigInt(id)), 0n)

/** The random parts of an envelope: 32 bytes of salt and 16 of its id. */
export interface Chance {
  readonly salt: Uint8Array
  readonly id: Uint8Array
}

const unknownDestination = digestOf("")

/** An envelope: its header is written first, for the encryption authenticates it. */
const envelopeOf = (
  statement: Uint8Array,
  state: Uint8Array,
  bound: BoundEnvelope,
  options: SealOptions,
  chance: Chance,
) => {
  const { keys, now, lifetime = 60_000 } = options
  const { id: key_id, key } = keys.active
  const derived = derive(key, chance.salt)
  const size = statement.length + state.length
  const header = encodeEnvelopeHead(
    {
      key_id,
      salt: chance.salt,
      commitment: derived.commitment,
      id: chance.id,
      sealed_at: BigInt(now),
      expires_at: BigInt(now + lifetime),
      vm: bound.vm,
      destination: bound.destination ?? unknownDestination,
      connection_id: bound.connectionId,
      channel_type: bound.channelType,
      channel_id: bound.channelId,
    },
    size + tagSize,
  )
  const cipher = createCipheriv(algorithm, derived.key, derived.nonce, { authTagLength: tagSize })
  derived.forget()
  cipher.setAAD(header)
  // Not zeroed, for every byte of it is written. Nor is it a Buffer, whose slice() would not copy.
  const envelope = new Uint8Array(Buffer.allocUnsafeSlow(headerSize + size + tagSize).buffer)
  envelope.set(header)
  envelope.set(cipher.update(statement), headerSize)
  envelope.set(cipher.update(state), headerSize + statement.length)
  cipher.final()
  envelope.set(cipher.getAuthTag(), headerSize + size)
  return envelope
}

const objectionTo = (state: unknown, { now, lifetime = 60_000 }: SealOptions): Rule | undefined => {
  if (!isBytes(state)) return structure.argument
  return isWithin(now, 0, mostTime) && isWithin(lifetime, 1, mostLifetime) ? undefined : sealRules.times
}

/** {@link seal} with random parts of the caller's choice: only for vectors. One salt must not serve twice. */
export const sealWith = (
  state: Uint8Array,
  binding: Binding,
  options: SealOptions,
  chance: Chance,
): Checked<Uint8Array> => {
  const objection = objectionTo(state, options)
  if (objection !== undefined) return E.left([new Violation(objection, nowhere)])
  const bound = boundOf(binding)
  if (bound instanceof Violation) return E.left([bound])
  const { agent = "unknown", displays = [] } = options.stated ?? {}
  const statement = encodeStatementHead({ agent, displays: displayBits(displays) }, state.length)
  return E.right(envelopeOf(statement, state, bound, options, chance))
}

/**
 * Seals a server's MIGRATE_DATA: who has none of the keys can neither read nor change it, nor use it for another
 * machine, session or channel, nor later. What the data says is not looked at.
 *
 * @param state - the payload of the message
 * @param binding - what it is sealed for
 * @param options - the keys, the time, and what is stated beside it
 * @returns the envelope, {@link overhead} bytes longer than the state, or what is wrong with the arguments
 * @example
 * const keys = keyring(Buffer.from(`1 active ${"a1".repeat(32)}`))
 * const binding = { vm: "web-1", connectionId: 7, channel: "inputs", channelId: 0 }
 * const envelope = keys._tag === "Right" && seal(Uint8Array.of(1, 2), binding, { keys: keys.right, now: Date.now() })
 * envelope && envelope._tag === "Right" && envelope.right.length - overhead
 * // 2
 * @since 0.6.0
 */
export const seal = (state: Uint8Array, binding: Binding, options: SealOptions): Checked<Uint8Array> => {
  const random = randomBytes(48)
  return sealWith(state, binding, options, { salt: random.subarray(0, 32), id: random.subarray(32) })
}
