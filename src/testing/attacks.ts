import type * as fc from "fast-check"
import type { Layout } from "../schema/language.js"
import { plannedRulesOf } from "../schema/rules.js"
import { type Channel, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { isFollowed, printedAs } from "./arbitrary.js"
import { channelOf, settingOf } from "./blob.js"
import { drawing } from "./chooser.js"
import { chosen } from "./chosen.js"
import { edited } from "./edits.js"
import { walkOf } from "./walk.js"

/** Blobs are changed in so many places, for what is not broken is what lets a decoder read on. */
const mostEdits = 3

/**
 * Hostile blobs of a format: valid ones with one rule ignored, or none, and with up to three edits that know the
 * fields: counts and pointers at the numbers where they go wrong, truncation, bytes behind the end, pointers crossed,
 * splices with other formats. Some are valid all the same.
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
  const { plan } = setting
  const ignorable = [undefined, ...plannedRulesOf(plan).map(({ rule }) => rule)]
  const walks = new Map<number, ReturnType<typeof walkOf>>()
  const walkWithout = (index: number) => {
    const walk = walks.get(index) ?? walkOf(setting, ignorable[index])
    walks.set(index, walk)
    return walk
  }
  return chosen({
    make: (choices) => {
      const walk = walkWithout(Number(choices.below(BigInt(ignorable.length))))
      const blob = edited(walk(drawing(choices)), plan, mostEdits, choices)
      return printedAs(blob, blob, setting)
    },
    follow: (blob, notes) => {
      notes.number(BigInt(ignorable.length), 0n)
      if (!isFollowed(setting, walkWithout(0), blob, notes)) return false
      notes.number(BigInt(mostEdits + 1), 0n)
      return true
    },
  })
}
