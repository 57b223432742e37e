import type * as fc from "fast-check"
import type { Arguments } from "../layout/parameters.js"
import type { Fields, Layout, StateOf } from "../layout/types.js"
import { formats } from "../spice/formats.js"
import {
  type Channel,
  channels,
  defaultReceiver,
  differencesOf,
  type ReceiverState,
  receiverArguments,
} from "../spice/receiver.js"
import { blobsIn, statesIn } from "./arbitrary.js"
import { attacksIn } from "./attacks.js"
import { everyEdit, type Mutation } from "./edits.js"
import { type Setting, layoutSetting as settingWith } from "./setting.js"
import { variedSettings, witnessesIn } from "./witnesses.js"

/**
 * What this package hands out: each function takes any layout with arguments for its parameters, and a format of SPICE
 * with a receiver and a channel.
 */

export { formats as layouts } from "../spice/formats.js"

/** A format of SPICE as one receiver sees it on one channel. */
export interface ReceiverSetting extends Setting {
  readonly receiver: ReceiverState
  readonly channel: Channel
}

const all: readonly Layout[] = Object.values(formats)

export const receiverSetting = (layout: Layout, channel: Channel, receiver: ReceiverState): ReceiverSetting => {
  const differences = JSON.stringify(differencesOf(receiver))
  const receivers = differences === "{}" ? "" : `, { ...defaultReceiver, ...${differences} }`
  return {
    ...settingWith(layout, receiverArguments(receiver, channel)),
    others: all.filter((other) => other !== layout),
    shown: { name: channel, replay: (bytes) => `decodeMigrateData("${channel}", ${bytes}${receivers})` },
    receiver,
    channel,
  }
}

/** The channel that a format is named after. */
const channelOf = ({ format }: Layout): Channel => {
  const channel = channels.find((name) => name === format)
  if (channel === undefined) throw new TypeError(`${format} is no channel: say which one its receiver's limits are of`)
  return channel
}

const isReceiver = (given: ReceiverState | Arguments): given is ReceiverState =>
  typeof Reflect.get(given, "maxBlobBytes") === "object"

const settingFor = (layout: Layout, given: ReceiverState | Arguments | undefined, channel?: Channel): Setting => {
  const receiver = given ?? (all.includes(layout) ? defaultReceiver : {})
  return isReceiver(receiver)
    ? receiverSetting(layout, channel ?? channelOf(layout), receiver)
    : settingWith(layout, receiver)
}

export function settingOf(layout: Layout, channel: Channel, receiver: ReceiverState): ReceiverSetting
export function settingOf(layout: Layout, given?: Arguments): Setting
/**
 * A format with the arguments that its blobs are judged with, or as one receiver sees it on one channel.
 *
 * @example
 * settingOf(layouts.inputs, "inputs", defaultReceiver).plan.size
 * // 10
 * @since 0.1.0
 */
export function settingOf(layout: Layout, given: Channel | Arguments = {}, receiver = defaultReceiver): Setting {
  return typeof given === "string" ? receiverSetting(layout, given, receiver) : settingWith(layout, given)
}

/**
 * Makes every valid state of a format: every rule is kept, and every state that keeps them can come out. Empty and full
 * lists, the limits and their neighbours come more often than their share. It is derived from the format's declaration.
 * Counterexamples shrink to small blobs, and print as annotated hex with a line to replay them.
 *
 * @param layout - the format
 * @param given - arguments for the format's parameters, or what the receiver of a format of SPICE is
 * @param channel - whose of the receiver's limits hold; by default the channel that the format is named after
 * @throws RangeError where the limits leave no valid state
 * @example
 * const property = fc.property(arbitraryOf(layouts.inputs), ({ motion_count }) => motion_count <= 4096)
 * fc.check(property).failed
 * // false
 * @since 0.3.0
 */
export const arbitraryOf = <F extends Fields>(
  layout: Layout<F>,
  given?: ReceiverState | Arguments,
  channel?: Channel,
): fc.Arbitrary<StateOf<F>> =>
  statesIn(settingFor(layout, given, channel)) as fc.Arbitrary<unknown> as fc.Arbitrary<StateOf<F>>

/**
 * Makes every valid blob of a format, as {@link arbitraryOf} makes every valid state.
 *
 * @param layout - the format
 * @param given - arguments for the format's parameters, or what the receiver of a format of SPICE is
 * @param channel - whose of the receiver's limits hold; by default the channel that the format is named after
 * @returns an arbitrary; a blob that is printed shows its annotated hex and a line to replay it
 * @throws RangeError where the limits leave no valid blob
 * @example
 * const [blob] = fc.sample(blobsOf(layouts.inputs), 1)
 * decodeMigrateData("inputs", blob)._tag
 * // "Right"
 * @since 0.3.0
 */
export const blobsOf = (
  layout: Layout,
  given?: ReceiverState | Arguments,
  channel?: Channel,
): fc.Arbitrary<Uint8Array> => blobsIn(settingFor(layout, given, channel))

