/** The language of rules: expressions over the numbers on the wire and the receiver's state. */

/** A field's number on the wire; booleans are 0 and 1, enumerations their byte. */
export interface FieldRef {
  readonly op: "field"
  /** Dotted, relative to the struct that declares the rule. */
  readonly path: string
}

/** A part that a pointer places. */
export interface PartRef {
  readonly op: "part"
  readonly path: string
}

export type Expression =
  | FieldRef
  | { readonly op: "literal"; readonly value: number | bigint | string }
  | { readonly op: "previous"; readonly path: string; readonly first: number }
  | { readonly op: "receiver"; readonly member: string; readonly perChannel: boolean }
  | { readonly op: "channel" }
  | { readonly op: "sum" | "larger"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "choose"; readonly when: Condition; readonly yes: Expression; readonly no: Expression }

/** A look at the bytes of a part, for what numbers alone cannot say. */
export interface Scan {
  readonly name: string
  /** Total and linear in the part's size. */
  readonly holds: (part: Uint8Array) => boolean
  /** A part that is refused, so that the rule's witness can be derived like any other. */
  readonly refused: Uint8Array
  /** Makes a part of the same size that holds out of any; one that holds stays as it is. */
  readonly mended: (part: Uint8Array) => Uint8Array
}

export interface Comparison {
  readonly op: "equal" | "atMost" | "below"
  readonly left: Expression
  readonly right: Expression
}

export type Condition =
  | Comparison
  | { readonly op: "all" | "any"; readonly conditions: readonly Condition[] }
  | { readonly op: "not"; readonly condition: Condition }
  | { readonly op: "scan"; readonly part: string; readonly scan: Scan }
  | { readonly op: "listed"; readonly member: string; readonly word: string }

type Operand = Expression | number | bigint | string

const operand = (value: Operand): Expression => (typeof value === "object" ? value : { op: "literal", value })

const comparison =
  (op: Comparison["op"]) =>
  (left: Operand, right: Operand): Comparison => ({ op, left: operand(left), right: operand(right) })

export const equal = comparison("equal")
export const atMost = comparison("atMost")
export const below = comparison("below")

export const all = (...conditions: Condition[]): Condition => ({ op: "all", conditions })
export const any = (...conditions: Condition[]): Condition => ({ op: "any", conditions })
export const not = (condition: Condition): Condition => ({ op: "not", condition })
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

/** The same field of the list entry before this one; `first` stands in for it in the first entry. */
export const previous = (field: FieldRef, first: number): Expression => ({ op: "previous", path: field.path, first })

/** The name of the channel that the blob came on. */
export const channel: Expression = { op: "channel" }

/** Whether a list of the receiver's state has a word. */
export const listed = (member: string, word: string): Condition => ({ op: "listed", member, word })

export const scanned = (part: PartRef, scan: Scan): Condition => ({ op: "scan", part: part.path, scan })

/** Where an expression finds its numbers. */
export interface Environment {
  readonly field: (path: string) => number | bigint
  readonly previous: (path: string, first: number) => number | bigint
  readonly part: (path: string) => Uint8Array
  readonly receiver: (member: string, perChannel: boolean) => number | bigint | string
  readonly listed: (member: string, word: string) => boolean
  readonly channel: () => string
}

const unread = (what: string) => (): never => {
  throw new TypeError(`${what} cannot be read here`)
}

/** An environment of which only some is there; a rule that reads more is a programming error. */
export const environmentOf = (known: Partial<Environment>): Environment => ({
  field: unread("a field"),
  previous: unread("a previous entry"),
  part: unread("a part"),
  receiver: unread("the receiver"),
  listed: unread("a list of the receiver"),
  channel: unread("the channel"),
  ...known,
})

export const evaluate = (expression: Expression, environment: Environment): number | bigint | string => {
  const number = (of: Expression): number => Number(evaluate(of, environment))
  switch (expression.op) {
    case "literal":
      return expression.value
    case "field":
      return environment.field(expression.path)
    case "previous":
      return environment.previous(expression.path, expression.first)
    case "receiver":
      return environment.receiver(expression.member, expression.perChannel)
    case "channel":
      return environment.channel()
    case "sum":
      return number(expression.left) + number(expression.right)
    case "larger":
      return Math.max(number(expression.left), number(expression.right))
    case "choose":
      return evaluate(satisfied(expression.when, environment) ? expression.yes : expression.no, environment)
  }
}

export const satisfied = (condition: Condition, environment: Environment): boolean => {
  switch (condition.op) {
    case "equal":
      return evaluate(condition.left, environment) === evaluate(condition.right, environment)
    case "atMost":
      return evaluate(condition.left, environment) <= evaluate(condition.right, environment)
    case "below":
      return evaluate(condition.left, environment) < evaluate(condition.right, environment)
    case "all":
      return condition.conditions.every((each) => satisfied(each, environment))
    case "any":
      return condition.conditions.some((each) => satisfied(each, environment))
    case "not":
      return !satisfied(condition.condition, environment)
    case "scan":
      return condition.scan.holds(environment.part(condition.part))
    case "listed":
      return environment.listed(condition.member, condition.word)
  }
}

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
    case "receiver":
    case "channel":
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
