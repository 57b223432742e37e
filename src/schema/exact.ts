import * as E from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import * as t from "io-ts"
import { type Fault, isRefined, type Rule } from "./refined.js"
import { shape } from "./shape.js"
import type { Check, Measure } from "./violation.js"

/** Violations beyond this number are not collected. */
const maxProblems = 64

/** Lists are not read beyond this number of entries. */
const maxEntries = 4096

/** A fault whose keys are being collected, innermost first. */
interface Problem extends Omit<Fault, "keys"> {
  readonly keys: string[]
}

/** What is known of a member that an object does not have: the check that it fails, and what to write instead. */
export type Hint = (key: string) => Pick<Fault, "check" | "expected"> | undefined

/** What reading comes to: a copy of the value, or what is wrong with it. */
export type Read<A> = E.Either<NonEmptyArray<Fault>, A>

/** Reads one value; what it returns counts only if no problem was added. */
type Reader<I = unknown> = (input: I, problems: Problem[]) => unknown

/**
 * Makes a reader of an io-ts type that demands more than io-ts does: objects have no members but the declared ones,
 * and all that is wrong is said, not only the first of it. What it returns is a copy whose objects have no other
 * prototype than Object's; every member of the input is read once. It never throws, whatever the input does.
 *
 * Understands literals, keyofs, strings, booleans, read-only lists, exact objects, unions of those by their literal
 * members, types without parts, and what `refined` makes of them; anything else in a type is a programming error.
 */
export const exact = <A>(type: t.Type<A, unknown>, hint: Hint = () => undefined): ((input: unknown) => Read<A>) => {
  const read = readerOf(type, hint)
  return (input) => {
    const problems: Problem[] = []
    const value = read(input, problems)
    return problems.length === 0 ? E.right(value as A) : E.left(faultsOf(problems))
  }
}

const faultsOf = (problems: readonly Problem[]): NonEmptyArray<Fault> => {
  const [first, ...others] = problems.map(faultOf)
  if (first === undefined) throw new TypeError("nothing is wrong")
  return [first, ...others]
}

const faultOf = ({ keys, ...problem }: Problem): Fault => ({ ...problem, keys: [...keys].reverse() })

const add = (
  problems: Problem[],
  keys: readonly string[],
  { check, actual, expected }: Omit<Fault, "keys">,
): undefined => {
  if (problems.length < maxProblems) problems.push({ check, keys: [...keys].reverse(), actual, expected })
}

const fail = (problems: Problem[], check: Check, actual?: Measure, expected?: Measure): undefined =>
  add(problems, [], { check, actual, expected })

/** Says of the problems from `start` on that they lie below `key`. */
const nest = (problems: Problem[], start: number, key: string): void => {
  for (const problem of problems.slice(start)) problem.keys.push(key)
}

type Known =
  | t.StringType
  | t.BooleanType
  | t.LiteralType<string>
  | t.KeyofType<Record<string, unknown>>
  | t.ReadonlyArrayType<t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.ExactType<t.Mixed>

const readerOf = (type: t.Mixed, hint: Hint): Reader => {
  if (isRefined(type)) return refinedReader(readerOf(type.type, hint), type.rules)
  const known = type as Known
  switch (known._tag) {
    case "StringType":
      return (input, problems) => (typeof input === "string" ? input : fail(problems, shape.text))
    case "BooleanType":
      return (input, problems) => (typeof input === "boolean" ? input : fail(problems, shape.flag))
    case "LiteralType":
      return literalReader(known.value)
    case "KeyofType":
      return nameReader(Object.keys(known.keys))
    case "ReadonlyArrayType":
      return listReader(readerOf(known.type, hint))
    case "UnionType":
      return copied(choiceReader(casesOf(known), [], hint))
    case "ExactType":
      return copied(objectReader(known, hint))
    default:
      return leafReader(type)
  }
}

/** A type of one's own without parts: its guard is all there is to ask. */
const leafReader = (type: t.Mixed): Reader => {
  if (type instanceof t.Type && !("_tag" in type))
    return (input, problems) => (type.is(input) ? input : fail(problems, shape.leaf, undefined, type.name))
  throw new TypeError(`no exact reader for ${type.name}`)
}

const failName = (problems: Problem[], input: unknown, expected?: string): undefined =>
  typeof input === "string" ? fail(problems, shape.name, undefined, expected) : fail(problems, shape.text)

const literalReader =
  (literal: string): Reader =>
  (input, problems) =>
    input === literal ? input : failName(problems, input, literal)

const nameReader = (names: readonly string[]): Reader => {
  const known: ReadonlySet<unknown> = new Set(names)
  return (input, problems) => (known.has(input) ? input : failName(problems, input))
}

/** Rules are asked only of what has the right type; those of one value may all fail. */
const refinedReader =
  <I>(read: Reader<I>, rules: readonly Rule<never>[]): Reader<I> =>
  (input, problems) => {
    const start = problems.length
    const value = read(input, problems)
    if (problems.length > start) return undefined
    for (const rule of rules as readonly Rule<unknown>[]) {
      const faults = rule(value)
      if (faults.length > 0) for (const fault of faults) add(problems, fault.keys, fault)
    }
    return value
  }

/** A list's entries, each read once. What is no list gives undefined, and so does what throws when it is read. */
const entriesOf = (input: unknown, problems: Problem[]): unknown[] | undefined => {
  try {
    if (!Array.isArray(input)) return fail(problems, shape.list)
    if (input.length > maxEntries) return fail(problems, shape.listLength, input.length, maxEntries)
    const entries: unknown[] = []
    for (let index = 0; index < input.length; index++) entries.push(input[index])
    return entries
  } catch {
    return fail(problems, shape.data)
  }
}

