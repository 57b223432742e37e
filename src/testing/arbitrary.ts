import * as fc from "fast-check"
import { encode } from "../layout/encode.js"
import { isBytes } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"
import { chosen } from "./arbitrary/choice-arbitrary.js"
import { isSimpler, type Notes, tapeOf } from "./arbitrary/choices.js"
import { contentOf, simplerContents } from "./arbitrary/shrink.js"
import { areSame } from "./bytes.js"
import { type Walk, walkOf } from "./generate/blob.js"
import { drawing, following, unnoted } from "./generate/choose.js"
import { replayView } from "./replay.js"
import { read, type Setting } from "./setting.js"

/** Every valid blob of a setting. */
export const blobsIn = (setting: Setting): fc.Arbitrary<Uint8Array> => {
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

/** Every valid state of a setting. */
export const statesIn = (setting: Setting): fc.Arbitrary<object> => {
  const { layout, arguments: given } = setting
  const { valid } = walkOf(setting)
  const stateOf = (blob: Uint8Array) => printedAs(read(setting, blob, false).state as object, blob, setting)
  return chosen<object>({
    make: (choices) => stateOf(valid(drawing(choices))),
    follow: (state, notes) => {
      const blob = encode(layout, state, given)
      return !(blob instanceof Violation) && isFollowed(setting, valid, blob, notes)
    },
    *simpler(state) {
      const blob = encode(layout, state, given)
      if (!(blob instanceof Violation)) for (const simpler of simplerBlobs(setting, valid, blob)) yield stateOf(simpler)
    },
  })
}

export const isFollowed = (setting: Setting, valid: Walk["valid"], blob: unknown, notes: Notes): boolean => {
  if (!isBytes(blob)) return false
  const reading = read(setting, blob)
  return reading.violations.length === 0 && areSame(valid(following(contentOf(reading, blob), notes)), blob)
}

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
