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

/**
 * Makes the condition that holds where another one does not.
 *
 * @example
 * L.not(L.equal(L.field("a"), 1)).op
 * // "not"
 * @since 0.6.0
 */
export const not = (condition: Condition): Condition => ({ op: "not", condition })

/**
 * Makes the condition that two operands are equal; with one operand, what `must` takes.
 *
 * @example
 * L.equal(L.field("a"), 1)
 * // { op: "equal", left: { op: "field", path: "a" }, right: { op: "literal", value: 1 } }
 * @since 0.6.0
 */
export const equal = comparing((left, right) => ({ op: "equal", left, right }))
/**
 * Makes the condition that two operands differ; with one operand, what `must` takes.
 *
 * @example
 * L.unequal(L.field("a"), 1).op
 * // "not"
 * @since 0.6.0
 */
export const unequal = comparing((left, right) => not({ op: "equal", left, right }))
/**
 * Makes the condition that the left operand is at most the right one; with one operand, what `must` takes.
 *
 * @example
 * L.atMost(L.field("a"), 9).op
 * // "atMost"
 * @since 0.6.0
 */
export const atMost = comparing((left, right) => ({ op: "atMost", left, right }))
/**
 * Makes the condition that the left operand is less than the right one; with one operand, what `must` takes.
 *
 * @example
 * L.below(L.field("a"), L.field("b")).op
 * // "below"
 * @since 0.6.0
 */
export const below = comparing((left, right) => ({ op: "below", left, right }))
/**
 * Makes the condition that the left operand is at least the right one; with one operand, what `must` takes.
 *
 * @example
 * L.u8("A size.").must(L.atLeast(1), { id: "box/size", code: "out-of-range", requirement: "It must hold something.", consequence: "None." }).rules.length
 * // 1
 * @since 0.6.0
 */
export const atLeast = comparing((left, right) => not({ op: "below", left, right }))
/**
 * Makes the condition that the left operand is greater than the right one; with one operand, what `must` takes.
 *
 * @example
 * L.above(L.field("a"), 0).op
 * // "not"
 * @since 0.6.0
 */
export const above = comparing((left, right) => not({ op: "atMost", left, right }))

/**
 * Makes the condition that all of some conditions hold.
 *
 * @example
 * L.all(L.above(L.field("a"), 0), L.below(L.field("a"), 9)).op
 * // "all"
 * @since 0.6.0
 */
export const all = (...conditions: Condition[]): Condition => ({ op: "all", conditions })
/**
 * Makes the condition that one of some conditions holds at least.
 *
 * @example
 * L.any(L.equal(L.field("a"), 0), L.equal(L.field("b"), 0)).op
 * // "any"
 * @since 0.6.0
 */
export const any = (...conditions: Condition[]): Condition => ({ op: "any", conditions })
/**
 * Makes the condition that one condition holds wherever another does.
 *
 * @example
 * L.implies(L.equal(L.field("on"), 1), L.above(L.field("level"), 0)).op
 * // "any"
 * @since 0.6.0
 */
export const implies = (when: Condition, condition: Condition): Condition => any(not(when), condition)

/**
 * Adds two operands. A sum never wraps: what may need more than 64 bits is refused at declaration.
 *
 * @example
 * L.sum(L.field("offset"), L.field("size")).op
 * // "sum"
 * @since 0.6.0
 */
export const sum = (left: Operand, right: Operand): Expression => ({
  op: "sum",
  left: operand(left),
  right: operand(right),
})
/**
 * Takes the larger one of two operands.
 *
 * @example
 * L.larger(L.field("a"), 16).op
 * // "larger"
 * @since 0.6.0
 */
export const larger = (left: Operand, right: Operand): Expression => ({
  op: "larger",
  left: operand(left),
  right: operand(right),
})
/**
 * Takes one operand where a condition holds, and another one where it does not.
 *
 * @example
 * L.choose(L.equal(L.field("wide"), 1), 65535, 255).op
 * // "choose"
 * @since 0.6.0
 */
export const choose = (when: Condition, yes: Operand, no: Operand): Expression => ({
  op: "choose",
  when,
  yes: operand(yes),
  no: operand(no),
})

/**
 * Names a field of the struct that a condition stands in, where there are no references yet: inside the declaration itself.
 *
 * @example
 * L.field("is_long")
 * // { op: "field", path: "is_long" }
 * @since 0.6.0
 */
export const field = (path: string): FieldRef => ({ op: "field", path })

/**
 * Names the same field of the list entry before this one; `first` stands in for it in the first entry.
 *
 * @example
 * L.previous(L.field("id"), -1)
 * // { op: "previous", path: "id", first: -1 }
 * @since 0.6.0
 */
export const previous = (of: FieldRef, first: number): Expression => ({ op: "previous", path: of.path, first })

/**
 * Makes the condition that the bytes of a run are what a chain says.
 *
 * @example
 * L.scanned({ op: "part", path: "queue" }, L.chain("itemsFit", { doc: "Items to the end.", header: L.struct("A header.", { size: L.u8("Bytes.") }), length: "size", most: 255, begins: "whole" })).op
 * // "scan"
 * @since 0.6.0
 */
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
