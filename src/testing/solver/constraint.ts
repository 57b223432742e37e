import type { Arguments } from "../../layout/parameters.js"
import type { Condition, Expression } from "../../layout/types.js"
import { type Domain, intersection, intervalOf, noNumber, unionOf } from "./interval-set.js"

/**
 * A rule's condition as sums of fields that must not exceed a bound: in this form it can be asked which numbers it
 * leaves to one field while others are not decided yet.
 */
export type Clause =
  | { readonly op: "all"; readonly clauses: readonly Clause[] }
  | { readonly op: "any"; readonly clauses: readonly Clause[] }
  | { readonly op: "atMost"; readonly terms: Terms; readonly bound: bigint }

/** Fields by their paths, each with what it is multiplied by. */
type Terms = ReadonlyMap<string, bigint>

/** The clause that holds whatever the numbers are. */
export const always: Clause = { op: "all", clauses: [] }
const never: Clause = { op: "any", clauses: [] }

/** What the names in a condition mean. */
export interface VariableNames {
  readonly field: (path: string) => string
  readonly previous: (path: string) => string
  /** The named numbers of an enumeration. */
  readonly names: (path: string) => Readonly<Record<string, number>> | undefined
  readonly arguments: Arguments
}

interface Linear {
  readonly terms: Terms
  readonly constant: bigint
}

/** An expression's value where `guard` holds. */
interface Alternative {
  readonly guard: Clause
  readonly value: Linear
}

/** The clause that holds where the condition does, or where it does not when `wanted` is false. What a scan says is not known here: it may hold. */
export const clauseOf = (condition: Condition, names: VariableNames, wanted = true): Clause => {
  switch (condition.op) {
    case "all":
    case "any": {
      const clauses = condition.conditions.map((each) => clauseOf(each, names, wanted))
      return (condition.op === "all") === wanted ? all(clauses) : any(clauses)
    }
    case "not":
      return clauseOf(condition.condition, names, !wanted)
    case "scan":
      return always
    case "listed": {
      const words = names.arguments[condition.parameter.name] ?? condition.parameter.default
      return (Array.isArray(words) && words.includes(condition.word)) === wanted ? always : never
    }
    default:
      return comparisonOf(condition.op, condition.left, condition.right, names, wanted)
  }
}

const all = (clauses: readonly Clause[]): Clause => {
  const open = clauses.flatMap((clause) => (clause.op === "all" ? clause.clauses : [clause]))
  if (open.some(isNever)) return never
  const [only, ...others] = open
  return only !== undefined && others.length === 0 ? only : { op: "all", clauses: open }
}

const any = (clauses: readonly Clause[]): Clause => {
  const open = clauses.flatMap((clause) => (clause.op === "any" ? clause.clauses : [clause]))
  if (open.some(isAlways)) return always
  const [only, ...others] = open
  return only !== undefined && others.length === 0 ? only : { op: "any", clauses: open }
}

const isNever = (clause: Clause): boolean => clause.op === "any" && clause.clauses.length === 0

const isAlways = (clause: Clause): boolean => clause.op === "all" && clause.clauses.length === 0

const comparisonOf = (
  op: "equal" | "atMost" | "below",
  left: Expression,
  right: Expression,
  names: VariableNames,
  wanted: boolean,
): Clause => {
  const word = wordOf(left, names)
  const other = right.op === "literal" && typeof right.value === "string" ? right.value : undefined
  if (word !== undefined) return (word === other) === wanted ? always : never
  const value = other === undefined ? right : namedNumber(left, other, names)
  return any(
    alternativesOf(left, names).flatMap((one) =>
      alternativesOf(value, names).map((last) =>
        all([one.guard, last.guard, compared(op, one.value, last.value, wanted)]),
      ),
    ),
  )
}

/** What a parameter says that is no number. */
const wordOf = (expression: Expression, names: VariableNames): string | undefined => {
  if (expression.op !== "parameter") return undefined
  const value = names.arguments[expression.name] ?? expression.default
  return typeof value === "string" ? value : undefined
}

/** The number that an enumeration has for a word. */
const namedNumber = (field: Expression, word: string, names: VariableNames): Expression => {
  const value = field.op === "field" ? names.names(field.path)?.[word] : undefined
  if (value === undefined) throw new TypeError(`"${word}" is no number of what it is compared with`)
  return { op: "literal", value }
}

const compared = (op: "equal" | "atMost" | "below", left: Linear, right: Linear, wanted: boolean): Clause => {
  const [upwards, downwards] = [minus(left, right), minus(right, left)]
  if (op === "below") return wanted ? atMost(upwards, -1n) : atMost(downwards, 0n)
  if (op === "atMost") return wanted ? atMost(upwards, 0n) : atMost(downwards, -1n)
  return wanted
    ? all([atMost(upwards, 0n), atMost(downwards, 0n)])
    : any([atMost(upwards, -1n), atMost(downwards, -1n)])
}

/** Where a sum is at most a bound. */
const atMost = ({ terms, constant }: Linear, bound: bigint): Clause => {
  if (terms.size === 0) return constant <= bound ? always : never
  return { op: "atMost", terms, bound: bound - constant }
}

const constant = (value: number | bigint | string): Linear => ({ terms: new Map(), constant: BigInt(value) })

/** Where one number is so many times another one. */
export const multipleOf = (path: string, other: string, factor: number): Clause => {
  const terms = new Map([[path, 1n] as const, [other, -BigInt(factor)] as const])
  return compared("equal", { terms, constant: 0n }, constant(0), true)
}