const listReader =
  (read: Reader): Reader =>
  (input, problems) => {
    const entries = entriesOf(input, problems)
    if (entries === undefined) return undefined
    for (let index = 0; index < entries.length; index++) {
      const start = problems.length
      entries[index] = read(entries[index], problems)
      if (problems.length > start) nest(problems, start, String(index))
    }
    return entries
  }

type Data = Record<string, unknown>

/** A copy of an object's own members, each read once. Of what is no object, or throws when it is read, there is none. */
const dataOf = (input: unknown, problems: Problem[]): Data | undefined => {
  try {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return fail(problems, shape.object)
    return { ...input }
  } catch {
    return fail(problems, shape.data)
  }
}

const copied =
  (read: Reader<Data>): Reader =>
  (input, problems) => {
    const data = dataOf(input, problems)
    return data === undefined ? undefined : read(data, problems)
  }

interface Member {
  readonly read: Reader
  /** A bit of its own for a member that must be given, 0 for another one. */
  readonly bit: number
}

/** The declared members of an object: of `t.type` those that must be given, of `t.partial` the others. */
export const membersOf = (
  type: t.Mixed,
): readonly { readonly name: string; readonly type: t.Mixed; readonly required: boolean }[] => {
  const known = type as
    | t.InterfaceType<t.Props>
    | t.PartialType<t.Props>
    | t.IntersectionType<t.Mixed[]>
    | t.ExactType<t.Mixed>
  switch (known._tag) {
    case "InterfaceType":
    case "PartialType":
      return Object.entries(known.props).map(([name, member]) => ({
        name,
        type: member,
        required: known._tag === "InterfaceType",
      }))
    case "IntersectionType":
      return known.types.flatMap(membersOf)
    case "ExactType":
      return membersOf(known.type)
    default:
      throw new TypeError("an exact object is made of t.type and t.partial")
  }
}

const objectReader = (type: t.Mixed, hint: Hint): Reader<Data> => {
  const members = membersOf(type)
  if (members.length > 31) throw new TypeError("an exact object has at most 31 members")
  const byName = new Map<string, Member>(
    members.map(({ name, type: member, required }, index) => [
      name,
      { read: readerOf(member, hint), bit: required ? 1 << index : 0 },
    ]),
  )
  const required = [...byName].filter(([, { bit }]) => bit !== 0)
  const all = required.reduce((bits, [, { bit }]) => bits | bit, 0)
  return (data, problems) => {
    let given = 0
    for (const key of Object.keys(data)) {
      const member = byName.get(key)
      const value = data[key]
      if (member === undefined) failUnknown(problems, key, hint)
      else if (value === undefined) delete data[key]
      else {
        given |= member.bit
        const start = problems.length
        const read = member.read(value, problems)
        if (problems.length > start) nest(problems, start, key)
        else if (read !== value) data[key] = read
      }
    }
    if (given !== all)
      for (const [name, { bit }] of required) if ((given & bit) === 0) add(problems, [name], { check: shape.missing })
    return data
  }
}

const failUnknown = (problems: Problem[], key: string, hint: Hint): undefined =>
  add(problems, [key], hint(key) ?? { check: shape.unknown })

/** The objects of a union, unions inside it included. */
export const casesOf = (type: t.Mixed): readonly t.Mixed[] => {
  const known = type as t.UnionType<t.Mixed[]> | t.StringType
  return known._tag === "UnionType" ? known.types.flatMap(casesOf) : [type]
}

const objectOf = (type: t.Mixed): t.Mixed => (isRefined(type) ? objectOf(type.type) : type)

const literalsOf = (type: t.Mixed): ReadonlyMap<string, string> =>
  new Map(
    membersOf(objectOf(type)).flatMap(({ name, type: member }) => {
      const literal = member as t.LiteralType<string> | t.StringType
      return literal._tag === "LiteralType" ? [[name, literal.value] as const] : []
    }),
  )

const tagOf =
  (tag: string) =>
  (type: t.Mixed): string | undefined =>
    literalsOf(type).get(tag)

const caseReader = (type: t.Mixed, hint: Hint): Reader<Data> =>
  isRefined(type) ? refinedReader(caseReader(type.type, hint), type.rules) : objectReader(type, hint)

/** Chooses by the first member that is a literal in all cases, and again among the cases that share it. */
const choiceReader = (cases: readonly t.Mixed[], chosen: readonly string[], hint: Hint): Reader<Data> => {
  const [first, second] = cases
  if (first === undefined) throw new TypeError("a union has no objects")
  if (second === undefined) return caseReader(first, hint)
  const tag = [...literalsOf(first).keys()].find(
    (name) => !chosen.includes(name) && cases.every((type) => literalsOf(type).has(name)),
  )
  if (tag === undefined) throw new TypeError("the objects of a union must differ in a literal member")
  const readers = new Map<unknown, Reader<Data>>()
  for (const value of new Set(cases.map(tagOf(tag)))) {
    const alike = cases.filter((type) => tagOf(tag)(type) === value)
    readers.set(value, choiceReader(alike, [...chosen, tag], hint))
  }
  return (data, problems) => {
    const read = readers.get(data[tag])
    return read === undefined ? failTag(problems, data, tag, hint) : read(data, problems)
  }
}

const failTag = (problems: Problem[], data: Data, tag: string, hint: Hint): void => {
  for (const key of Object.keys(data)) if (hint(key) !== undefined) failUnknown(problems, key, hint)
  const value = data[tag]
  const start = problems.length
  if (value === undefined) fail(problems, shape.missing)
  else failName(problems, value)
  nest(problems, start, tag)
}
