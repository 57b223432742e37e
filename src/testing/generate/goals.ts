import { all, not } from "../../layout/expression.js"
import type { Plan, PlannedCase, PlannedPart, PlannedRule, Scope, Variant } from "../../layout/plan.js"
import type { Condition } from "../../layout/types.js"

/** What a blob has to hold: what lies at the end of a way through its parts. */
export interface Goal {
  readonly stops: readonly Stop[]
  /** A rule that is to be broken there. */
  readonly broken?: PlannedRule
  /** A part that is not to be empty there. */
  readonly filled?: PlannedPart
}

/** A part, and which of its scopes the way leads through. */
export interface Stop {
  readonly part: PlannedPart
  readonly scope: Scope
  /** What makes it this one of several; relative to the struct that declares the part. */
  readonly when: Condition | undefined
  /** The number of the case in a union's tag. */
  readonly tag: number | undefined
}

/** Every scope of a plan with the way to it, every part that can be filled, and every rule that is judged there, in the order of the declaration. */
export const goalsOf = (plan: Plan): readonly Goal[] => scopeGoals(plan, [])

const scopeGoals = (scope: Scope, stops: readonly Stop[]): readonly Goal[] => [
  ...scope.parts.flatMap((part) => [
    ...stopsAt(part).flatMap((stop) => scopeGoals(stop.scope, [...stops, stop])),
    ...(part.kind === "run" || part.kind === "list" ? [{ stops, filled: part }] : []),
    ...(part.kind === "run" ? (part.header?.rules ?? []) : []).map((broken) => ({ stops, broken })),
  ]),
  { stops },
  ...scope.rules.map((broken) => ({ stops, broken })),
]

/** The ways into a part: one for each of its scopes. */
export const stopsAt = (part: PlannedPart): readonly Stop[] => {
  switch (part.kind) {
    case "list":
      return stopsIn(part, part.variants, ({ entry }) => entry)
    case "choice":
      return stopsIn(part, part.cases, ({ scope }) => scope)
    case "group":
      return [{ part, scope: part.scope, when: undefined, tag: undefined }]
    default:
      return []
  }
}

/** One case is reached where its own condition holds, and none of those before it. */
const stopsIn = <C extends Variant | PlannedCase>(
  part: PlannedPart,
  cases: readonly C[],
  scopeOf: (of: C) => Scope | undefined,
): readonly Stop[] =>
  cases.flatMap((of, index) => {
    const scope = scopeOf(of)
    const before = cases.slice(0, index).flatMap(({ when }) => (when === undefined ? [] : [not(when)]))
    const wanted = of.when === undefined ? before : [...before, of.when]
    const tag = "tag" in of ? of.tag : undefined
    return scope === undefined ? [] : [{ part, scope, tag, when: wanted.length === 0 ? undefined : all(...wanted) }]
  })
