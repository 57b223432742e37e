import * as E from "fp-ts/lib/Either.js"
import type { DecodeOptions } from "../layout/codec.js"
import { encode } from "../layout/encode.js"
import { type InterpretOptions, interpret, type Reading } from "../layout/interpret.js"
import type { State } from "../layout/types.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/codec.js"
import { Violation } from "../violation/violation.js"
import { argumentRules } from "./arguments.js"
import { decoders } from "./emitted/decoders.js"
import { formatOf } from "./formats.js"
import { type Channel, defaultReceiver, isReceiver, type ReceiverState, receiverArguments } from "./receiver.js"
import { layoutOf, type registry } from "./registry.js"
import { structure } from "./structure.js"

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

/** All that the reference interpreter can say of a blob. */
export const readingOf = (
  channel: Channel,
  bytes: Uint8Array,
  receiver: ReceiverState,
  options?: InterpretOptions,
): Reading => interpret(layoutOf(channel), bytes, receiverArguments(receiver, channel), options)

const whole = { path: "", offset: 0, length: 0 }

/** What is wrong with the arguments of a caller that no compiler checked. */
const wrongArgument = (channel: unknown, receiver: unknown): Violation | undefined => {
  if (typeof channel !== "string" || !Object.hasOwn(formatOf, channel))
    return new Violation(argumentRules.channel, whole)
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
  if (wrong !== undefined) return E.left([wrong])
  if (!isBytes(bytes)) return E.left([new Violation(structure.argument, whole)])
  const decode = decoders[formatOf[channel]] as Decoder<C>
  const decoded = decode(bytes, receiver, channel, options?.alias === true)
  if (!(decoded instanceof Violation)) return E.right(decoded)
  return E.left(options?.all === true ? allViolations(channel, bytes, receiver, decoded) : [decoded])
}

const allViolations = (
  channel: Channel,
  bytes: Uint8Array,
  receiver: ReceiverState,
  first: Violation,
): [Violation, ...Violation[]] => {
  const [, ...others] = readingOf(channel, bytes, receiver, { claims: false }).violations
  return [first, ...others]
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
  if (wrong !== undefined) return E.left([wrong])
  const bytes = encode(layoutOf(channel), state, receiverArguments(receiver, channel))
  if (bytes instanceof Violation) return E.left([bytes])
  const decoded = decodeMigrateData(channel, bytes, receiver, { alias: true })
  return E.isLeft(decoded) ? decoded : E.right(bytes)
}
