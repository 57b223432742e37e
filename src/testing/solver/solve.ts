import type { PlannedRule } from "../../layout/plan.js"
import { fieldsInClause, holds, type Range } from "./constraint.js"
import { contains, type Domain, edgesOf, intersection, intervalOf, nearest, without } from "./interval-set.js"
import { type Bound, leftTo, type Variable, type Variables, wantedOf } from "./variable.js"

/** The numbers that are decided, by their paths. */
export type Numbers = Map<string, bigint>

/** Decides one number within what is left to it; the edges, made when asked for, are where something changes. */
export type ChooseNumber = (path: string, domain: Domain, edges: () => readonly bigint[]) => bigint

/** What is left to a number for reasons beside the rules: the size of the blob, or that the field is not there. */
export type Narrow = (path: string) => Narrowed | undefined

export interface Narrowed {
  readonly left: Domain
  /** The numbers that leave no more. */
  readonly because: readonly string[]
}

/** Numbers that are to blame for a dead end, by their paths. */
type Culprits = ReadonlySet<string>

const nowhere: Narrow = () => undefined

/** So many numbers of one field may lead nowhere before all of them are given up, and so many of all fields. */
const mostTries = 192
const mostDeadEnds = 1024
/** So many of them are the nearest ones, then they lie twice as far away each time: what leads on may be far away. */
const mostSteps = 64
const furthest = 2n ** 64n

/**
 * Decides numbers one after the other, each within what the rules and those before it leave. Where nothing is left to
 * one, the last number that it shares a rule with becomes the nearest one below, and after some such steps one
 * that rules name, or one further and further away. Returns whether all are decided.
 *
 * @param broken - a rule that must not hold
 */
export const assign = (
  { list, ranges }: Variables,
  numbers: Numbers,
  choose: ChooseNumber,
  broken: PlannedRule | undefined,
  narrow: Narrow = nowhere,
): boolean => {
  const rangeOf = (path: string): Range => {
    const decided = numbers.get(path)
    if (decided !== undefined) return { from: decided, to: decided }
    const range = ranges.get(path)
    if (range === undefined) throw new TypeError(`a rule reads ${path}, which is no number of its struct`)
    return range
  }
  let deadEnds = 0
  const decide = (index: number): Culprits | undefined => {
    const variable = list[index]
    if (variable === undefined) return undefined
    const { path } = variable
    const narrowed = narrow(path)
    const site: Site = { variable, rangeOf, broken, narrowed }
    const left = domainOf(site)
    const tried: bigint[] = []
    const culprits = new Set<string>()
    if (left.length > 0) {
      let domain = left
      let value: bigint | undefined = choose(path, left, () => edgesIn(left, variable))
      const leaps = leapsFrom(value, left, variable)
      while (value !== undefined && tried.length < mostTries && deadEnds < mostDeadEnds) {
        numbers.set(path, value)
        const blamed = decide(index + 1)
        if (blamed === undefined) return undefined
        numbers.delete(path)
        if (!blamed.has(path)) return blamed
        deadEnds++
        for (const culprit of blamed) culprits.add(culprit)
        tried.push(value)
        domain = without(domain, value)
        value = nearest(domain, tried.length < mostSteps ? value : (leaps.next().value ?? value))
      }
    }
    for (const culprit of conflictOf(site, tried)) culprits.add(culprit)
    culprits.delete(path)
    return culprits
  }
  return decide(0) === undefined
}

/** The numbers that rules name, and those that lie further and further away. */
function* leapsFrom(start: bigint, domain: Domain, variable: Variable): Generator<bigint, undefined> {
  yield* edgesIn(domain, variable)
  for (let leap = BigInt(mostSteps); leap < furthest; leap *= 2n) yield* [start + leap, start - leap]
}

/** A number that is to be decided, and what bounds it now. */
interface Site {
  readonly variable: Variable
  readonly rangeOf: (path: string) => Range
  readonly broken: PlannedRule | undefined
  readonly narrowed: Narrowed | undefined
}

const domainOf = ({ variable, rangeOf, broken, narrowed }: Site): Domain => {
  const { path, typed, natural, alone, shared } = variable
  const isAtFault = broken !== undefined && alone.some(({ rule }) => rule?.rule.id === broken.rule.id)
  const own = isAtFault ? leftTo(path, typed, alone, rangeOf, broken) : natural
  const start = narrowed === undefined ? own : intersection(own, narrowed.left)
  return leftTo(path, start, shared, rangeOf, broken)
}

/** The numbers that leave no more than was tried to another one: those of as few rules as do so together. */
const conflictOf = (site: Site, tried: readonly bigint[]): Iterable<string> => {
  const { variable, broken, narrowed } = site
  const isEmpty = (shared: readonly Bound[], narrow: Narrowed | undefined) =>
    tried.reduce(without, domainOf({ ...site, variable: { ...variable, shared }, narrowed: narrow })).length === 0
  const because = narrowed?.because ?? []
  if (!isEmpty(variable.shared, narrowed)) return [...variable.partners, ...because]
  let needed = variable.shared
  for (const bound of variable.shared) {
    const others = needed.filter((each) => each !== bound)
    if (isEmpty(others, narrowed)) needed = others
  }
  const about = needed.flatMap((bound) => fieldsInClause(wantedOf(bound, broken)))
  return isEmpty(needed, undefined) ? about : [...about, ...because]
}

/** A domain's own edges and the numbers that rules name. */
const edgesIn = (domain: Domain, { thresholds }: Variable): readonly bigint[] => [
  ...new Set([...edgesOf(domain), ...thresholds.filter((number) => contains(domain, number))]),
]

/** The domain of nothing but one number. */
export const only = (number: bigint): Domain => intervalOf(number, number)

/** Whether numbers that are all decided keep the rules, but for the one that must not hold. */
export const keepsRules = ({ list }: Variables, numbers: Numbers, broken: PlannedRule | undefined): boolean => {
  const numberOf = (path: string) => numbers.get(path) ?? 0n
  return list.every(({ alone, shared }) =>
    [...alone, ...shared].every((bound) => holds(wantedOf(bound, broken), numberOf)),
  )
}
