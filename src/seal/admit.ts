import { timingSafeEqual } from "node:crypto"
import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import { type Measure, type Rule, Violation } from "../violation/violation.js"
import type { BoundEnvelope } from "./binding.js"
import { decodeStatement } from "./emitted/statement.js"
import type { Envelope, Statement } from "./envelope.js"
import { type EnvelopeKind, kindOf } from "./kind.js"
import type { ReplayWindow } from "./replay.js"
import { openRules } from "./rules.js"
import { isWithin, mostLifetime, mostTime } from "./times.js"

/** What an authentic envelope of either kind still has to be: for this guard, of this time, a statement, and new. */

/**
 * When and for how large a state an envelope is opened. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface AdmitOptions {
  /** Shared by all that opens envelopes of one machine, or one envelope is opened twice. */
  readonly window: ReplayWindow
  readonly now: number
  /** When the channel was linked here: nothing for it can have been sealed before. Default 0. */
  readonly linkedAt?: number
  /** The largest state that is taken, in bytes. */
  readonly maxStateBytes: number
}

/**
 * What an envelope of either kind says.
 *
 * @since 0.6.0
 */
export interface Admitted {
  /** The server's MIGRATE_DATA: to be decoded under `provenance: "sealed"`, for a source may be old or compromised. */
  readonly state: Uint8Array
  readonly agent: Statement["agent"]
  /** The ids below 64 of the display channels that the source's server had linked. */
  readonly displays: readonly number[]
  /** In 32 hexadecimal digits: the source's guard has it in its log too. */
  readonly id: string
  readonly sealedAt: number
}

/**
 * By how many milliseconds two hosts' clocks may differ.
 *
 * @since 0.6.0
 */
export const clockSkew = 2_000

/** A refusal of one field, whose value is not the input's to show. */
export const refusalAt = (rule: Rule, path: string, actual?: Measure, expected?: Measure): Violation =>
  new Violation(rule, { path, offset: 0, length: 0 }, actual, expected)

/** The bytes of an envelope of a kind and of no more bytes than that, asked before any of it is read; or why they are none. */
export const received = (envelope: unknown, wanted: EnvelopeKind, most: number): Uint8Array | Violation => {
  if (!isBytes(envelope)) return refusalAt(structure.argument, "")
  const place = { path: "", offset: 0, length: envelope.length }
  const kind = kindOf(envelope)
  if (kind !== wanted) return new Violation(kind === undefined ? openRules.sealed : openRules.kind, place)
  return envelope.length > most ? new Violation(openRules.size, place, envelope.length, most) : envelope
}

/** What envelopes of both kinds say of themselves. */
export type Address = Pick<
  Envelope,
  "id" | "sealed_at" | "expires_at" | "vm" | "destination" | "connection_id" | "channel_type" | "channel_id"
>

/** Whether times and sizes are numbers that can be compared: nothing would be beyond a NaN. */
export const haveTimes = ({ now, linkedAt = 0, maxStateBytes }: AdmitOptions): boolean =>
  [now, linkedAt, maxStateBytes].every((value) => isWithin(value, 0, mostTime))

/** What an authentic envelope is not for. */
const strangeness = (envelope: Address, bound: BoundEnvelope): Violation | undefined => {
  if (!timingSafeEqual(envelope.vm, bound.vm)) return refusalAt(openRules.vm, "vm")
  if (bound.destination !== undefined && !timingSafeEqual(envelope.destination, bound.destination))
    return refusalAt(openRules.addressee, "destination")
  if (envelope.connection_id !== bound.connectionId)
    return refusalAt(openRules.session, "connection_id", envelope.connection_id, bound.connectionId)
  if (envelope.channel_type !== bound.channelType)
    return refusalAt(openRules.channel, "channel_type", envelope.channel_type, bound.channelType)
  if (envelope.channel_id !== bound.channelId)
    return refusalAt(openRules.channel, "channel_id", envelope.channel_id, bound.channelId)
  return undefined
}

/** What is wrong with an authentic envelope's times, as differences in milliseconds: they tell how clocks differ. */
const untimeliness = (envelope: Address, { now, linkedAt = 0, window }: AdmitOptions): Violation | undefined => {
  const sealedAt = Number(envelope.sealed_at)
  const lifetime = Number(envelope.expires_at) - sealedAt
  const age = now - sealedAt
  const earliest = Math.max(linkedAt - clockSkew, window.since)
  if (lifetime > mostLifetime) return refusalAt(openRules.lifetime, "expires_at", lifetime, mostLifetime)
  if (age < -clockSkew) return refusalAt(openRules.clock, "sealed_at", -age, clockSkew)
  if (age > lifetime + clockSkew) return refusalAt(openRules.expired, "expires_at", age, lifetime)
  if (sealedAt < earliest) return refusalAt(openRules.stale, "sealed_at", age, now - earliest)
  return undefined
}

const displaysOf = (bits: bigint): readonly number[] =>
  Array.from({ length: 64 }, (_, id) => id).filter((id) => ((bits >> BigInt(id)) & 1n) === 1n)

/** Takes an authentic envelope's statement, once, or says why not. `run` is what the statement came in. */
export const admit = (
  envelope: Address,
  plain: Uint8Array,
  run: string,
  bound: BoundEnvelope,
  options: AdmitOptions,
): Admitted | Violation => {
  const objection = strangeness(envelope, bound) ?? untimeliness(envelope, options)
  if (objection !== undefined) return objection
  const statement = decodeStatement(plain, true)
  if (statement instanceof Violation) return refusalAt(openRules.statement, run)
  const id = Buffer.from(envelope.id).toString("hex")
  // Last, so that only what would be opened is remembered.
  const taken = options.window.take({ id, until: Number(envelope.expires_at) + clockSkew }, options.now)
  if (taken !== "first") return refusalAt(taken === "again" ? openRules.once : openRules.remembered, "id")
  const { agent, displays, state } = statement
  return { state, agent, displays: displaysOf(displays), id, sealedAt: Number(envelope.sealed_at) }
}
