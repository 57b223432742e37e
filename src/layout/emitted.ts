import type { Place } from "../violation/violation.js"
import { rulesOf } from "./rules.js"
import type { FieldRule, Layout } from "./types.js"

/** What emitted decoders work with beside their declaration. */

/** How an emitted decoder gets at the rules that its declaration holds. */
export const rulesById = (layout: Layout): ((id: string) => FieldRule) => {
  const byId = new Map(rulesOf(layout).map((rule) => [rule.id, rule]))
  return (id) => {
    const found = byId.get(id)
    if (found === undefined) throw new TypeError(`${layout.format} declares no rule ${id}: emit its decoder again`)
    return found
  }
}

/**
 * A place inside lists: each `[]` of the path gets an index. It stands apart from the loops over lists, which a text made
 * inside them slows down by a quarter even while nothing is refused.
 */
export const placeIn = (pattern: string, offset: number, length: number, ...indexes: readonly number[]): Place => ({
  path: pattern.split("[]").reduce((path, text, index) => `${path}[${indexes[index - 1]}]${text}`),
  offset,
  length,
})
