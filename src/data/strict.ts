import { isNonEmpty } from "fp-ts/lib/Array.js"
import * as E from "fp-ts/lib/Either.js"
import { map, type NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import * as t from "io-ts"
import type { Measure, Rule } from "../violation/violation.js"
import { type Issue, isRefined, mostIssues, type Refinement } from "./refinement.js"
import { casesOf, declaredMembers, literalsOf } from "./reflect.js"
import { shapeRules } from "./rules.js"

/** Lists are not read beyond this number of entries. */
const maxEntries = 4096

/** A fault whose keys are being collected, innermost first. */
interface Problem extends Omit<Issue, "keys"> {
  readonly keys: string[]
}

/** What was found wrong so far. */
interface Problems {
  /** How many things are. */
  count: number
  /** How many of them leave a value without its type, so that no rule can be asked of what it is part of. */
  untyped: number
  /** The first of them. */
  readonly kept: Problem[]
}

/**
 * What is known of a member that an object does not have, or of one that says none of the objects of a union, whose
 * value is given: the check that it fails, and what to write instead. `depth` is the number of objects around that object.
 */
export type Hint = (key: string, depth: number, value?: unknown) => Pick<Issue, "rule" | "expected"> | undefined

/** What reading comes to: a copy of the value, or what is wrong with it. */
export type StrictRead<A> = E.Either<NonEmptyArray<Issue>, A>

/** Reads one value; what it returns counts only if no problem was added. */
type Reader<I = unknown> = (input: I, problems: Problems) => unknown

/**
 * Makes a reader of an io-ts type that demands more than io-ts does: objects have no members but the declared ones,
 * and all that is wrong is said, not only the first of it. What it returns is a copy that holds nothing but what was
 * read. It never throws, whatever the input does.
 *
 * Understands literals, keyofs, strings, booleans, read-only lists, exact objects, unions of those by their literal
 * members, which may have strings beside them, types without parts, and what `refined` makes of them; anything else in a type is a programming error.
 */
export const exact = <A>(
  type: t.Type<A, unknown>,
  hint: Hint = () => undefined,
): ((input: unknown) => StrictRead<A>) => {
  const read = readerOf(type, hint, 0)
  return (input) => {
    const problems: Problems = { count: 0, untyped: 0, kept: [] }
    const value = read(input, problems)
    return isNonEmpty(problems.kept) ? E.left(map(faultOf)(problems.kept)) : E.right(value as A)
  }
}

const faultOf = ({ rule, keys, actual, expected }: Problem): Issue => ({
  rule,
  keys: [...keys].reverse(),
  actual,
  expected,
})

const add = (problems: Problems, keys: readonly string[], fault: Omit<Issue, "keys">): void => {
  const { rule, actual, expected } = fault
  problems.count += 1
  if (problems.count <= mostIssues) problems.kept.push({ rule, keys: [...keys].reverse(), actual, expected })
}

const failType = (problems: Problems, keys: readonly string[], fault: Omit<Issue, "keys">): undefined => {
  problems.untyped += 1
  add(problems, keys, fault)
}

const fail = (problems: Problems, rule: Rule, actual?: Measure, expected?: Measure): undefined =>
  failType(problems, [], { rule, actual, expected })

/** Says of the problems from the `start`th on that they lie below `key`. */
const nest = (problems: Problems, start: number, key: string): void => {
  for (const problem of problems.kept.slice(start)) problem.keys.push(key)
}

/** What kind of JSON value something is, as far as it may be asked. */
const kindOf = (input: unknown): string => {
  if (input === null) return "null"
  try {
    return Array.isArray(input) ? "list" : typeof input
  } catch {
    return typeof input
  }
}

const failKind = (problems: Problems, rule: Rule, input: unknown, expected?: string): undefined =>
  fail(problems, rule, kindOf(input), expected)

/** Names as a sentence has them: `a, b or c`. */
const listed = (names: readonly string[]): string => names.join(", ").replace(/, ([^,]*)$/, " or $1")

type Known =
  | t.StringType
  | t.BooleanType
  | t.LiteralType<string>
  | t.KeyofType<Record<string, unknown>>
  | t.ReadonlyArrayType<t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.ExactType<t.Mixed>

const readerOf = (type: t.Mixed, hint: Hint, depth: number): Reader => {
  if (isRefined(type)) return refinedReader(readerOf(type.type, hint, depth), type.rules, isList(type.type))
  const known = type as Known
  switch (known._tag) {
    case "StringType":
      return (input, problems) => (typeof input === "string" ? input : failKind(problems, shapeRules.text, input))
    case "BooleanType":
      return (input, problems) => (typeof input === "boolean" ? input : failKind(problems, shapeRules.flag, input))
    case "LiteralType":
      return literalReader(known.value)
    case "KeyofType":
      return nameReader(Object.keys(known.keys))
    case "ReadonlyArrayType":
      return listReader(readerOf(known.type, hint, depth))
    case "UnionType":
      return unionReader(casesOf(known), hint, depth)
    case "ExactType":
      return ofObjects(objectReader(known, hint, depth))
    default:
      return leafReader(type)
  }
}

const isText = (type: t.Mixed): boolean => (isRefined(type) ? isText(type.type) : (type as Known)._tag === "StringType")

/** Reads one of several objects, or a string beside them. */
const unionReader = (cases: readonly t.Mixed[], hint: Hint, depth: number): Reader => {
  const text = cases.find(isText)
  const objects = cases.filter((type) => !isText(type))
  const readObject = ofObjects(choiceReader(objects, [], hint, depth))
  if (text === undefined) return readObject
  const readText = readerOf(text, hint, depth)
  return (input, problems) => (typeof input === "string" ? readText : readObject)(input, problems)
}

const isList = (type: t.Mixed): boolean => (type as Known)._tag === "ReadonlyArrayType"

/** A type of one's own without parts: its guard is all there is to ask. */
const leafReader = (type: t.Mixed): Reader => {
  if (type instanceof t.Type && !("_tag" in type))
    return (input, problems) => (type.is(input) ? input : failKind(problems, shapeRules.leaf, input, type.name))
  throw new TypeError(`no exact reader for ${type.name}`)
}

const failName = (problems: Problems, input: unknown, expected?: string): undefined =>
  typeof input === "string"
    ? fail(problems, shapeRules.name, undefined, expected)
    : failKind(problems, shapeRules.text, input)

const literalReader =
  (literal: string): Reader =>
  (input, problems) =>
    input === literal ? input : failName(problems, input, literal)

const nameReader = (names: readonly string[]): Reader => {
  const known: ReadonlySet<unknown> = new Set(names)
  return (input, problems) => (known.has(input) ? input : failName(problems, input, listed(names)))
}

/**
 * Rules are asked of what nothing else is wrong with. Those of a list are asked also where an entry breaks rules of
 * its own: they are about which entries there are.
 */
const refinedReader =
  <I>(read: Reader<I>, rules: readonly Refinement<never>[], askedAnyway = false): Reader<I> =>
  (input, problems) => {
    const start = askedAnyway ? problems.untyped : problems.count
    const value = read(input, problems)
    if ((askedAnyway ? problems.untyped : problems.count) > start) return value
    for (const rule of rules as readonly Refinement<unknown>[]) {
      const faults = rule(value)
      if (faults.length > 0) for (const fault of faults) add(problems, fault.keys, fault)
    }
    return value
  }

/** A list's entries, each read once; undefined for what is no list, and for what throws while it is read. */
const entriesOf = (input: unknown, problems: Problems): unknown[] | undefined => {
  try {
    if (!Array.isArray(input)) return failKind(problems, shapeRules.list, input)
    const length: unknown = input.length
    if (typeof length !== "number") return fail(problems, shapeRules.data)
    if (length > maxEntries) return fail(problems, shapeRules.listLength, length, maxEntries)
    const entries = new Array<unknown>(length)
    for (let index = 0; index < length; index++) entries[index] = input[index]
    return entries
  } catch {
    return fail(problems, shapeRules.data)
  }
}

const listReader =
  (read: Reader): Reader =>
  (input, problems) => {
    const entries = entriesOf(input, problems)
    if (entries === undefined) return undefined
    for (let index = 0; index < entries.length; index++) {
      const start = problems.count
      entries[index] = read(entries[index], problems)
      if (problems.count > start) nest(problems, start, String(index))
    }
    return entries
  }

/** An object's own members: their names, and the value of each. */
interface Data {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/** Whether a value is an object of no class: one that inherits from nothing, or from the Object of some realm. */
const isPlain = (input: unknown): input is object => {
  if (typeof input !== "object" || input === null) return false
  const prototype: unknown = Object.getPrototypeOf(input)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** An object's own members, each read once; undefined for what is no object, and for what throws while it is read. */
const dataOf = (input: unknown, problems: Problems): Data | undefined => {
  try {
    if (!isPlain(input)) return failKind(problems, shapeRules.object, input)
    return { names: Object.keys(input), values: Object.values(input) }
  } catch {
    return fail(problems, shapeRules.data)
  }
}

const ofObjects =
  (read: Reader<Data>): Reader =>
  (input, problems) => {
    const data = dataOf(input, problems)
    return data === undefined ? undefined : read(data, problems)
  }

interface Member {
  readonly name: string
  readonly read: Reader
  /** A bit of its own for a member that must be given, 0 for another one. */
  readonly bit: number
}

const objectReader = (type: t.Mixed, hint: Hint, depth: number): Reader<Data> => {
  const declared = declaredMembers(type)
  const required = declared.filter((member) => member.required)
  if (required.length > 31) throw new TypeError("an exact object has at most 31 members that must be given")
  const members = declared.map(
    (member): Member => ({
      name: member.name,
      read: readerOf(member.type, hint, depth + 1),
      bit: member.required ? 1 << required.indexOf(member) : 0,
    }),
  )
  const all = members.reduce((bits, { bit }) => bits | bit, 0)
  const names = listed(declared.map(({ name }) => name))
  return (data, problems) => {
    const copy: Record<string, unknown> = {}
    let given = 0
    for (let index = 0; index < data.names.length; index++) {
      const name = data.names[index] as string
      const member = memberOf(members, name, index)
      if (member === undefined) {
        failUnknown(problems, name, hint, depth, names)
        continue
      }
      const value = data.values[index]
      if (value === undefined) continue
      given |= member.bit
      const start = problems.count
      copy[name] = member.read(value, problems)
      if (problems.count > start) nest(problems, start, name)
    }
    if (given !== all)
      for (const { name, bit } of members)
        if ((given & bit) !== bit) failType(problems, [name], { rule: shapeRules.missing })
    return copy
  }
}

/** The member of a name. Most stand where they are declared, which spares the search. */
const memberOf = (members: readonly Member[], name: string, index: number): Member | undefined => {
  const next = members[index]
  return next !== undefined && next.name === name ? next : members.find((member) => member.name === name)
}

const failUnknown = (problems: Problems, key: string, hint: Hint, depth: number, names: string): undefined =>
  failType(problems, [key], hint(key, depth) ?? { rule: shapeRules.unknown, expected: names })

const caseReader = (type: t.Mixed, hint: Hint, depth: number): Reader<Data> =>
  isRefined(type) ? refinedReader(caseReader(type.type, hint, depth), type.rules) : objectReader(type, hint, depth)

const tagOf =
  (tag: string) =>
  (type: t.Mixed): string | undefined =>
    literalsOf(type).get(tag)

/** Chooses by the first member that is a literal in all cases, and again among the cases that share it. */
const choiceReader = (
  cases: readonly t.Mixed[],
  chosen: readonly string[],
  hint: Hint,
  depth: number,
): Reader<Data> => {
  const [first, second] = cases
  if (first === undefined) throw new TypeError("a union has no objects")
  if (second === undefined) return caseReader(first, hint, depth)
  const tag = [...literalsOf(first).keys()].find(
    (name) => !chosen.includes(name) && cases.every((type) => literalsOf(type).has(name)),
  )
  if (tag === undefined) throw new TypeError("the objects of a union must differ in a literal member")
  const choices = [...new Set(cases.map(tagOf(tag)))].map((value) => {
    const alike = cases.filter((type) => tagOf(tag)(type) === value)
    return { value, read: choiceReader(alike, [...chosen, tag], hint, depth) }
  })
  const expected = listed(choices.map(({ value }) => String(value)))
  return (data, problems) => {
    const value = data.values[data.names.indexOf(tag)]
    for (const choice of choices) if (choice.value === value) return choice.read(data, problems)
    return failTag(problems, data.names, { tag, value, expected }, hint, depth)
  }
}

/** A literal member that says which object of a union one is, but says none of them. */
interface WrongTag {
  readonly tag: string
  readonly value: unknown
  readonly expected: string
}

const failTag = (
  problems: Problems,
  names: readonly string[],
  { tag, value, expected }: WrongTag,
  hint: Hint,
  depth: number,
): void => {
  const ofTag = hint(tag, depth, value)
  if (ofTag !== undefined) {
    failType(problems, [tag], ofTag)
    return
  }
  for (const name of names) {
    const known = hint(name, depth)
    if (known !== undefined) failType(problems, [name], known)
  }
  const start = problems.count
  if (value === undefined) fail(problems, shapeRules.missing, undefined, expected)
  else failName(problems, value, expected)
  nest(problems, start, tag)
}
