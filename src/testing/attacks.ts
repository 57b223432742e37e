import type * as fc from "fast-check"
import type { Layout } from "../layout/language.js"
import { blobLimitOf } from "../layout/reader.js"
import { plannedRulesOf } from "../layout/rules.js"
import { type Channel, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { chosen, type Notes } from "./arbitrary/choice-arbitrary.js"
import type { Choices } from "./arbitrary/choices.js"
import { simplerBytes } from "./arbitrary/shrink.js"
import { isFollowed, printedAs } from "./arbitrary.js"
import { channelOf, type Setting, settingOf } from "./blob.js"
import { edited, poked } from "./edits.js"
import { type Walk, walkOf } from "./generate/blob.js"
import { drawing } from "./generate/choose.js"

/** Makes a blob that is wrong in one way. */
type Breakage = (choices: Choices) => Uint8Array

/** A limit that is larger is not exceeded: it would take too long. */
const longest = 8192

/** Nothing, each rule alone, each field of the fixed part, and the whole blob's size. */
const breakagesOf = ({ plan, receiver, channel }: Setting, { valid, breaking }: Walk): readonly Breakage[] => {
  const any: Breakage = (choices) => valid(drawing(choices))
  const resized =
    (sizeOf: (size: number) => number): Breakage =>
    (choices) => {
      const blob = any(choices)
      const bytes = new Uint8Array(sizeOf(blob.length))
      bytes.set(blob.subarray(0, bytes.length))
      return bytes
    }
  const limit = blobLimitOf(receiver, channel)
  return [
    any,
    ...plannedRulesOf(plan).map(
      ({ rule }): Breakage =>
        (choices) =>
          breaking(rule, drawing(choices)) ?? any(choices),
    ),
    ...plan.fields.map(
      (field): Breakage =>
        (choices) =>
          poked(any(choices), field, choices),
    ),
    resized((size) => size - 1),
    resized((size) => size + 1),
    resized(() => plan.size - 1),
    resized((size) => (limit < longest ? limit + 1 : size)),
  ]
}

/** Most blobs get no more edits: they would hide what is broken already. */
const editsOf = ({ below }: Choices): number => [0, 0, 0, 0, 0, 1, 2, 3][Number(below(8n))] ?? 0

/** How hostile blobs are made for one setting. */
export interface Attacks {
  /** So many ways to be wrong there are; the first is not to be. They are the same for all settings of a format. */
  readonly ways: number
  readonly make: (way: number, choices: Choices) => Uint8Array
  /** Notes the choices of a valid blob. */
  readonly follow: (blob: Uint8Array, notes: Notes) => boolean
}

export const attacksOn = (setting: Setting): Attacks => {
  const walk = walkOf(setting)
  const breakages = breakagesOf(setting, walk)
  return {
    ways: breakages.length,
    make: (way, choices) => {
      const broken = breakages[way]?.(choices) ?? new Uint8Array()
      const blob = edited(broken, setting.plan, editsOf(choices), choices)
      return printedAs(blob, blob, setting)
    },
    follow: (blob, notes) => isFollowed(setting, walk.valid, blob, notes),
  }
}

/**
 * Hostile blobs of a format: each breaks one of its rules alone, or has one of its fields or its size wrong, or is
 * valid; and some have up to three edits behind that, which know the fields: numbers at which sizes and pointers go
 * wrong, truncation, bytes behind the end, pointers crossed, splices with other formats.
 *
 * @param layout - the format
 * @param receiver - what the blobs' receiver is
 * @param channel - whose limits hold; by default the channel that the format is named after
 * @throws RangeError where the receiver's limits leave no valid blob to begin with
 * @example
 * const decoded = fc.sample(attacksOf(layouts.inputs), 200).map((blob) => decodeMigrateData("inputs", blob)._tag)
 * decoded.includes("Left")
 * // true
 * @since 0.3.0
 */
export const attacksOf = (
  layout: Layout,
  receiver: ReceiverState = defaultReceiver,
  channel: Channel = channelOf(layout),
): fc.Arbitrary<Uint8Array> => {
  const setting = settingOf(layout, channel, receiver)
  const { ways, make, follow } = attacksOn(setting)
  return chosen({
    make: (choices) => make(Number(choices.below(BigInt(ways))), choices),
    follow: (blob, notes) => {
      notes.number(BigInt(ways), 0n)
      return follow(blob, notes)
    },
    *simpler(blob) {
      for (const simpler of simplerBytes(blob)) yield printedAs(simpler, simpler, setting)
    },
  })
}
