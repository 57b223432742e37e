import type { Place, Violation } from "../violation/violation.js"

export { cut, inputView } from "../violation/bytes.js"
export { type Rule, Violation } from "../violation/violation.js"

/** What emitted code works with. */

/** No more violations than this are collected: reports stay bounded however long the input is. */
export const mostViolations = 64

/**
 * Gives as many of the violations that were found as are collected.
 *
 * @example
 * L.collected([]).length
 * // 0
 * @since 0.6.0
 */
export const collected = (found: readonly Violation[]): readonly Violation[] => found.slice(0, mostViolations)

/**
 * Adds a violation to those that were found, and says whether these are as many as are collected.
 *
 * @example
 * const found: L.Violation[] = []
 * const { checks } = L.layout("empty", { title: "Nothing", doc: "No bytes.", limit: 0, fields: {} })
 * L.fills(found, new L.Violation(checks.trailing, { path: "", offset: 0, length: 1 }))
 * // false
 * @since 0.6.0
 */
export const fills = (found: Violation[], violation: Violation): boolean => found.push(violation) >= mostViolations

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
