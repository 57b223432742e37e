import type { PlannedRule } from "../../layout/plan.js"
import { holds, type Range } from "./constraint.js"
import { between, type Domain, edgesOf, has, intersection, nearest, without } from "./interval-set.js"
import { leftTo, type Variable, type Variables } from "./variable.js"

/** The numbers that are decided, by their paths. */
export type Numbers = Map<string, bigint>

/** Decides one number within what is left to it; the edges, made when asked for, are where something changes. */
export type Choose = (path: string, domain: Domain, edges: () => readonly bigint[]) => bigint

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

/**
 * Decides numbers one after the other, each within what the rules and those before it leave. Where nothing is left to
 * one, the last number that it shares a rule with becomes the nearest one below, and after some such steps one further
 * and further away. Returns whether all are decided.
 *
 * @param broken - a rule that must not hold
 */
export const assign = (
  { list, ranges }: Variables,
  numbers: Numbers,
  choose: Choose,
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
    const { path, partners } = variable
    const narrowed = narrow(path)
    const left = domainOf(variable, rangeOf, broken, narrowed?.left)
    let culprits: Culprits = narrowed === undefined ? partners : new Set([...partners, ...narrowed.because])
    let domain = left
    let value = left.length === 0 ? undefined : choose(path, left, () => edgesIn(left, variable))
    const start = value ?? 0n
    for (let tries = 0; value !== undefined && tries < mostTries && deadEnds < mostDeadEnds; tries++) {
      numbers.set(path, value)
      const blamed = decide(index + 1)
      if (blamed === undefined) return undefined
      numbers.delete(path)
      if (!blamed.has(path)) return blamed
      deadEnds++
      culprits = new Set([...culprits, ...blamed])
      domain = without(domain, value)
      value = nearest(domain, tries < mostSteps ? value : start + leapOf(tries - mostSteps))
    }
    return new Set([...culprits].filter((culprit) => culprit !== path))
  }
  return decide(0) === undefined
}

/** Upwards and downwards in turn. */
const leapOf = (index: number): bigint => (index % 2 === 0 ? 1n : -1n) * 2n ** BigInt(6 + Math.floor(index / 2))

const domainOf = (
  { path, typed, natural, alone, shared }: Variable,
  rangeOf: (path: string) => Range,
  broken: PlannedRule | undefined,
  narrowed: Domain | undefined,
): Domain => {
  const own = alone.some(({ rule }) => rule === broken) ? leftTo(path, typed, alone, rangeOf, broken) : natural
  const start = narrowed === undefined ? own : intersection(own, narrowed)
  return leftTo(path, start, shared, rangeOf, broken)
}

/** A domain's own edges and the numbers that rules name. */
const edgesIn = (domain: Domain, { thresholds }: Variable): readonly bigint[] => [
  ...new Set([...edgesOf(domain), ...thresholds.filter((number) => has(domain, number))]),
]

/** The domain of nothing but one number. */
export const only = (number: bigint): Domain => between(number, number)

/** Whether numbers that are all decided keep the rules, but for the one that must not hold. */
export const keeps = ({ list }: Variables, numbers: Numbers, broken: PlannedRule | undefined): boolean => {
  const numberOf = (path: string) => numbers.get(path) ?? 0n
  return list.every(({ alone, shared }) =>
    [...alone, ...shared].every(({ rule, kept, broken: opposite }) =>
      holds(rule !== undefined && rule === broken ? opposite : kept, numberOf),
    ),
  )
}
