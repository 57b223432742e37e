import * as E from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { isRefined, type Refinement } from "./refinement.js"
import { casesOf, declaredMembers } from "./reflect.js"
import type { StrictRead } from "./strict.js"

/**
 * What emitted guards are made of. A guard is a fast yes to plain data; what it does not accept, the reader of the same
 * type judges, and says what is wrong.
 */

/** An object of a copy, with members that its types know. */
export type Plain<N extends string = never> = Readonly<Partial<Record<N, unknown>>>

/** The conditions of a type that are functions, each once, in the order of the type's parts. */
export interface GuardChecks {
  readonly rules: readonly Refinement<unknown>[]
  readonly leaves: readonly t.Mixed[]
}

export type Guard = (value: unknown) => boolean

const isPlain = (input: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(input)
  return prototype === Object.prototype || prototype === null
}

export const isObject = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && isPlain(value)

export const isList = (value: unknown, isEntry: Guard): boolean => Array.isArray(value) && value.every(isEntry)

/** 1 for a member that is there. */
export const given = (member: unknown): number => (member === undefined ? 0 : 1)

/** The number of an object's members, inherited ones included: a prototype that somebody changed makes it too large. */
export const memberCount = (value: object): number => {
  let size = 0
  for (const _ in value) size++
  return size
}

/** The parts that a type is directly made of. */
const partsOf = (type: t.Mixed): readonly t.Mixed[] => {
  if (isRefined(type)) return [type.type]
  const known = type as t.ReadonlyArrayType<t.Mixed> | t.UnionType<t.Mixed[]> | t.ExactType<t.Mixed> | t.StringType
  switch (known._tag) {
    case "ReadonlyArrayType":
      return [known.type]
    case "UnionType":
      return casesOf(known)
    case "ExactType":
      return declaredMembers(known).map((member) => member.type)
    default:
      return []
  }
}

/** A type and all that it is made of, each once. */
export const typesIn = (type: t.Mixed): readonly t.Mixed[] => {
  const types = new Set<t.Mixed>()
  const visit = (part: t.Mixed): void => {
    if (types.has(part)) return
    types.add(part)
    partsOf(part).forEach(visit)
  }
  visit(type)
  return [...types]
}

/** Collects the conditions of a type that are functions. */
export const checksOf = (type: t.Mixed): GuardChecks => {
  const all = typesIn(type)
  const rules: readonly Refinement<never>[] = [...new Set(all.flatMap((part) => (isRefined(part) ? part.rules : [])))]
  return {
    rules: rules as readonly Refinement<unknown>[],
    leaves: all.filter((part) => !("_tag" in part) && !isRefined(part)),
  }
}

/** A copy has at most this many values in it; what is larger or deeper is left to the reader. */
const mostValues = 8192
const mostDepth = 64

/** How many values a copy may still take; less than none is too many. */
interface Budget {
  left: number
}

/** Copies lists and objects of no class, reading each part once; anything else is what it is. */
const copied = (value: unknown, budget: Budget, depth: number): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (depth === mostDepth) budget.left = -1
  if (Array.isArray(value)) return copiedList(value, budget, depth)
  return isPlain(value) ? copiedObject(value, budget, depth) : value
}

const copiedList = (list: readonly unknown[], budget: Budget, depth: number): unknown => {
  const { length } = list
  budget.left -= length
  const entries: unknown[] = []
  for (let index = 0; index < length && budget.left >= 0; index++) entries.push(copied(list[index], budget, depth + 1))
  return entries
}

const copiedObject = (object: object, budget: Budget, depth: number): unknown => {
  const names = Object.keys(object)
  budget.left -= names.length
  const members: Record<string, unknown> = {}
  for (const name of names) {
    if (budget.left < 0) break
    const value = copied((object as Readonly<Record<string, unknown>>)[name], budget, depth + 1)
    if (name === "__proto__") Object.defineProperty(members, name, { value, enumerable: true })
    else members[name] = value
  }
  return members
}

/** A copy of plain data; undefined for what throws while it is read, and for too much. */
const copyOf = (input: unknown): unknown => {
  const budget = { left: mostValues }
  try {
    const copy = copied(input, budget, 0)
    return budget.left < 0 ? undefined : copy
  } catch {
    return undefined
  }
}

/** Reads what a guard says yes to as a copy, and leaves everything else to the reader of the same type. */
export const guarded =
  <A>(read: (input: unknown) => StrictRead<A>, guard: Guard): ((input: unknown) => StrictRead<A>) =>
  (input) => {
    const copy = copyOf(input)
    return copy !== undefined && guard(copy) ? E.right(copy as A) : read(copy ?? input)
  }

/** Reads as {@link guarded} does what is plain data that nobody else can change: a guard's yes needs no copy of that. */
export const guardedFresh =
  <A>(read: (input: unknown) => StrictRead<A>, guard: Guard): ((input: unknown) => StrictRead<A>) =>
  (input) =>
    guard(input) ? E.right(input as A) : read(input)

/** Whether a guard says yes to a value as it stands, which is not copied: of one that throws it says no. */
export const passesGuard = (guard: Guard, value: unknown): boolean => {
  try {
    return guard(value)
  } catch {
    return false
  }
}
