import { createDecipheriv, timingSafeEqual } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import type { Checked } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { type AdmitOptions, type Admitted, admit, haveTimes, received, refusalAt } from "./admit.js"
import { type Binding, type BoundEnvelope, boundOf } from "./binding.js"
import { algorithm, type DerivedKeys, derive } from "./derive.js"
import { decodeEnvelope } from "./emitted/envelope.js"
import { type Envelope, headerSize, overhead, tagSize } from "./envelope.js"
import type { Keyring } from "./keyring.js"
import { openRules, sealRules } from "./rules.js"

/**
 * How to open. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface OpenOptions extends AdmitOptions {
  readonly keys: Keyring
}

/**
 * What was in an envelope.
 *
 * @since 0.6.0
 */
export interface Opened extends Admitted {
  readonly keyId: number
}

/** An envelope with the bytes that it was decoded from. */
interface Received extends Envelope {
  readonly bytes: Uint8Array
}

/** Whether an envelope can be opened at all, asked before anything of it is held twice. */
const formOf = (envelope: unknown, maxStateBytes: number): Received | Violation => {
  const bytes = received(envelope, "sealed", maxStateBytes + overhead)
  if (bytes instanceof Violation) return bytes
  const decoded = decodeEnvelope(bytes, true)
  return decoded instanceof Violation ? new Violation(openRules.form, decoded) : { ...decoded, bytes }
}

/** Decrypts what is authentic. Nothing of it is handed out before all of it was authenticated. */
const decrypt = ({ bytes, ciphertext }: Received, { key, nonce }: DerivedKeys): Uint8Array | undefined => {
  const size = ciphertext.length - tagSize
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagSize })
  decipher.setAAD(bytes.subarray(0, headerSize))
  decipher.setAuthTag(ciphertext.subarray(size))
  const plain = decipher.update(ciphertext.subarray(0, size))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

const plainOf = (envelope: Received, keys: Keyring): Uint8Array | Violation => {
  const key = keys.find(envelope.key_id)
  if (key === undefined) return refusalAt(openRules.keyId, "key_id", envelope.key_id)
  const derived = derive(key, envelope.salt)
  try {
    if (!timingSafeEqual(derived.commitment, envelope.commitment))
      return refusalAt(openRules.key, "commitment", envelope.key_id)
    return decrypt(envelope, derived) ?? refusalAt(openRules.authentic, "ciphertext")
  } finally {
    derived.forget()
  }
}

const judge = (envelope: Received, bound: BoundEnvelope, options: OpenOptions): Opened | Violation => {
  const plain = plainOf(envelope, options.keys)
  if (plain instanceof Violation) return plain
  const admitted = admit(envelope, plain, "ciphertext", bound, options)
  return admitted instanceof Violation ? admitted : { ...admitted, keyId: envelope.key_id }
}

/**
 * Opens an envelope, once.
 *
 * Whatever keeps it from being opened has the code `not-sealed`: that is all that may be told to who brought it. The
 * rule says which reason it was, for a log.
 *
 * @param envelope - the payload of the client's MIGRATE_DATA
 * @param binding - what the envelope has to be sealed for
 * @param options - the keys, the replay window and the time
 * @returns what was sealed, or why that is not known
 * @example
 * const keys = keyring(Buffer.from(`1 active ${"a1".repeat(32)}`))
 * const binding = { vm: "web-1", connectionId: 7, channel: "inputs", channelId: 0 }
 * const options = { window: replayWindow(), now: Date.now(), maxStateBytes: 2048 }
 * const opened = keys._tag === "Right" && open(Uint8Array.of(1, 2), binding, { ...options, keys: keys.right })
 * opened && opened._tag === "Left" && [opened.left[0].code, opened.left[0].rule]
 * // ["not-sealed", "seal/sealed"]
 * @since 0.6.0
 */
export const open = (envelope: unknown, binding: Binding, options: OpenOptions): Checked<Opened> => {
  const bound = boundOf(binding)
  if (bound instanceof Violation) return E.left([bound])
  if (!haveTimes(options)) return E.left([refusalAt(sealRules.times, "")])
  const form = formOf(envelope, options.maxStateBytes)
  if (form instanceof Violation) return E.left([form])
  const opened = judge(form, bound, options)
  return opened instanceof Violation ? E.left([opened]) : E.right(opened)
}