/** A clause that only counts where a number is at least so much, and its opposite. */
export const guardedBy = (path: string, least: number, kept: Clause, broken: Clause) => ({
  kept: any([atMost(variable(path), BigInt(least) - 1n), kept]),
  broken: all([atMost(minus(constant(0), variable(path)), -BigInt(least)), broken]),
})

const variable = (path: string): Linear => ({ terms: new Map([[path, 1n]]), constant: 0n })

const added = (left: Linear, right: Linear, sign: bigint): Linear => {
  const terms = new Map(left.terms)
  for (const [path, factor] of right.terms) terms.set(path, (terms.get(path) ?? 0n) + sign * factor)
  for (const [path, factor] of terms) if (factor === 0n) terms.delete(path)
  return { terms, constant: left.constant + sign * right.constant }
}

const minus = (left: Linear, right: Linear): Linear => added(left, right, -1n)

const alternativesOf = (expression: Expression, names: VariableNames): readonly Alternative[] => {
  const just = (value: Linear): readonly Alternative[] => [{ guard: always, value }]
  switch (expression.op) {
    case "literal":
      return just(constant(expression.value))
    case "parameter":
      return just(constant(Number(names.arguments[expression.name] ?? expression.default)))
    case "field":
      return just(variable(names.field(expression.path)))
    case "previous":
      return just(variable(names.previous(expression.path)))
    case "choose":
      return [
        ...guarded(clauseOf(expression.when, names), alternativesOf(expression.yes, names)),
        ...guarded(clauseOf(expression.when, names, false), alternativesOf(expression.no, names)),
      ]
    case "sum":
      return pairs(expression.left, expression.right, names, (left, right) => [
        { guard: always, value: added(left, right, 1n) },
      ])
    case "larger":
      return pairs(expression.left, expression.right, names, (left, right) => [
        { guard: atMost(minus(right, left), 0n), value: left },
        { guard: atMost(minus(left, right), 0n), value: right },
      ])
  }
}

const guarded = (guard: Clause, alternatives: readonly Alternative[]): readonly Alternative[] =>
  alternatives.map((each) => ({ guard: all([guard, each.guard]), value: each.value }))

const pairs = (
  left: Expression,
  right: Expression,
  names: VariableNames,
  combine: (left: Linear, right: Linear) => readonly Alternative[],
): readonly Alternative[] =>
  alternativesOf(left, names).flatMap((one) =>
    alternativesOf(right, names).flatMap((other) =>
      guarded(all([one.guard, other.guard]), combine(one.value, other.value)),
    ),
  )

/** The least and the greatest number that a field may still be. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

/** Beyond every field. */
const utmost = 2n ** 80n

const everything: Domain = intervalOf(-utmost, utmost)

/** The least that a sum can be. */
const leastOf = (terms: Terms, rangeOf: (path: string) => Range, except?: string): bigint => {
  let least = 0n
  for (const [path, factor] of terms)
    if (path !== except) least += factor * (factor > 0n ? rangeOf(path).from : rangeOf(path).to)
  return least
}

/** The same clause without what holds, or does not, whatever its fields come to be within their ranges. */
export const settled = (clause: Clause, rangeOf: (path: string) => Range): Clause => {
  if (clause.op === "all") return all(clause.clauses.map((each) => settled(each, rangeOf)))
  if (clause.op === "any") return any(clause.clauses.map((each) => settled(each, rangeOf)))
  const { terms, bound } = clause
  if (leastOf(terms, rangeOf) > bound) return never
  const negative = new Map([...terms].map(([path, factor]) => [path, -factor]))
  return -leastOf(negative, rangeOf) <= bound ? always : clause
}

/** The numbers of `path` with which a clause can still hold, whatever the others come to be within their ranges. */
export const possible = (clause: Clause, path: string, rangeOf: (path: string) => Range): Domain => {
  if (clause.op === "atMost") return withinBound(clause, path, rangeOf)
  const any = clause.op === "any"
  let left = any ? noNumber : everything
  for (const each of clause.clauses) {
    const more = possible(each, path, rangeOf)
    if (more === (any ? everything : noNumber)) return more
    left = any ? unionOf(left, more) : intersection(left, more)
  }
  return left
}

const withinBound = (
  { terms, bound }: Extract<Clause, { op: "atMost" }>,
  path: string,
  rangeOf: (path: string) => Range,
): Domain => {
  const room = bound - leastOf(terms, rangeOf, path)
  const factor = terms.get(path)
  if (factor === undefined) return room >= 0n ? everything : noNumber
  return factor > 0n ? intervalOf(-utmost, floored(room, factor)) : intervalOf(-floored(room, -factor), utmost)
}

const floored = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor
  return dividend % divisor < 0n ? quotient - 1n : quotient
}

/** Whether a clause holds for numbers that are all decided. */
export const holds = (clause: Clause, numberOf: (path: string) => bigint): boolean =>
  possible(clause, "#none", (path) => ({ from: numberOf(path), to: numberOf(path) })).length > 0

/** The fields that a clause speaks of. */
export const fieldsInClause = (clause: Clause): readonly string[] =>
  clause.op === "atMost" ? [...clause.terms.keys()] : [...new Set(clause.clauses.flatMap(fieldsInClause))]

/** The numbers at which a clause's verdict about a field alone may change. */
export const thresholdsOf = (clause: Clause, path: string): readonly bigint[] => {
  if (clause.op !== "atMost") return clause.clauses.flatMap((each) => thresholdsOf(each, path))
  const factor = clause.terms.get(path)
  if (factor === undefined) return []
  const bound = factor > 0n ? clause.bound / factor : -(clause.bound / -factor)
  return [bound - 1n, bound, bound + 1n]
}
