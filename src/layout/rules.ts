import { nodesOf, type Scan } from "./expression.js"
import type { FieldRule, Layout } from "./language.js"
import { type Plan, type PlannedRule, planOf } from "./plan.js"

/**
 * Every rule of a plan, those of list entries included, in the order in which they are judged. What goes before the
 * names of a list entry is the list's path with empty brackets.
 */
export const plannedRulesOf = ({ parts, rules }: Plan): readonly PlannedRule[] => {
  const entries = parts.flatMap((part) => {
    if (part.kind === "run") return []
    const { lossy, lossless } = part.entries
    return [...lossy.struct.rules, ...lossless.struct.rules].map((rule) => ({ rule, prefix: `${part.path}[].` }))
  })
  return [...entries, ...rules]
}

/** Every rule of a layout, in the order in which they are judged. */
export const rulesOf = (layout: Layout): readonly FieldRule[] => plannedRulesOf(planOf(layout)).map(({ rule }) => rule)

/** How an emitted decoder gets at what its declaration holds: rules by id, and the scans inside them. */
export const ruleFinder = (layout: Layout) => {
  const byId = new Map(rulesOf(layout).map((rule) => [rule.id, rule]))
  const rule = (id: string): FieldRule => {
    const found = byId.get(id)
    if (found === undefined) throw new TypeError(`${layout.format} declares no rule ${id}: run npm run generate`)
    return found
  }
  const scan = (id: string): Scan => {
    for (const node of nodesOf(rule(id).holds)) if (node.op === "scan") return node.scan
    throw new TypeError(`${id} scans nothing: run npm run generate`)
  }
  return { rule, scan }
}
