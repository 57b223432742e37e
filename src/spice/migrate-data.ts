import type { DecodeOptions } from "../layout/decode.js"
import { encode } from "../layout/encode.js"
import type { State } from "../layout/types.js"
import { acceptance, type Checked, refusal } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { argumentRules } from "./arguments.js"
import { checks, collectors, decoders } from "./emitted/decoders.js"
import { shapes } from "./emitted/shapes.js"
import {
  type Channel,
  defaultReceiver,
  isChannel,
  isReceiver,
  type ReceiverState,
  receiverArguments,
} from "./receiver.js"
import type { registry } from "./registry.js"

/**
 * The decoded state of a channel; without a parameter, of any.
 *
 * @since 0.1.0
 */
export type MigrateData<C extends Channel = Channel> = State<(typeof registry)[C]["format"]>

export type { DecodeOptions }

type Decoder<C extends Channel> = (
  bytes: Uint8Array,
  receiver: ReceiverState,
  channel: C,
  alias: boolean,
) => MigrateData<C> | Violation

const whole = { path: "", offset: 0, length: 0 }

type Collector<C extends Channel> = (bytes: Uint8Array, receiver: ReceiverState, channel: C) => readonly Violation[]

/** What is wrong with the arguments of a caller that no compiler checked. */
const wrongArgument = (channel: unknown, receiver: unknown): Violation | undefined => {
  if (!isChannel(channel)) return new Violation(argumentRules.channel, whole)
  return isReceiver(receiver) ? undefined : new Violation(argumentRules.receiver, whole)
}

/**
 * Decodes and checks the payload of one MIGRATE_DATA message.
 *
 * Takes time and memory linear in the input's size, never reads outside the input, never changes it and never
 * throws. What comes back is a copy unless `alias` is asked for. A state that is returned satisfies every rule of
 * its format; what only a session can judge is listed in SECURITY.md.
 *
 * @param channel - the kind of channel that the message came on
 * @param bytes - the payload, from the magic on, at any offset of any buffer
 * @param receiver - what the blob's receiver is; limits are bytes
 * @returns the state, or its violations: the first by default
 * @example
 * decodeMigrateData("inputs", Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0))
 * // E.right({ motion_count: 2 })
 * @see spice/server/migration-protocol.h of spice-server 0.15.1
 * @since 0.1.0
 */
export const decodeMigrateData = <C extends Channel>(
  channel: C,
  bytes: unknown,
  receiver: ReceiverState = defaultReceiver,
  options?: DecodeOptions,
): Checked<MigrateData<C>> => {
  const wrong = wrongArgument(channel, receiver)
  if (wrong !== undefined) return refusal(wrong)
  // What is no Uint8Array the decoder refuses.
  const input = bytes as Uint8Array
  const decoded = (decoders[channel] as Decoder<C>)(input, receiver, channel, options?.alias === true)
  if (!(decoded instanceof Violation)) return acceptance(decoded)
  if (options?.all !== true) return refusal(decoded)
  return refusal(decoded, ...(collectors[channel] as Collector<C>)(input, receiver, channel).slice(1))
}

type Check<C extends Channel> = (bytes: Uint8Array, receiver: ReceiverState, channel: C) => Violation | undefined

/**
 * Finds the first violation of the payload of one MIGRATE_DATA message, or nothing where it is accepted: the verdict of
 * {@link decodeMigrateData} without its state, in a fraction of the time.
 *
 * @param channel - the kind of channel that the message came on
 * @param bytes - the payload, from the magic on, at any offset of any buffer
 * @param receiver - what the blob's receiver is; limits are bytes
 * @example
 * checkMigrateData("inputs", Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0))
 * // undefined
 * @since 0.6.0
 */
export const checkMigrateData = <C extends Channel>(
  channel: C,
  bytes: unknown,
  receiver: ReceiverState = defaultReceiver,
): Violation | undefined => {
  const wrong = wrongArgument(channel, receiver)
  if (wrong !== undefined) return wrong
  return (checks[channel] as Check<C>)(bytes as Uint8Array, receiver, channel)
}

/**
 * Writes a state as the one blob that decodes to it.
 *
 * The blob is decoded again before it is handed out: what violates a rule, or has no encoding, is not written.
 *
 * @param channel - the kind of channel that the blob is for
 * @param state - the state; members that the format does not know are ignored
 * @param receiver - what the blob's receiver is
 * @returns the blob, or why there is none
 * @example
 * encodeMigrateData("inputs", { motion_count: 2 })
 * // E.right(Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0))
 * @since 0.1.0
 */
export const encodeMigrateData = <C extends Channel>(
  channel: C,
  state: MigrateData<C>,
  receiver: ReceiverState = defaultReceiver,
): Checked<Uint8Array> => encodeUnknown(channel, state, receiver)

/** {@link encodeMigrateData} of what may be no state at all. */
export const encodeUnknown = (channel: Channel, state: unknown, receiver: ReceiverState): Checked<Uint8Array> => {
  const wrong = wrongArgument(channel, receiver)
  if (wrong !== undefined) return refusal(wrong)
  const bytes = encode(shapes[channel], state, receiverArguments(receiver, channel))
  if (bytes instanceof Violation) return refusal(bytes)
  const violation = checkMigrateData(channel, bytes, receiver)
  return violation === undefined ? acceptance(bytes) : refusal(violation)
}
