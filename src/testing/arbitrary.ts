import * as fc from "fast-check"
import { encode } from "../layout/encode.js"
import type { Fields, Layout, StateOf } from "../layout/language.js"
import { type Channel, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { isBytes } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"
import { chosen, type Notes, tapeOf } from "./arbitrary/choice-arbitrary.js"
import { isSimpler } from "./arbitrary/choices.js"
import { contentOf, simplerContents } from "./arbitrary/shrink.js"
import { channelOf, read, type Setting, settingOf } from "./blob.js"
import { type Walk, walkOf } from "./generate/blob.js"
import { drawing, following, unnoted } from "./generate/choose.js"
import { replayView } from "./replay.js"

/**
 * Every valid blob of a format, as {@link arbitraryOf} gives every valid state.
 *
 * @param layout - the format
 * @param receiver - what the blobs' receiver is
 * @param channel - whose limits hold
 * @returns an arbitrary; a blob that is printed shows its annotated hex and a line to replay it
 * @throws RangeError where the receiver's limits leave no valid blob
 * @example
 * const [blob] = fc.sample(blobsOf(layouts.inputs), 1)
 * decodeMigrateData("inputs", blob)._tag
 * // "Right"
 * @since 0.3.0
 */
export const blobsOf = (
  layout: Layout,
  receiver: ReceiverState = defaultReceiver,
  channel: Channel = channelOf(layout),
): fc.Arbitrary<Uint8Array> => {
  const setting = settingOf(layout, channel, receiver)
  const { valid } = walkOf(setting)
  return chosen({
    make: (choices) => {
      const blob = valid(drawing(choices))
      return printedAs(blob, blob, setting)
    },
    follow: (blob, notes) => isFollowed(setting, valid, blob, notes),
    *simpler(blob) {
      for (const simpler of simplerBlobs(setting, valid, blob)) yield printedAs(simpler, simpler, setting)
    },
  })
}

/**
 * Every valid state of a format: every rule is kept, and every state that keeps them can come out. Empty and full
 * queues and tables, the limits and their neighbours come more often than their share. It is derived from the
 * format's declaration. Counterexamples shrink to small blobs, and print as annotated hex with a line to replay them.
 *
 * @param layout - the format
 * @param receiver - what the states' receiver is
 * @param channel - whose limits hold; by default the channel that the format is named after
 * @throws RangeError where the receiver's limits leave no valid state
 * @example
 * const property = fc.property(arbitraryOf(layouts.inputs), ({ motion_count }) => motion_count <= 4096)
 * fc.check(property).failed
 * // false
 * @since 0.3.0
 */
export const arbitraryOf = <F extends Fields>(
  layout: Layout<F>,
  receiver: ReceiverState = defaultReceiver,
  channel: Channel = channelOf(layout),
): fc.Arbitrary<StateOf<F>> => {
  const setting = settingOf(layout, channel, receiver)
  const { valid } = walkOf(setting)
  const stateOf = (blob: Uint8Array) => printedAs(read(setting, blob).state as StateOf<F>, blob, setting)
  return chosen({
    make: (choices) => stateOf(valid(drawing(choices))),
    follow: (state, notes) => {
      const blob = encode(setting.plan, state, receiver, channel)
      return !(blob instanceof Violation) && isFollowed(setting, valid, blob, notes)
    },
    *simpler(state) {
      const blob = encode(setting.plan, state, receiver, channel)
      if (!(blob instanceof Violation)) for (const simpler of simplerBlobs(setting, valid, blob)) yield stateOf(simpler)
    },
  })
}

export const isFollowed = (setting: Setting, valid: Walk["valid"], blob: unknown, notes: Notes): boolean => {
  if (!isBytes(blob)) return false
  const reading = read(setting, blob)
  return reading.violations.length === 0 && isSame(valid(following(contentOf(reading, blob), notes)), blob)
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

/** Valid blobs that are simpler than one: the choices that make them are. */
function* simplerBlobs(setting: Setting, valid: Walk["valid"], blob: Uint8Array): Generator<Uint8Array> {
  const tapeFor = (bytes: Uint8Array) => tapeOf((notes) => isFollowed(setting, valid, bytes, notes))
  const tape = tapeFor(blob)
  if (tape === undefined) return
  for (const content of simplerContents(setting.plan, contentOf(read(setting, blob), blob))) {
    const simpler = valid(following(content, unnoted))
    const other = tapeFor(simpler)
    if (other !== undefined && isSimpler(other, tape)) yield simpler
  }
}

/** A value that fast-check prints as its blob. */
export const printedAs = <T extends object>(value: T, blob: Uint8Array, setting: Setting): T =>
  Object.defineProperty(value, fc.toStringMethod, { value: () => replayView(setting, blob) })
