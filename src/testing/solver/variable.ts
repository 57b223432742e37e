import type { FieldRule, Scalar } from "../../layout/language.js"
import type { PlannedField, PlannedRule } from "../../layout/plan.js"
import { surroundingsOf } from "../../layout/reader.js"
import type { Setting } from "../blob.js"
import {
  type Clause,
  clauseOf,
  fieldsOf,
  type Names,
  possible,
  type Range,
  settled,
  thresholdsOf,
} from "./constraint.js"
import { between, type Domain, intersection, union } from "./interval-set.js"

/** A rule as a clause, and as the clause of its being broken. */
export interface Bound {
  readonly rule: FieldRule
  readonly kept: Clause
  readonly broken: Clause
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

/** What lies before the first entry of a list is any number. */
const unknown: Range = { from: -(2n ** 64n), to: 2n ** 64n }

const boundOf = (
  { receiver, channel }: Setting,
  { rule, prefix }: PlannedRule,
  ranges: ReadonlyMap<string, Range>,
): Bound => {
  const names: Names = {
    field: (path) => `${prefix}${path}`,
    previous: previousKey,
    ...surroundingsOf(receiver, channel),
  }
  const clause = (wanted: boolean) =>
    settled(clauseOf(rule.holds, names, wanted), (path) => ranges.get(path) ?? unknown)
  return { rule, kept: clause(true), broken: clause(false) }
}

/** The numbers of some fields, as the rules and the receiver leave them. */
export const variablesOf = (
  setting: Setting,
  fields: readonly PlannedField[],
  rules: readonly PlannedRule[],
): Variables => {
  const types = new Map(fields.map(({ path, type }) => [path, numbersOf(type)]))
  const ranges = new Map([...types].map(([path, typed]) => [path, hullOf(typed)]))
  const bounds = rules.map((rule) => {
    const bound = boundOf(setting, rule, ranges)
    const about = [...fieldsOf(bound.kept), ...fieldsOf(bound.broken)]
    // What this receiver has already decided is the business of the field at fault: nothing is left to it, or all.
    return { bound, about: new Set(about.length > 0 ? about : [`${rule.prefix}${rule.rule.at.path}`]) }
  })
  const list = [...types].map(([path, typed]): Variable => {
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

const noRange = (path: string): Range => {
  throw new TypeError(`${path} is not in the rule`)
}

/** What rules leave to a number; `broken` is the one that must not hold. */
export const leftTo = (
  path: string,
  start: Domain,
  bounds: readonly Bound[],
  rangeOf: (path: string) => Range = noRange,
  broken?: FieldRule,
): Domain => {
  let left = start
  for (const { rule, kept, broken: opposite } of bounds)
    left = intersection(left, possible(rule === broken ? opposite : kept, path, rangeOf))
  return left
}

const hullOf = (domain: Domain): Range => ({ from: domain.at(0)?.from ?? 0n, to: domain.at(-1)?.to ?? 0n })

/** The numbers that a type has. */
const numbersOf = (type: Scalar): Domain => {
  switch (type.kind) {
    case "constant":
      return between(BigInt(type.value), BigInt(type.value))
    case "boolean":
      return between(0n, 1n)
    case "enumeration":
      return Object.values<number>(type.names).reduce<Domain>(
        (left, value) => union(left, between(BigInt(value), BigInt(value))),
        [],
      )
    case "integer": {
      const half = 2n ** BigInt(type.bits - 1)
      return type.signed ? between(-half, half - 1n) : between(0n, 2n * half - 1n)
    }
  }
}
