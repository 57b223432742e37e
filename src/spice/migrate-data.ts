import * as E from "fp-ts/lib/Either.js"
import { encode } from "../layout/encode.js"
import { interpret } from "../layout/interpret.js"
import { planOf } from "../layout/plan.js"
import { structure } from "../layout/structure.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/codec.js"
import { Violation } from "../violation/violation.js"
import { argumentChecks } from "./arguments.js"
import type { DisplayState } from "./display.js"
import { decodeDisplay } from "./emitted/display.js"
import { decodeInputs } from "./emitted/inputs.js"
import { decodeMain } from "./emitted/main.js"
import { decodeSmartcard } from "./emitted/smartcard.js"
import { decodeSpicevmc } from "./emitted/spicevmc.js"
import { type Format, formatOf, formats } from "./formats.js"
import type { InputsState } from "./inputs.js"
import type { MainState } from "./main.js"
import { type Channel, defaultReceiver, isReceiver, type ReceiverState } from "./receiver.js"
import type { SmartcardState } from "./smartcard.js"
import type { SpicevmcState } from "./spicevmc.js"

interface StateByChannel {
  readonly main: MainState
  readonly display: DisplayState
  readonly inputs: InputsState
  readonly usbredir: SpicevmcState
  readonly port: SpicevmcState
  readonly webdav: SpicevmcState
  readonly spicevmc: SpicevmcState
  readonly smartcard: SmartcardState
}

/**
 * The decoded state of a channel; without a parameter, of any.
 *
 * @since 0.1.0
 */
export type MigrateData<C extends Channel = Channel> = StateByChannel[C]

/** How to decode. */
export interface DecodeOptions {
  /** Collect every violation that does not follow from another one, at most 64, not only the first. */
  readonly all?: boolean
  /** Let byte runs of the state be views of the input instead of copies. The input must then not change. */
  readonly alias?: boolean
}

type Decoders = {
  readonly [C in Channel]: (
    bytes: Uint8Array,
    receiver: ReceiverState,
    channel: C,
    alias: boolean,
  ) => MigrateData<C> | Violation
}

const decoders: Decoders = {
  main: decodeMain,
  display: decodeDisplay,
  inputs: decodeInputs,
  usbredir: decodeSpicevmc,
  port: decodeSpicevmc,
  webdav: decodeSpicevmc,
  spicevmc: decodeSpicevmc,
  smartcard: decodeSmartcard,
}

/** The plan of every format. */
export const plans = {
  main: planOf(formats.main),
  display: planOf(formats.display),
  inputs: planOf(formats.inputs),
  spicevmc: planOf(formats.spicevmc),
  smartcard: planOf(formats.smartcard),
} satisfies Record<Format, unknown>

const whole = { path: "", offset: 0, length: 0 }

/** What is wrong with the arguments of a caller that no compiler checked. */
const wrongArgument = (channel: unknown, receiver: unknown): Violation | undefined => {
  if (typeof channel !== "string" || !Object.hasOwn(decoders, channel))
    return new Violation(argumentChecks.channel, whole)
  return isReceiver(receiver) ? undefined : new Violation(argumentChecks.receiver, whole)
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
  const decode: Decoders[C] = decoders[channel]
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
  const [, ...others] = interpret(plans[formatOf[channel]], bytes, receiver, channel, { claims: false }).violations
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
  const bytes = encode(plans[formatOf[channel]], state, receiver, channel)
  if (bytes instanceof Violation) return E.left([bytes])
  const decoded = decodeMigrateData(channel, bytes, receiver, { alias: true })
  return E.isLeft(decoded) ? decoded : E.right(bytes)
}
