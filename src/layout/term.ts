import type { Local, NumberType, Offset, Term, Test } from "./steps.js"
import type { Condition, Expression, NumberParameter, Scalar, WordParameter } from "./types.js"

/** Expressions with types: every number is an exact integer of a known range. */

const narrowest = -(2n ** 53n) + 1n
const widest = 2n ** 53n - 1n

/** The type of the numbers from one to another. */
export const typeOf = (from: bigint, to: bigint): NumberType => ({ from, to, wide: from < narrowest || to > widest })

/** The numbers that a scalar can be once its type was checked; on the wire it may be any of its width. */
export const typeOfScalar = ({ bits, signed }: Pick<Scalar, "bits" | "signed">): NumberType => {
  const half = 2n ** BigInt(bits - 1)
  const { from, to } = signed ? { from: -half, to: half - 1n } : { from: 0n, to: 2n * half - 1n }
  return { from, to, wide: bits === 64 }
}

export const literal = (value: number | bigint): Term => ({
  op: "literal",
  value: BigInt(value),
  type: typeOf(BigInt(value), BigInt(value)),
})

export const numberOf = (local: Local): Term => ({ op: "local", local, type: local.type })

/** An offset as a number. */
export const termOf = ({ base, plus }: Offset): Term =>
  base === undefined ? literal(plus) : sumOf(numberOf(base), literal(plus))

const parameterTerm = (parameter: NumberParameter): Term => ({
  op: "parameter",
  parameter,
  type: typeOf(BigInt(parameter.least), BigInt(parameter.most)),
})

const widened = (term: Term): Term => {
  const type = { ...term.type, wide: true }
  if (term.type.wide) return term
  return term.op === "literal" ? { ...term, type } : { op: "widen", of: term, type }
}

/** Two operands of the same kind. */
const alike = (left: Term, right: Term): readonly [Term, Term] =>
  left.type.wide === right.type.wide ? [left, right] : [widened(left), widened(right)]

export const narrowed = (term: Term): Term => (term.type.wide ? { op: "narrow", of: term, type: sizeType } : term)

export const sumOf = (one: Term, other: Term): Term => {
  if (other.op === "literal" && other.value === 0n) return one
  if (one.op === "literal" && other.op === "literal") return literal(one.value + other.value)
  const type = typeOf(one.type.from + other.type.from, one.type.to + other.type.to)
  const wide = type.wide || one.type.wide || other.type.wide
  const [left, right] = wide ? [widened(one), widened(other)] : [one, other]
  return { op: "sum", left, right, type: { ...type, wide } }
}

/** Bytes between two offsets of which the second is known not to lie before the first. */
export const between = (start: Offset, end: Offset): Term => {
  const right = termOf(start)
  if (right.op === "literal" && right.value === 0n) return termOf(end)
  return { op: "difference", left: termOf(end), right, type: sizeType }
}

/** Sizes of what is in memory: whatever is added to one stays exact. */
export const sizeType: NumberType = { from: 0n, to: 2n ** 48n, wide: false }

export const quotientOf = (of: Term, by: number): Term => (by === 1 ? of : { op: "quotient", of, by, type: of.type })
export const remainderOf = (of: Term, by: number): Term => ({
  op: "remainder",
  of,
  by,
  type: typeOf(0n, BigInt(by - 1)),
})
export const productOf = (of: Term, by: number): Term => {
  if (of.op === "literal") return literal(of.value * BigInt(by))
  return by === 1 ? of : { op: "product", of, by, type: sizeType }
}

export const compare = (op: "equal" | "atMost" | "below", one: Term, other: Term): Extract<Test, { left: Term }> => {
  const [left, right] = alike(one, other)
  return { op, left, right }
}

export const anyOf = (tests: readonly Test[]): Test => {
  const [only, ...others] = tests
  return only !== undefined && others.length === 0 ? only : { op: "any", tests }
}

/** Where the bytes of a run are. */
export interface PlacedRun {
  readonly at: Offset
  readonly length: Term
  readonly end: Offset
}

