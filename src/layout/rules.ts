import { pathIn } from "./path.js"
import { type PlannedRule, planOf, type Scope } from "./plan.js"
import type { FieldRule, Layout } from "./types.js"

/**
 * Every rule of a scope and of what is inside it, in the order in which they are judged. What goes before the names of a
 * list's entry is the list's path with empty brackets.
 */
export const plannedRulesOf = (scope: Scope, at = ""): readonly PlannedRule[] => {
  const dot = at === "" ? "" : `${at}.`
  const inner = scope.parts.flatMap((part): readonly PlannedRule[] => {
    const path = pathIn(at, part.path)
    switch (part.kind) {
      case "list":
        return part.variants.flatMap(({ entry }) => (entry === undefined ? [] : plannedRulesOf(entry, `${path}[]`)))
      case "choice":
        return part.cases.flatMap(({ name, scope: of }) =>
          of === undefined ? [] : plannedRulesOf(of, part.optional ? path : `${path}.${name}`),
        )
      case "group":
        return plannedRulesOf(part.scope, path)
      case "run":
        return (part.header?.rules ?? []).map(({ rule, prefix }) => ({ rule, prefix: `${dot}${prefix}` }))
      default:
        return []
    }
  })
  return [...inner, ...scope.rules.map(({ rule, prefix }) => ({ rule, prefix: `${dot}${prefix}` }))]
}

/**
 * Lists the rules that a layout declares, in the order in which they are judged; one that is judged at several fields is
 * there once.
 *
 * @example
 * const level = L.u8("A level.").must(L.atMost(9), { id: "lamp/level", code: "out-of-range", requirement: "At most 9.", consequence: "None." })
 * L.rulesOf(L.layout("lamp", { title: "Lamp", doc: "A lamp.", limit: 1, fields: { level } })).map(({ id }) => id)
 * // ["lamp/level"]
 * @since 0.6.0
 */
export const rulesOf = (layout: Layout): readonly FieldRule[] => [
  ...new Map(plannedRulesOf(planOf(layout)).map(({ rule }) => [rule.id, rule])).values(),
]
