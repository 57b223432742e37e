import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import { type Rule, Violation } from "../violation/violation.js"
import type { Address } from "./admit.js"
import { type Binding, boundOf, digestOf } from "./binding.js"
import { encodeStatementHead, type Statement } from "./envelope.js"
import { sealRules } from "./rules.js"
import { isWithin, mostLifetime, mostTime } from "./times.js"

/** What envelopes of both kinds are made of. */

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
 * When an envelope is made and what it states. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface PrepareOptions {
  readonly now: number
  /** For how many milliseconds the envelope can be opened: 1 to 3600000. Default 60000. */
  readonly lifetime?: number
  readonly stated?: Stated
}

/** An envelope's address, and the statement up to its state. */
export interface Prepared {
  readonly address: Address
  readonly statement: Uint8Array
}

const nowhere = { path: "", offset: 0, length: 0 }

const displayBits = (ids: Iterable<number>): bigint =>
  [...ids].filter((id) => id < 64).reduce((bits, id) => bits | (1n << BigInt(id)), 0n)

const unknownDestination = digestOf("")

const objectionTo = (state: unknown, { now, lifetime = 60_000 }: PrepareOptions): Rule | undefined => {
  if (!isBytes(state)) return structure.argument
  return isWithin(now, 0, mostTime) && isWithin(lifetime, 1, mostLifetime) ? undefined : sealRules.times
}

/** What goes around a state, or what is wrong with the arguments. The id must be no other envelope's. */
export const prepare = (
  state: Uint8Array,
  binding: Binding,
  options: PrepareOptions,
  id: Uint8Array,
): Prepared | Violation => {
  const objection = objectionTo(state, options)
  if (objection !== undefined) return new Violation(objection, nowhere)
  const bound = boundOf(binding)
  if (bound instanceof Violation) return bound
  const { now, lifetime = 60_000, stated: { agent = "unknown", displays = [] } = {} } = options
  return {
    address: {
      id,
      sealed_at: BigInt(now),
      expires_at: BigInt(now + lifetime),
      vm: bound.vm,
      destination: bound.destination ?? unknownDestination,
      connection_id: bound.connectionId,
      channel_type: bound.channelType,
      channel_id: bound.channelId,
    },
    statement: encodeStatementHead({ agent, displays: displayBits(displays) }, state.length),
  }
}
