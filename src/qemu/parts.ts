import type * as E from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import type { Issue } from "../data/refinement.js"
import type { Measure, Rule } from "../violation/violation.js"

/** The members of an address that a text says, not yet judged; or what is wrong with the text. */
export type Parts = E.Either<NonEmptyArray<Issue>, object>

export const wrong = (
  rule: Rule,
  key?: string,
  actual?: Measure,
  expected?: Measure,
): E.Left<NonEmptyArray<Issue>> => ({
  _tag: "Left",
  left: [{ rule, keys: key === undefined ? [] : [key], actual, expected }],
})
