import type { Rule, Scalar } from "../schema/language.js"
import type { PlannedField, PlannedRule } from "../schema/plan.js"
import { receiverMember } from "../schema/reader.js"
import type { Setting } from "./blob.js"
import { type Clause, clauseOf, fieldsOf, possible, type Range, thresholdsOf } from "./clause.js"
import { between, type Domain, intersection, union } from "./domain.js"

/** A number of a blob with what is known of it before anything is decided. */
export interface Variable {
  readonly path: string
  /** What its type and the rules about it alone leave. */
  readonly natural: Domain
  /** The rules that it shares with others. */
  readonly clauses: readonly Clause[]
  /** The numbers at which one of its rules may change its mind. */
  readonly thresholds: readonly bigint[]
  /** The numbers that it shares rules with. */
  readonly partners: readonly string[]
  /** The rule that is not kept, where it speaks of this number: both of its sides are worth trying. */
  readonly ignored: Clause | undefined
}

/** Numbers that rules relate to each other, in the order in which they are decided. */
export interface Variables {
  readonly list: readonly Variable[]
  /** What each can be while it is not decided. */
  readonly ranges: ReadonlyMap<string, Range>
}

/** The name under which rules find the number of the list entry before. */
export const previousKey = (path: string): string => `previous ${path}`

/** The numbers of some fields, as the rules and the receiver leave them; `ignored` is not kept. */
export const variablesOf = (
  { receiver, channel }: Setting,
  fields: readonly PlannedField[],
  rules: readonly PlannedRule[],
  ignored: Rule | undefined,
): Variables => {
  const clauses = rules.map(({ rule, prefix }) => ({
    kept: rule !== ignored,
    clause: clauseOf(rule.holds, {
      field: (path) => `${prefix}${path}`,
      previous: previousKey,
      receiver: (member, perChannel) => receiverMember(receiver, channel, member, perChannel),
    }),
  }))
  const list = fields.map(({ path, type }): Variable => {
    const about = clauses.filter(({ clause }) => fieldsOf(clause).includes(path))
    const kept = about.filter((each) => each.kept).map(({ clause }) => clause)
    const alone = kept.filter((clause) => fieldsOf(clause).length === 1)
    const shared = kept.filter((clause) => !alone.includes(clause))
    return {
      path,
      natural: alone.reduce((left, clause) => intersection(left, possible(clause, path, noRange)), numbersOf(type)),
      clauses: shared,
      partners: [...new Set(shared.flatMap(fieldsOf))],
      thresholds: about.flatMap(({ clause }) => thresholdsOf(clause, path)),
      ignored: about.find((each) => !each.kept)?.clause,
    }
  })
  return { list, ranges: new Map(list.map(({ path, natural }) => [path, hullOf(natural)])) }
}

const hullOf = (domain: Domain): Range => ({ from: domain.at(0)?.from ?? 0n, to: domain.at(-1)?.to ?? 0n })

const noRange = (path: string): Range => {
  throw new TypeError(`${path} is not in the rule`)
}

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
