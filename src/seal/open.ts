import { createDecipheriv, timingSafeEqual } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { type Measure, type Place, type Rule, Violation } from "../violation/violation.js"
import { type Binding, type BoundEnvelope, boundOf } from "./binding.js"
import { algorithm, type DerivedKeys, derive } from "./derive.js"
import { decodeEnvelope } from "./emitted/envelope.js"
import { decodeStatement } from "./emitted/statement.js"
import { type Envelope, envelopeIdOf, headerSize, isEnvelope, overhead, type Statement, tagSize } from "./envelope.js"
import type { Keyring } from "./keyring.js"
import type { ReplayWindow } from "./replay.js"
import { openRules, sealRules } from "./rules.js"
import { isWithin, mostLifetime, mostTime } from "./times.js"

/**
 * How to open. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface OpenOptions {
  readonly keys: Keyring
  /** Shared by all that opens envelopes of one machine, or one envelope is opened twice. */
  readonly window: ReplayWindow
  readonly now: number
  /** When the channel was linked here: nothing for it can have been sealed before. Default 0. */
  readonly linkedAt?: number
  /** The largest state that is taken, in bytes. */
  readonly maxStateBytes: number
}

/**
 * What was in an envelope.
 *
 * @since 0.6.0
 */
export interface Opened {
  /** The server's MIGRATE_DATA: to be decoded under `provenance: "sealed"`, for a source may be old or compromised. */
  readonly state: Uint8Array
  readonly agent: Statement["agent"]
  /** The ids below 64 of the display channels that the source's server had linked. */
  readonly displays: readonly number[]
  /** In 32 hexadecimal digits: the source's guard has it in its log too. */
  readonly id: string
  readonly keyId: number
  readonly sealedAt: number
}

/**
 * By how many milliseconds two hosts' clocks may differ.
 *
 * @since 0.6.0
 */
export const clockSkew = 2_000

const refusal = (rule: Rule, place: Place, actual?: Measure, expected?: Measure): Violation =>
  new Violation(rule, place, actual, expected)

const at = (path: string): Place => ({ path, offset: 0, length: 0 })

/** An envelope with the bytes that it was decoded from. */
interface Received extends Envelope {
  readonly bytes: Uint8Array
}

/** Whether an envelope can be opened at all, asked before anything of it is held twice. */
const formOf = (envelope: unknown, maxStateBytes: number): Received | Violation => {
  if (!isBytes(envelope)) return refusal(structure.argument, at(""))
  const place = { path: "", offset: 0, length: envelope.length }
  if (!isEnvelope(envelope)) return refusal(openRules.sealed, place)
  if (envelope.length > maxStateBytes + overhead)
    return refusal(openRules.size, place, envelope.length, maxStateBytes + overhead)
  const decoded = decodeEnvelope(envelope, true)
  return decoded instanceof Violation ? refusal(openRules.form, decoded) : { ...decoded, bytes: envelope }
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
  if (key === undefined) return refusal(openRules.keyId, at("key_id"), envelope.key_id)
  const derived = derive(key, envelope.salt)
  try {
    if (!timingSafeEqual(derived.commitment, envelope.commitment))
      return refusal(openRules.key, at("commitment"), envelope.key_id)
    return decrypt(envelope, derived) ?? refusal(openRules.authentic, at("ciphertext"))
  } finally {
    derived.forget()
  }
}

/** What an authentic envelope is not for. */
const strangeness = (envelope: Envelope, bound: BoundEnvelope): Violation | undefined => {
  if (!timingSafeEqual(envelope.vm, bound.vm)) return refusal(openRules.vm, at("vm"))
  if (bound.destination !== undefined && !timingSafeEqual(envelope.destination, bound.destination))
    return refusal(openRules.addressee, at("destination"))
  if (envelope.connection_id !== bound.connectionId)
    return refusal(openRules.session, at("connection_id"), envelope.connection_id, bound.connectionId)
  if (envelope.channel_type !== bound.channelType)
    return refusal(openRules.channel, at("channel_type"), envelope.channel_type, bound.channelType)
  if (envelope.channel_id !== bound.channelId)
    return refusal(openRules.channel, at("channel_id"), envelope.channel_id, bound.channelId)
  return undefined
}

/** What is wrong with an authentic envelope's times, as differences in milliseconds: they tell how clocks differ. */
const untimeliness = (envelope: Envelope, { now, linkedAt = 0, window }: OpenOptions): Violation | undefined => {
  const sealedAt = Number(envelope.sealed_at)
  const lifetime = Number(envelope.expires_at) - sealedAt
  const age = now - sealedAt
  const earliest = Math.max(linkedAt - clockSkew, window.since)
  if (lifetime > mostLifetime) return refusal(openRules.lifetime, at("expires_at"), lifetime, mostLifetime)
  if (age < -clockSkew) return refusal(openRules.clock, at("sealed_at"), -age, clockSkew)
  if (age > lifetime + clockSkew) return refusal(openRules.expired, at("expires_at"), age, lifetime)
  if (sealedAt < earliest) return refusal(openRules.stale, at("sealed_at"), age, now - earliest)
  return undefined
}

const displaysOf = (bits: bigint): readonly number[] =>
  Array.from({ length: 64 }, (_, id) => id).filter((id) => ((bits >> BigInt(id)) & 1n) === 1n)

const judge = (envelope: Received, bound: BoundEnvelope, options: OpenOptions): Opened | Violation => {
  const plain = plainOf(envelope, options.keys)
  if (plain instanceof Violation) return plain
  const objection = strangeness(envelope, bound) ?? untimeliness(envelope, options)
  if (objection !== undefined) return objection
  const statement = decodeStatement(plain, true)
  if (statement instanceof Violation) return refusal(openRules.statement, at("ciphertext"))
  const id = envelopeIdOf(envelope.bytes)
  // Last, so that only what would be opened is remembered.
  const taken = options.window.take({ id, until: Number(envelope.expires_at) + clockSkew }, options.now)
  if (taken !== "first") return refusal(taken === "again" ? openRules.once : openRules.remembered, at("id"))
  const { agent, displays, state } = statement
  const { key_id: keyId, sealed_at } = envelope
  return { state, agent, displays: displaysOf(displays), id, keyId, sealedAt: Number(sealed_at) }
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
  const { now, linkedAt = 0, maxStateBytes } = options
  if (![now, linkedAt, maxStateBytes].every((value) => isWithin(value, 0, mostTime)))
    return E.left([refusal(sealRules.times, at(""))])
  const form = formOf(envelope, maxStateBytes)
  if (form instanceof Violation) return E.left([form])
  const opened = judge(form, bound, options)
  return opened instanceof Violation ? E.left([opened]) : E.right(opened)
}
