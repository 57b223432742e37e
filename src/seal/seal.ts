import { createCipheriv, randomBytes } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import type { Checked } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import type { Binding } from "./binding.js"
import { algorithm, derive } from "./derive.js"
import { encodeEnvelopeHead, headerSize, tagSize } from "./envelope.js"
import type { Keyring } from "./keyring.js"
import { type Prepared, type PrepareOptions, prepare } from "./prepare.js"

/**
 * How to seal. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface SealOptions extends PrepareOptions {
  readonly keys: Keyring
}

/** The random parts of an envelope: 32 bytes of salt and 16 of its id. */
export interface Chance {
  readonly salt: Uint8Array
  readonly id: Uint8Array
}

/** An envelope: its header is written first, for the encryption authenticates it. */
const envelopeOf = ({ address, statement }: Prepared, state: Uint8Array, keys: Keyring, salt: Uint8Array) => {
  const { id: key_id, key } = keys.active
  const derived = derive(key, salt)
  const size = statement.length + state.length
  const header = encodeEnvelopeHead({ key_id, salt, commitment: derived.commitment, ...address }, size + tagSize)
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

/** {@link seal} with random parts of the caller's choice: only for vectors. One salt must not serve twice. */
export const sealWith = (
  state: Uint8Array,
  binding: Binding,
  options: SealOptions,
  { salt, id }: Chance,
): Checked<Uint8Array> => {
  const prepared = prepare(state, binding, options, id)
  return prepared instanceof Violation ? E.left([prepared]) : E.right(envelopeOf(prepared, state, options.keys, salt))
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
