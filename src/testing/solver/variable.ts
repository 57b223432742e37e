import type { Arguments } from "../../layout/parameters.js"
import type { PlannedRule } from "../../layout/plan.js"
import type { Scalar } from "../../layout/types.js"
import {
  always,
  type Clause,
  clauseOf,
  fieldsInClause,
  guardedBy,
  possible,
  type Range,
  settled,
  thresholdsOf,
  type VariableNames,
} from "./constraint.js"
import { type Domain, intersection, intervalOf, noNumber, unionOf } from "./interval-set.js"

/** A rule as a clause, and as the clause of its being broken. */
export interface Bound {
  /** Undefined for what holds in any case, and is never broken. */
  readonly rule: PlannedRule | undefined
  readonly kept: Clause
  readonly broken: Clause
}

/** A number with the numbers that its type has. */
export interface Typed {
  readonly path: string
  readonly typed: Domain
  /** The named numbers of an enumeration. */
  readonly names?: Readonly<Record<string, number>> | undefined
}

/** A rule, and where it is judged at all: where the number at a path is at least so much. */
export interface GuardedRule {
  readonly rule: PlannedRule
  readonly where?: { readonly path: string; readonly least: number } | undefined
}

/** A number of a blob with what is known of it before anything is decided. */
export interface Variable {
  readonly path: string
  /** What its type leaves. */
  readonly typed: Domain
  /** What its type and the rules about it alone leave. */
  readonly natural: Domain
  readonly alone: readonly Bound[]
  /** The rules that it shares with others. */
  readonly shared: readonly Bound[]
  /** The numbers that it shares rules with, itself included. */
  readonly partners: ReadonlySet<string>
  /** The numbers at which one of its rules may change its mind. */
  readonly thresholds: readonly bigint[]
}

/** Numbers that rules relate to each other, in the order in which they are decided. */
export interface Variables {
  readonly list: readonly Variable[]
  /** What each can be while it is not decided. */
  readonly ranges: ReadonlyMap<string, Range>
}

/** The name under which rules find the number of the list entry before. */
export const previousKey = (path: string): string => `previous ${path}`

/** What lies before the first entry of a list is any number, and so is what only follows from the bytes. */
const unknown: Range = { from: -(2n ** 64n), to: 2n ** 64n }

const boundOf = (
  { rule, where }: GuardedRule,
  given: Arguments,
  numbers: ReadonlyMap<string, Typed>,
  ranges: ReadonlyMap<string, Range>,
): Bound => {
  const { prefix } = rule
  const names: VariableNames = {
    field: (path) => `${prefix}${path}`,
    previous: (path) => previousKey(`${prefix}${path}`),
    names: (path) => numbers.get(`${prefix}${path}`)?.names,
    arguments: given,
  }
  const clause = (wanted: boolean) =>
    settled(clauseOf(rule.rule.holds, names, wanted), (path) => ranges.get(path) ?? unknown)
  const { kept, broken } = { kept: clause(true), broken: clause(false) }
  return { rule, ...(where === undefined ? { kept, broken } : guardedBy(where.path, where.least, kept, broken)) }
}

/** What some numbers are to be. */
export interface Wanted {
  readonly rules: readonly GuardedRule[]
  /** What holds beside the rules. */
  readonly relations?: readonly Clause[]
  /** Numbers that follow from the bytes and are not decided: rules that read them are not relied on. */
  readonly derived?: readonly Typed[]
}

/** Some numbers, as the rules and the arguments leave them. */
export const variablesOf = (
  given: Arguments,
  numbers: readonly Typed[],
  { rules, relations = [], derived = [] }: Wanted,
): Variables => {
  const byPath = new Map(numbers.map((number) => [number.path, number]))
  const ranges = new Map([...numbers, ...derived].map(({ path, typed }) => [path, hullOf(typed)]))
  const bounds = [
    ...relations.map((kept): Bound => ({ rule: undefined, kept, broken: kept })),
    ...rules.map((rule) => boundOf(rule, given, byPath, ranges)),
  ].map((bound) => {
    const about = new Set([...fieldsInClause(bound.kept), ...fieldsInClause(bound.broken)])
    // A rule without free fields is constant for these arguments; charge it to the field at fault.
    if (![...about].some((path) => byPath.has(path))) for (const path of faultOf(bound)) about.add(path)
    return { bound, about }
  })
  const list = numbers.map(({ path, typed }): Variable => {
    const mine = bounds.filter(({ about }) => about.has(path))
    const alone = mine.filter(({ about }) => about.size === 1).map(({ bound }) => bound)
    const shared = mine.filter(({ about }) => about.size > 1)
    return {
      path,
      typed,
      natural: leftTo(path, typed, alone),
      alone,
      shared: shared.map(({ bound }) => bound),
      partners: new Set(shared.flatMap(({ about }) => [...about])),
      thresholds: mine.flatMap(({ bound }) => thresholdsOf(bound.kept, path)),
    }
  })
  return { list, ranges }
}

const faultOf = ({ rule }: Bound): readonly string[] =>
  rule === undefined ? [] : [`${rule.prefix}${rule.rule.at.path}`]

/** What a rule asks for where one is to be broken: at whatever else that one is judged, it may hold or not. */
export const wantedOf = ({ rule, kept, broken: opposite }: Bound, broken: PlannedRule | undefined): Clause => {
  if (rule === undefined || broken === undefined || rule.rule.id !== broken.rule.id) return kept
  return rule === broken ? opposite : always
}

/** What rules leave to a number; `broken` is the one that must not hold. */
export const leftTo = (
  path: string,
  start: Domain,
  bounds: readonly Bound[],
  rangeOf: (path: string) => Range = () => unknown,
  broken?: PlannedRule,
): Domain => {
  let left = start
  for (const bound of bounds) left = intersection(left, possible(wantedOf(bound, broken), path, rangeOf))
  return left
}

const hullOf = (domain: Domain): Range => ({ from: domain.at(0)?.from ?? 0n, to: domain.at(-1)?.to ?? 0n })

/** The domain of some numbers. */
export const among = (numbers: Iterable<number | bigint>): Domain =>
  [...numbers].reduce<Domain>((left, value) => unionOf(left, intervalOf(BigInt(value), BigInt(value))), noNumber)

/** The numbers that a type has; bits are numbers of their own. */
export const numbersOf = (type: Scalar): Domain => {
  switch (type.kind) {
    case "constant":
      return among([type.value])
    case "boolean":
      return intervalOf(0n, 1n)
    case "enumeration":
      return among(Object.values<number>(type.names))
    case "bits":
      return noNumber
    case "integer": {
      const half = 2n ** BigInt(type.bits - 1)
      return type.signed ? intervalOf(-half, half - 1n) : intervalOf(0n, 2n * half - 1n)
    }
  }
}
