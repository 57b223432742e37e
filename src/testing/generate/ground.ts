import { nodesOf, not } from "../../layout/expression.js"
import type { Arguments } from "../../layout/parameters.js"
import type { PlannedField, PlannedList, PlannedPart, PlannedRule, PlannedRun, Scope } from "../../layout/plan.js"
import type { Bytes, Chain, Condition } from "../../layout/types.js"
import { type Clause, multipleOf } from "../solver/constraint.js"
import { intervalOf } from "../solver/interval-set.js"
import { among, numbersOf, type Typed, type Variables, variablesOf } from "../solver/variable.js"
import type { Stop } from "./goals.js"

/** What is known of a scope before anything in it is chosen. */
export interface Ground {
  readonly scope: Scope
  readonly variables: Variables
  /** The part that a number says something of, by the number's path. */
  readonly sized: ReadonlyMap<string, PlannedPart>
  /** The run that each field of a message's header is in, by the field's path. */
  readonly headers: ReadonlyMap<string, PlannedRun>
  /** What rules look into the bytes of runs with, by the run's path. */
  readonly scans: ReadonlyMap<string, readonly Scanned[]>
  /** The fixed runs of the scope's own fields. */
  readonly bytes: readonly { readonly path: string; readonly type: Bytes }[]
  /** What rules read of the entry before, and what stands in for it in the first one. */
  readonly previous: readonly { readonly path: string; readonly first: bigint }[]
  /** Whether it is nothing but numbers. */
  readonly isFlat: boolean
  /** Whether rules read numbers that are only known once everything else is. */
  readonly isLate: boolean
}

/** A rule that looks into the bytes of a run. */
export interface Scanned {
  readonly rule: PlannedRule
  readonly scan: Chain
}

/** The names of what is chosen though no field says it: how long a run is that goes on to the end, how many entries fill a list. */
export const sizeKey = ({ path, length }: PlannedRun): string => length?.path ?? `${path}#size`
export const countKey = ({ path, count }: PlannedList): string =>
  typeof count === "object" ? count.path : `${path}#count`

/** Bytes of every entry of a list, where all have as many. */
export const strideOf = ({ variants }: PlannedList): number | undefined => {
  const [first, ...others] = variants
  const isFixed = first?.entry !== undefined && variants.every(({ entry }) => entry?.parts.length === 0)
  return isFixed && others.every(({ entry }) => entry?.size === first.entry?.size) ? first.entry?.size : undefined
}

/** The fields of a scope in the order of their declaration. */
export const plannedFields = ({ fields, parts }: Scope): readonly PlannedField[] => [
  ...fields,
  ...parts.flatMap((part) => (part.kind === "block" ? part.fields : [])),
]

/**
 * What is known of a scope; `stop` is the part that a goal leads through, which has to be there, `avoided` are ways that
 * led nowhere.
 */
export const groundOf = (
  given: Arguments,
  scope: Scope,
  stop: Stop | undefined,
  avoided: readonly Stop[] = [],
): Ground => {
  const runs = scope.parts.filter((part) => part.kind === "run")
  const fields = plannedFields(scope)
  const isDerived = ({ role }: PlannedField) => role?.of === "pointer" || role?.of === "total"
  const headers = runs.flatMap((run) => (run.header?.fields ?? []).map((field) => [field, run] as const))
  const numbers = [
    ...fields.filter((field) => !isDerived(field)).flatMap((field) => chosenOf(scope, field, stop, avoided)),
    ...runs.flatMap((run) => (run.length === undefined ? [{ path: sizeKey(run), typed: anySize }] : [])),
    ...headers.flatMap(([field]) => typedOf(field)),
  ]
  const derived = fields.filter(isDerived).flatMap(typedOf)
  const rules = [
    ...runs.flatMap((run) =>
      (run.header?.rules ?? []).map((rule) => ({
        rule,
        where: { path: sizeKey(run), least: run.header?.size ?? 0 },
      })),
    ),
    ...scope.rules.map((rule) => ({ rule })),
    ...(stop?.when === undefined ? [] : [{ rule: ruleTo(stop, stop.when) }]),
    ...avoided.flatMap((each) => (each.when === undefined ? [] : [{ rule: ruleTo(each, not(each.when)) }])),
  ]
  const nodes = rules.flatMap(({ rule }) => [...nodesOf(rule.rule.holds)].map((node) => ({ node, rule })))
  const late = new Set(derived.map(({ path }) => path))
  return {
    scope,
    variables: variablesOf(given, numbers, { rules, relations: relationsOf(scope), derived }),
    sized: new Map(scope.parts.flatMap(sizesOf)),
    headers: new Map(headers.map(([{ path }, run]) => [path, run])),
    scans: new Map(
      runs.map(({ path }) => [
        path,
        nodes.flatMap(({ node, rule }) =>
          node.op === "scan" && `${rule.prefix}${node.part}` === path ? [{ rule, scan: node.scan }] : [],
        ),
      ]),
    ),
    bytes: fields.flatMap(({ path, type }) => (type.kind === "bytes" ? [{ path, type }] : [])),
    previous: nodes.flatMap(({ node, rule }) =>
      node.op === "previous" ? [{ path: `${rule.prefix}${node.path}`, first: BigInt(node.first) }] : [],
    ),
    isFlat: scope.parts.length === 0 && fields.every(({ type, role }) => type.kind !== "bytes" && role === undefined),
    isLate: nodes.some(({ node, rule }) => node.op === "field" && late.has(`${rule.prefix}${node.path}`)),
  }
}