/** What the names of a condition stand for where it is judged. */
export interface Resolver {
  readonly field: (path: string) => Local
  /** The named numbers of an enumeration. */
  readonly names: (path: string) => Readonly<Record<string, number>> | undefined
  readonly previous: (path: string) => Local
  readonly run: (path: string) => PlacedRun
}

/**
 * An expression as a term.
 *
 * @throws TypeError where a word stands for a number, or where it may need more than 64 bits
 */
export const resolveTerm = (expression: Expression, resolver: Resolver): Term => {
  switch (expression.op) {
    case "literal":
      if (typeof expression.value === "string") throw new TypeError(`"${expression.value}" is not a number`)
      return literal(expression.value)
    case "field":
      return numberOf(resolver.field(expression.path))
    case "previous":
      return numberOf(resolver.previous(expression.path))
    case "parameter":
      if (expression.kind !== "number") throw new TypeError(`${expression.name} is not a number`)
      return parameterTerm(expression)
    case "sum":
      return bounded(sumOf(resolveTerm(expression.left, resolver), resolveTerm(expression.right, resolver)))
    case "larger": {
      const [left, right] = alike(resolveTerm(expression.left, resolver), resolveTerm(expression.right, resolver))
      const { from, to } = { from: larger(left.type.from, right.type.from), to: larger(left.type.to, right.type.to) }
      return bounded({ op: "larger", left, right, type: { from, to, wide: left.type.wide } })
    }
    case "choose": {
      const when = resolveTest(expression.when, resolver)
      const [yes, no] = alike(resolveTerm(expression.yes, resolver), resolveTerm(expression.no, resolver))
      const { from, to } = { from: -larger(-yes.type.from, -no.type.from), to: larger(yes.type.to, no.type.to) }
      return bounded({ op: "choose", when, yes, no, type: { from, to, wide: yes.type.wide } })
    }
  }
}

/** What a field is compared with: of an enumeration's name the number that it stands for. */
export const resolveBeside = (left: Expression, right: Expression, resolver: Resolver): Term =>
  left.op === "field" && right.op === "literal" && typeof right.value === "string"
    ? literal(named(resolver.names(left.path), right.value))
    : resolveTerm(right, resolver)

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other)

const bounded = (term: Term): Term => {
  const { from, to } = term.type
  if (to >= 2n ** 64n || (from < 0n && (from < -(2n ** 63n) || to >= 2n ** 63n)))
    throw new TypeError(`an expression from ${from} to ${to} does not fit 64 bits`)
  return term
}

/** The word that a parameter is compared with, where one is. */
const wordsOf = (left: Expression, right: Expression): readonly [WordParameter, string] | undefined =>
  left.op === "parameter" && left.kind === "word" && right.op === "literal" && typeof right.value === "string"
    ? [left, right.value]
    : undefined

/** A condition as a test. @throws TypeError as {@link resolveTerm} does */
export const resolveTest = (condition: Condition, resolver: Resolver): Test => {
  switch (condition.op) {
    case "equal": {
      const { left, right } = condition
      const words = wordsOf(left, right)
      if (words !== undefined) return { op: "is", parameter: words[0], word: words[1] }
      return compare("equal", resolveTerm(left, resolver), resolveBeside(left, right, resolver))
    }
    case "atMost":
    case "below":
      return compare(condition.op, resolveTerm(condition.left, resolver), resolveTerm(condition.right, resolver))
    case "all":
    case "any":
      return { op: condition.op, tests: condition.conditions.map((each) => resolveTest(each, resolver)) }
    case "not":
      return { op: "not", test: resolveTest(condition.condition, resolver) }
    case "scan": {
      return { op: "scan", scan: condition.scan, ...resolver.run(condition.part) }
    }
    case "listed":
      return { op: "listed", parameter: condition.parameter, word: condition.word }
  }
}

const named = (names: Readonly<Record<string, number>> | undefined, word: string): number => {
  const value = names !== undefined && Object.hasOwn(names, word) ? names[word] : undefined
  if (value === undefined) throw new TypeError(`"${word}" is no name of the enumeration`)
  return value
}