/**
 * Makes hostile blobs of a format: each breaks one of its rules alone, or has one of its fields or its size wrong, or is
 * valid; and some have up to three edits behind that, which know the fields: numbers at which sizes and pointers go
 * wrong, truncation, bytes behind the end, pointers crossed, splices with other formats.
 *
 * @param layout - the format
 * @param given - arguments for the format's parameters, or what the receiver of a format of SPICE is
 * @param channel - whose of the receiver's limits hold; by default the channel that the format is named after
 * @throws RangeError where the limits leave no valid blob to begin with
 * @example
 * const decoded = fc.sample(attacksOf(layouts.inputs), 200).map((blob) => decodeMigrateData("inputs", blob)._tag)
 * decoded.includes("Left")
 * // true
 * @since 0.3.0
 */
export const attacksOf = (
  layout: Layout,
  given?: ReceiverState | Arguments,
  channel?: Channel,
): fc.Arbitrary<Uint8Array> => attacksIn(settingFor(layout, given, channel))

/**
 * Makes the classic shapes of hostile data from one well-formed blob: truncation at every byte; every size, count, tag
 * and pointer at 0, 1, around the blob's size and around 2^31 and 2^32; parts swapped and laid over each other; a
 * wrong magic and those of the other formats; every version that was never written; splices with the other formats.
 * Deterministic; a mutation that leaves the blob as it was is left out.
 *
 * @example
 * const blob = Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0)
 * const mutations = [...mutationsOf(settingOf(layouts.inputs, "inputs", defaultReceiver), blob)]
 * mutations.every(({ bytes }) => decodeMigrateData("inputs", bytes)._tag === "Left")
 * // true
 * @since 0.1.0
 */
export const mutationsOf = (setting: Setting, blob: Uint8Array): Generator<Mutation> => everyEdit(setting, blob)

/**
 * A blob that breaks one rule of its format and no other.
 *
 * @since 0.1.0
 */
export interface Witness {
  /** The id of the rule. */
  readonly rule: string
  /** The field at fault. */
  readonly path: string
  /** The arguments that have the rule broken: some rules depend on them, and limits are reached with low ones. */
  readonly arguments: Arguments
  readonly bytes: Uint8Array
}

/**
 * A blob that breaks one rule of a format of SPICE and no other.
 *
 * @since 0.6.0
 */
export interface SpiceWitness extends Witness {
  readonly channel: Channel
  /** The receiver that has the rule broken. */
  readonly receiver: ReceiverState
}

const everyChannel = (bytes: number) =>
  Object.fromEntries(channels.map((channel) => [channel, bytes])) as ReceiverState["maxBlobBytes"]

/** Receivers under which every rule can be broken alone; the first that serves is taken. */
const receivers: readonly ReceiverState[] = [
  { ...defaultReceiver, jpegWanCompression: "always" },
  { ...defaultReceiver, jpegWanCompression: "never" },
  { ...defaultReceiver, provenance: "sealed", source: "0.15" },
  { ...defaultReceiver, provenance: "sealed", maxWriteBytes: everyChannel(16), maxReadBytes: { smartcard: 64 } },
]

/** The settings in which the rules of a format of SPICE are broken. */
export const settingsOf = (layout: Layout): readonly ReceiverSetting[] =>
  receivers.map((receiver) => receiverSetting(layout, channelOf(layout), receiver))

/** The receiver of a setting whose limit may have been lowered. */
const receiverIn = ({ arguments: { maxBlobBytes }, receiver, channel }: ReceiverSetting): ReceiverState =>
  maxBlobBytes === receiver.maxBlobBytes[channel]
    ? receiver
    : { ...receiver, maxBlobBytes: everyChannel(Number(maxBlobBytes)) }

const spiceWitnesses = (layout: Layout): readonly SpiceWitness[] =>
  witnessesIn(settingsOf(layout)).map(({ setting, ...witness }) => ({
    ...witness,
    arguments: setting.arguments,
    channel: setting.channel,
    receiver: receiverIn(setting),
  }))

export function witnessesOf(layout: (typeof formats)[keyof typeof formats]): readonly SpiceWitness[]
export function witnessesOf(layout: Layout, given?: Arguments): readonly Witness[]
/**
 * Makes, for every rule of a format and for every field that it can be broken at, a blob that breaks it alone; likewise
 * for the checks that every layout makes by construction. Derived from the declaration: deterministic, no randomness.
 *
 * @param layout - the format
 * @param given - arguments for the format's parameters; one at a time is varied besides
 * @example
 * witnessesOf(layouts.inputs).some(({ rule }) => rule === "inputs/motion-count-limit")
 * // true
 * @since 0.1.0
 */
export function witnessesOf(layout: Layout, given: Arguments = {}): readonly Witness[] {
  if (all.includes(layout)) return spiceWitnesses(layout)
  return witnessesIn(variedSettings(layout, given)).map(({ setting, ...witness }) => ({
    ...witness,
    arguments: setting.arguments,
  }))
}