const anySize = intervalOf(0n, 2n ** 32n)

/** To be in one of several cases, or not to be, is a rule more. */
const ruleTo = ({ part }: Stop, holds: Condition): PlannedRule => {
  const prefix = part.kind === "block" ? "" : part.prefix
  const at = { op: "field", path: "" } as const
  return { prefix, rule: { id: "", code: "inconsistent", requirement: "", consequence: "", at, holds } }
}

const sizesOf = (part: PlannedPart): readonly (readonly [string, PlannedPart])[] => {
  if (part.kind === "block") return []
  const length = part.length === undefined ? [] : [[part.length.path, part] as const]
  if (part.kind === "run") return [[sizeKey(part), part]]
  if (part.kind === "list" && !part.counted) return [...length, [countKey(part), part]]
  return part.kind === "choice" && part.tag !== undefined ? [...length, [part.tag.path, part]] : length
}

/** The numbers that a field is: bits are several. */
const typedOf = ({ path, type }: PlannedField): readonly Typed[] => {
  if (type.kind === "bytes" || type.kind === "constant") return []
  if (type.kind !== "bits")
    return [{ path, typed: numbersOf(type), names: type.kind === "enumeration" ? type.names : undefined }]
  return Object.entries(type.members).flatMap(([name, member]) => {
    const width = member.kind === "flag" ? 1 : member.width
    return member.kind === "reserved"
      ? []
      : [{ path: `${path}.${name}`, typed: intervalOf(0n, 2n ** BigInt(width) - 1n) }]
  })
}

/** The numbers that a field is, as far as what it says of a part leaves them; the count of a list comes before its length. */
const chosenOf = (
  scope: Scope,
  field: PlannedField,
  stop: Stop | undefined,
  avoided: readonly Stop[],
): readonly Typed[] => {
  const { path, role } = field
  const part = scope.parts.find((each) => each.path === role?.part)
  if (role === undefined || part === undefined) return typedOf(field)
  if (role.of === "tag" && part.kind === "choice") {
    const given = stop?.part === part ? stop.tag : undefined
    const without = avoided.flatMap(({ part: other, tag }) => (other === part ? [tag] : []))
    const tags = part.cases.flatMap(({ tag }) => (tag === undefined || without.includes(tag) ? [] : [tag]))
    return [{ path, typed: among(given === undefined ? tags : [given]) }]
  }
  const counts = part.kind === "list" && hidesCount(part) ? [{ path: countKey(part), typed: anySize }] : []
  return role.of === "length" ? [...counts, ...typedOf(field)] : typedOf(field)
}

/** Whether how many entries there are follows from a length alone. */
const hidesCount = (list: PlannedList): boolean =>
  list.count === undefined && list.length !== undefined && strideOf(list) !== undefined

/** How the lengths of lists follow from their counts. */
const relationsOf = ({ parts }: Scope): readonly Clause[] =>
  parts.flatMap((part) => {
    const stride = part.kind === "list" ? strideOf(part) : undefined
    if (part.kind !== "list" || stride === undefined || part.length === undefined || part.counted) return []
    return typeof part.count === "number" ? [] : [multipleOf(part.length.path, countKey(part), stride)]
  })
