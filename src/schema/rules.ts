import { nodesOf, type Scan } from "./expression.js"
import type { Layout, Rule } from "./language.js"
import { planOf } from "./plan.js"

/** Every rule of a layout, those of its list entries included, in the order in which they are judged. */
export const rulesOf = (layout: Layout): readonly Rule[] => {
  const { parts, rules } = planOf(layout)
  const entries = parts.flatMap((part) =>
    part.kind === "list" ? [...part.entries.lossy.struct.rules, ...part.entries.lossless.struct.rules] : [],
  )
  return [...entries, ...rules.map(({ rule }) => rule)]
}

/** How an emitted decoder gets at what its declaration holds: rules by id, and the scans inside them. */
export const ruleFinder = (layout: Layout) => {
  const byId = new Map(rulesOf(layout).map((rule) => [rule.id, rule]))
  const rule = (id: string): Rule => {
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
