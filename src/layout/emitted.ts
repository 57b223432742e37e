import type { Place } from "../violation/violation.js"

export { cut } from "../violation/bytes.js"
export { type Rule, Violation } from "../violation/violation.js"

/** What emitted code works with. */

/**
 * Makes the place of what lies inside lists: each `[]` of the path gets an index. It stands apart from the loops over
 * lists, which a text made inside them slows down by a quarter even while nothing is refused.
 *
 * @example
 * L.placeIn("surfaces[].id", 104, 4, 3)
 * // { path: "surfaces[3].id", offset: 104, length: 4 }
 * @since 0.6.0
 */
export const placeIn = (pattern: string, offset: number, length: number, ...indexes: readonly number[]): Place => ({
  path: pattern.split("[]").reduce((path, text, index) => `${path}[${indexes[index - 1]}]${text}`),
  offset,
  length,
})
