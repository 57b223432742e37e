import type { Chain, Comparison, Condition, Expression, FieldRef, PartRef } from "./types.js"

export type Operand = Expression | number | bigint | string

const operand = (value: Operand): Expression => (typeof value === "object" ? value : { op: "literal", value })

/** `below(a, b)` compares; `below(b)` is what `must` takes: the field that it stands at is on the left. */
interface Compare {
  (left: Operand, right: Operand): Condition
  (right: Operand): (left: Operand) => Condition
}

const comparing = (compare: (left: Expression, right: Expression) => Condition): Compare => {
  function compared(left: Operand, right: Operand): Condition
  function compared(right: Operand): (left: Operand) => Condition
  function compared(one: Operand, other?: Operand) {
    if (other !== undefined) return compare(operand(one), operand(other))
    return (left: Operand) => compare(operand(left), operand(one))
  }
  return compared
}

export const not = (condition: Condition): Condition => ({ op: "not", condition })

export const equal = comparing((left, right) => ({ op: "equal", left, right }))
export const unequal = comparing((left, right) => not({ op: "equal", left, right }))
export const atMost = comparing((left, right) => ({ op: "atMost", left, right }))
export const below = comparing((left, right) => ({ op: "below", left, right }))
export const atLeast = comparing((left, right) => not({ op: "below", left, right }))
export const above = comparing((left, right) => not({ op: "atMost", left, right }))

export const all = (...conditions: Condition[]): Condition => ({ op: "all", conditions })
export const any = (...conditions: Condition[]): Condition => ({ op: "any", conditions })
/** `condition` has to hold only `when` something else does. */
export const implies = (when: Condition, condition: Condition): Condition => any(not(when), condition)

export const sum = (left: Operand, right: Operand): Expression => ({
  op: "sum",
  left: operand(left),
  right: operand(right),
})
export const larger = (left: Operand, right: Operand): Expression => ({
  op: "larger",
  left: operand(left),
  right: operand(right),
})
export const choose = (when: Condition, yes: Operand, no: Operand): Expression => ({
  op: "choose",
  when,
  yes: operand(yes),
  no: operand(no),
})

/** A field of the struct that a condition stands in, by its name: for what is declared before there are refs. */
export const field = (path: string): FieldRef => ({ op: "field", path })

/** The same field of the list entry before this one; `first` stands in for it in the first entry. */
export const previous = (of: FieldRef, first: number): Expression => ({ op: "previous", path: of.path, first })

/** Whether a run is what a chain says. */
export const scanned = (part: PartRef, scan: Chain): Condition => ({ op: "scan", part: part.path, scan })

/** Every node of a condition and of what it is made of, itself first. */
export function* nodesOf(node: Condition | Expression): Generator<Condition | Expression> {
  yield node
  for (const child of childrenOf(node)) yield* nodesOf(child)
}

const childrenOf = (node: Condition | Expression): readonly (Condition | Expression)[] => {
  switch (node.op) {
    case "all":
    case "any":
      return node.conditions
    case "not":
      return [node.condition]
    case "choose":
      return [node.when, node.yes, node.no]
    case "literal":
    case "field":
    case "previous":
    case "parameter":
    case "scan":
    case "listed":
      return []
    default:
      return [node.left, node.right]
  }
}

/** The paths of conditions that were asked for: judging a blob asks for those of every rule. */
const paths = new WeakMap<Condition, readonly string[]>()

/** The paths of the fields and parts that a condition reads, relative to the struct that declares it. */
export const pathsOf = (condition: Condition): readonly string[] => {
  const known = paths.get(condition)
  if (known !== undefined) return known
  const found = [...nodesOf(condition)].flatMap((node) => {
    if (node.op === "field" || node.op === "previous") return [node.path]
    return node.op === "scan" ? [node.part] : []
  })
  paths.set(condition, found)
  return found
}

/** The comparison that a reader would call the rule: what is left of a condition once its premises are taken away. */
const conclusionOf = (condition: Condition): Comparison | undefined => {
  switch (condition.op) {
    case "equal":
    case "atMost":
    case "below":
      return condition
    case "not":
      return conclusionOf(condition.condition)
    case "any": {
      const [, conclusion, ...others] = condition.conditions
      return conclusion === undefined || others.length > 0 ? undefined : conclusionOf(conclusion)
    }
    default:
      return undefined
  }
}

/**
 * What a violation of a condition reports: the side of its comparison that holds the field at fault and the other
 * side that it was measured against; where there is no such comparison, the field alone.
 */
export const measuresOf = (
  at: FieldRef,
  condition: Condition,
): { readonly actual: Expression; readonly expected: Expression | undefined } => {
  const conclusion = conclusionOf(condition)
  const mentions = (side: Expression) => [...nodesOf(side)].some((node) => node.op === "field" && node.path === at.path)
  return conclusion !== undefined && mentions(conclusion.left) && !mentions(conclusion.right)
    ? { actual: conclusion.left, expected: conclusion.right }
    : { actual: at, expected: undefined }
}
