import type * as fc from "fast-check"
import { evaluate } from "../layout/evaluate.js"
import { chosen } from "./arbitrary/choice-arbitrary.js"
import type { Choices, Notes } from "./arbitrary/choices.js"
import { simplerBytes } from "./arbitrary/shrink.js"
import { isFollowed, printedAs } from "./arbitrary.js"
import { resized } from "./bytes.js"
import { placesOf, pokedBy, someEdits } from "./edits.js"
import { type Walk, walkOf } from "./generate/blob.js"
import { drawing } from "./generate/choose.js"
import type { Setting } from "./setting.js"

/** Makes a blob that is wrong in one way. */
type Breakage = (choices: Choices) => Uint8Array

/** A limit that is larger is not exceeded: it would take too long. */
const longest = 8192

/** The most bytes that a blob may have. */
export const limitOfSetting = ({ layout, arguments: given }: Setting): number =>
  Number(evaluate(layout.limit, { arguments: given, field: () => 0 }))

/** Nothing, each rule alone, each field of the fixed part, and the whole blob's size. */
const breakagesOf = (setting: Setting, { valid, goals, reaching }: Walk): readonly Breakage[] => {
  const { plan } = setting
  const any: Breakage = (choices) => valid(drawing(choices))
  const sized =
    (sizeOf: (size: number) => number): Breakage =>
    (choices) => {
      const blob = any(choices)
      return resized(blob, Math.max(0, sizeOf(blob.length)))
    }
  const limit = limitOfSetting(setting)
  return [
    any,
    ...goals
      .filter(({ broken }) => broken !== undefined)
      .map(
        (goal): Breakage =>
          (choices) =>
            reaching(goal, drawing(choices)) ?? any(choices),
      ),
    ...placesOf(plan).map(
      (field): Breakage =>
        (choices) =>
          pokedBy(any(choices), field, choices),
    ),
    sized((size) => size - 1),
    sized((size) => size + 1),
    sized(() => plan.size - 1),
    sized((size) => (limit < longest ? limit + 1 : size)),
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
      const blob = someEdits(broken, setting, editsOf(choices), choices)
      return printedAs(blob, blob, setting)
    },
    follow: (blob, notes) => isFollowed(setting, walk.valid, blob, notes),
  }
}

/** Hostile blobs of a setting. */
export const attacksIn = (setting: Setting): fc.Arbitrary<Uint8Array> => {
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
