import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import * as t from "io-ts"
import type { Measure, Rule } from "../violation/violation.js"

/** Something that is wrong with a value: the check that failed and the keys that lead to the part at fault. */
export interface Issue {
  readonly rule: Rule
  readonly keys: readonly string[]
  readonly actual?: Measure | undefined
  readonly expected?: Measure | undefined
}

/** Of what is wrong with one input no more than this is told. */
export const mostIssues = 64

/** A condition that says what is wrong instead of false: nothing, or each thing that is. */
export type Refinement<A> = (value: A) => readonly Issue[]

/** What a rule says of a value that keeps it. */
export const ok: readonly Issue[] = Object.freeze([])

/** What a rule says of a value that breaks it as a whole. */
export const issue = (rule: Rule, actual?: Measure, expected?: Measure): readonly Issue[] => [
  { rule, keys: [], actual, expected },
]

/** What a rule says of a value that breaks it in one of its members. */
export const issueAt = (key: string, rule: Rule, actual?: Measure, expected?: Measure): readonly Issue[] => [
  { rule, keys: [key], actual, expected },
]

/** What several rules say together. */
export const concat = (...all: readonly (readonly Issue[])[]): readonly Issue[] => {
  let said = ok
  for (const faults of all) if (faults.length > 0) said = said === ok ? faults : [...said, ...faults]
  return said
}

/** What a rule says of a member. */
export const atKey = (key: string, faults: readonly Issue[]): readonly Issue[] =>
  faults.length === 0 ? ok : faults.map((fault) => ({ ...fault, keys: [key, ...fault.keys] }))

/** A value as what it is held against leaves it: itself, or all that the rule has against it. */
export const holdTo =
  <A>(rule: Refinement<A>) =>
  <B extends A>(value: B): E.Either<NonEmptyArray<Issue>, B> => {
    const said = rule(value)
    const first = said[0]
    return first === undefined ? E.right(value) : E.left([first, ...said.slice(1, mostIssues)])
  }

/** An io-ts type whose values also keep rules. */
export interface Refined<A> extends t.Type<A, unknown, unknown> {
  readonly type: t.Type<A, unknown, unknown>
  readonly rules: readonly Refinement<A>[]
}

const refinedTypes = new WeakSet<t.Mixed>()

/** Refines a type by rules, as `t.refinement` does by a predicate: `exact` reports which rule a value breaks. */
export const refined = <A>(type: t.Type<A, unknown, unknown>, ...rules: readonly Refinement<A>[]): Refined<A> => {
  const keeps = (value: A) => rules.every((rule) => rule(value).length === 0)
  const made = Object.assign(
    new t.Type<A, unknown, unknown>(
      type.name,
      (input): input is A => type.is(input) && keeps(input),
      (input, context) =>
        pipe(
          type.validate(input, context),
          E.chain((value) => (keeps(value) ? t.success(value) : t.failure(input, context))),
        ),
      type.encode,
    ),
    { type, rules },
  )
  refinedTypes.add(made)
  return made
}

/** A refined type of whatever kind. */
export type AnyRefined = t.Mixed & { readonly type: t.Mixed; readonly rules: readonly Refinement<never>[] }

export const isRefined = (type: t.Mixed): type is AnyRefined => refinedTypes.has(type)
