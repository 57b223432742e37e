import * as E from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import type { Checked } from "../violation/checked.js"
import { type Place, plainKey, Violation } from "../violation/violation.js"
import type { Issue } from "./refinement.js"
import type { StrictRead } from "./strict.js"

/** Where the part of a value that some keys lead to stands in the text that the value was read from, in bytes. */
export type Placing = (keys: readonly string[]) => Pick<Place, "offset" | "length">

/** Of a value that was not read from a text: no part of it has a place. */
export const nowhere: Placing = () => ({ offset: 0, length: 0 })

/** Keys as a path: `channels[0].addr`. */
const pathOf = (keys: readonly string[]): string =>
  keys.reduce((path, key) => {
    if (/^\d{1,10}$/.test(key)) return `${path}[${key}]`
    const shown = plainKey(key) || "?"
    return path === "" ? shown : `${path}.${shown}`
  }, "")

/** Faults as violations, each at its place. */
export const violationsOf = (faults: NonEmptyArray<Issue>, placing: Placing): NonEmptyArray<Violation> => {
  const violation = ({ rule, keys, actual, expected }: Issue) =>
    new Violation(rule, { path: pathOf(keys), ...placing(keys) }, actual, expected)
  const [first, ...others] = faults
  return [violation(first), ...others.map(violation)]
}

/** What reading came to, with violations instead of faults. */
export const placed = <A>(read: StrictRead<A>, placing: Placing = nowhere): Checked<A> =>
  E.isLeft(read) ? E.left(violationsOf(read.left, placing)) : read
