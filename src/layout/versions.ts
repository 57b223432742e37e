import { isInt32Array } from "../violation/bytes.js"
import type { Note } from "../violation/checked.js"
import { type LayoutOptions, layout, struct } from "./fields.js"
import { pathIn } from "./path.js"
import {
  type BitField,
  type BitMember,
  type Field,
  type FieldRule,
  type Fields,
  type Layout,
  type Lifetime,
  lifetimesOf,
  membersOf,
  type Struct,
  type Table,
  type Union,
} from "./types.js"
import { nestingOf } from "./validate.js"

/** Versions of one format: which fields each has is said at the fields, once. */

/** What can begin or end with a version: fields, the contents of cases, bits, rules of a struct. */
type Versioned = Field | BitMember | FieldRule

/**
 * Says that something is there from a version on.
 *
 * @param standIn - what stands for a field in a state that comes from a version without it; 0, empty or the like by default
 * @example
 * L.since(2, L.u32("How fast.")).since
 * // 2
 * @since 0.6.0
 */
export const since = <const T extends Versioned>(version: number, of: T, standIn?: unknown): T => ({
  ...of,
  since: version,
  ...(standIn === undefined ? {} : { standIn }),
})

/**
 * Says that something is there up to a version, and that one too.
 *
 * @param standIn - what stands for a field in a state that comes from a version without it; 0, empty or the like by default
 * @example
 * L.until(1, L.u32("No longer there.")).until
 * // 1
 * @since 0.6.0
 */
export const until = <const T extends Versioned>(version: number, of: T, standIn?: unknown): T => ({
  ...of,
  until: version,
  ...(standIn === undefined ? {} : { standIn }),
})

/**
 * What a format of several versions is declared with.
 *
 * @since 0.6.0
 */
export interface VersionOptions<F extends Fields> extends LayoutOptions<F> {
  readonly first: number
  readonly last: number
}

/** More versions than anybody has, so that a typing error does not take the machine's memory. */
const mostVersions = 256

/**
 * Declares a format of several versions: a layout for each, from one declaration. A version constant has the number of
 * each version.
 *
 * @returns the layouts by version
 * @throws TypeError where a version would say what the language cannot do: a field that is counted, compared or named
 *   by another one in a version without it, a version that there is none of
 * @example
 * const lamps = L.versions("lamp", {
 *   title: "Lamp",
 *   doc: "A lamp.",
 *   limit: 16,
 *   first: 1,
 *   last: 2,
 *   fields: { version: L.version(1, "The version.", L.u8), on: L.boolean("On."), level: L.since(2, L.u8("How bright.")) },
 * })
 * const [one, two] = lamps.values()
 * one && two && [L.decode(one, Uint8Array.of(1, 1)), L.decode(two, Uint8Array.of(2, 1, 9))]
 * // [E.right({ on: true }), E.right({ on: true, level: 9 })]
 * @since 0.6.0
 */
export const versions = <const F extends Fields>(
  format: string,
  { first, last, ...options }: VersionOptions<F>,
): ReadonlyMap<number, Layout> => {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 0 || last < first)
    throw new TypeError(`${format} cannot have versions from ${first} to ${last}`)
  if (last - first >= mostVersions) throw new TypeError(`${format} has more than ${mostVersions} versions`)
  const nesting = nestingOf({ kind: "struct", doc: "", fields: options.fields, rules: [] }, new Set())
  if (nesting !== undefined) throw new TypeError(`${format} cannot have versions: ${nesting}`)
  const whole = struct(options.doc, options.fields, options.rules)
  const problems = lifetimesOf(whole).flatMap((of) => lifetimeProblems(of, first, last))
  if (problems.length > 0) throw new TypeError(`${format} cannot have versions: ${problems.join("; ")}`)
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return new Map(
    numbers.map((version) => {
      const { fields, rules } = structAt(whole, version)
      return [version, ofVersion(version, () => layout(format, { ...options, fields, rules: () => rules }))]
    }),
  )
}

const ofVersion = <T>(version: number, make: () => T): T => {
  try {
    return make()
  } catch (error) {
    throw new TypeError(`version ${version}: ${(error as Error).message}`)
  }
}

const lifetimeProblems = (of: Lifetime, first: number, last: number): readonly string[] => {
  const { since: from = first, until: to = last } = of
  const isVersion = (number: number) => Number.isSafeInteger(number) && first <= number && number <= last
  return [
    ...(isVersion(from) ? [] : [`since ${from}: there is no such version`]),
    ...(isVersion(to) ? [] : [`until ${to}: there is no such version`]),
    ...(to < from ? [`what is there since ${from} and until ${to} is never there`] : []),
  ]
}

const isThere = (of: Lifetime, version: number): boolean =>
  (of.since ?? version) <= version && version <= (of.until ?? version)

/** What is there in a version has no lifetime any more. */
const withoutLifetime = <T extends Lifetime>({ since: _, until: __, ...rest }: T): T => rest as T

const structAt = (of: Struct, version: number): Struct => ({
  ...of,
  fields: fieldsAt(of.fields, version),
  rules: of.rules.filter((rule) => isThere(rule, version)).map(withoutLifetime),
})

const fieldsAt = (fields: Fields, version: number): Fields =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => isThere(field, version))
      .map(([name, field]) => [name, fieldAt(field, version)]),
  )

const fieldAt = (field: Field, version: number): Field => withoutLifetime(contentAt(field, version))

const contentAt = (field: Field, version: number): Field => {
  const at = <T extends Field>(inner: T) => fieldAt(inner, version) as T
  switch (field.kind) {
    case "struct":
      return structAt(field, version)
    case "array":
      return { ...field, element: at(field.element) }
    case "list":
      return { ...field, entry: at(field.entry) }
    case "optional":
      return { ...field, content: at(field.content) }
    case "pointer":
      return { ...field, content: at(field.content) }
    case "message":
      return { ...field, header: at(field.header) }
    case "table":
      return { ...field, variants: casesAt(field.variants, version) }
    case "choice":
      return { ...field, cases: casesAt(field.cases, version), contents: fieldsAt(field.contents, version) }
    case "union":
      return unionAt(field, version)
    case "bits":
      return bitsAt(field, version)
    case "constant":
      return field.check === "version" ? { ...field, value: version } : field
    default:
      return field
  }
}

const casesAt = <C extends { readonly is: Field }>(cases: readonly C[], version: number): readonly C[] =>
  cases.filter(({ is }) => isThere(is, version)).map((each) => ({ ...each, is: fieldAt(each.is, version) }))

const unionAt = (union: Union, version: number): Union => {
  const contents = fieldsAt(union.contents, version)
  const tags = Object.fromEntries(Object.entries(union.tags).filter(([name]) => Object.hasOwn(contents, name)))
  return { ...union, contents, tags }
}

/** Bits that a version does not know are reserved in it. */
const bitsAt = (bits: BitField, version: number): BitField => ({
  ...bits,
  members: Object.fromEntries(
    Object.entries(bits.members).map(([name, member]): [string, BitMember] => {
      const width = member.kind === "flag" ? 1 : member.width
      return [name, isThere(member, version) ? withoutLifetime(member) : { kind: "reserved", width, doc: member.doc }]
    }),
  ),
})

/**
 * A state of another version.
 *
 * @since 0.6.0
 */
export interface Converted {
  /** Undefined where the other version cannot say it at all: a union's case that it does not have, outside of any list. */
  readonly state: unknown
  /** What was left out and what stands in for what was not there, by its path. */
  readonly notes: readonly Note[]
}

/**
 * Makes a state of one version of a format into one of another version, newer or older. An entry of a list that the
 * other version cannot say is left out. Whether the rules of the other version hold, encoding says.
 *
 * @param state - what decoding by `from` gave
 * @param from - the layout of the state's version
 * @param to - a layout of the same declaration
 * @example
 * const lamps = L.versions("lamp", {
 *   title: "Lamp",
 *   doc: "A lamp.",
 *   limit: 16,
 *   first: 1,
 *   last: 2,
 *   fields: { on: L.boolean("On."), level: L.since(2, L.u8("How bright."), 255) },
 * })
 * const [one, two] = lamps.values()
 * one && two && [L.convert({ on: true, level: 9 }, two, one), L.convert({ on: true }, one, two).state]
 * // [{ state: { on: true }, notes: [{ path: "level", message: "It is left out: there is no such field." }] }, { on: true, level: 255 }]
 * @since 0.6.0
 */
export const convert = (state: unknown, from: Layout, to: Layout): Converted => {
  const conversion = new Conversion()
  return { state: conversion.struct(state, from.struct, to.struct, ""), notes: conversion.notes }
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

/** One state on its way to another version; a class because every function takes notes. What cannot be said is undefined. */
class Conversion {
  readonly notes: Note[] = []

  #note(path: string, message: string): void {
    this.notes.push({ path, message })
  }

  struct(value: unknown, from: Struct, to: Struct, path: string): unknown {
    return this.#members(value, new Map(membersOf(from)), new Map(membersOf(to)), path, (one, old, field, at) =>
      this.#value(one, old, field, at),
    )
  }

  #members<T extends Field | BitMember>(
    value: unknown,
    from: ReadonlyMap<string, T>,
    to: ReadonlyMap<string, T>,
    path: string,
    convertOne: (value: unknown, from: T, to: T, path: string) => unknown,
  ): unknown {
    for (const name of from.keys())
      if (!to.has(name)) this.#note(pathIn(path, name), "It is left out: there is no such field.")
    const state: Record<string, unknown> = {}
    for (const [name, field] of to) {
      const [at, old] = [pathIn(path, name), from.get(name)]
      if (old === undefined) this.#note(at, "There was no such field: something stands in for it.")
      state[name] = old === undefined ? standInOf(field) : convertOne(memberOf(value, name), old, field, at)
      if (state[name] === undefined) return undefined
    }
    return state
  }

  #value(value: unknown, from: Field, to: Field, path: string): unknown {
    if (to.kind === "struct" && from.kind === "struct") return this.struct(value, from, to, path)
    if (to.kind === "array" && from.kind === "array") return this.#array(value, from.element, to.element, path)
    if (to.kind === "list" && from.kind === "list") return this.#list(value, from.entry, to.entry, path)
    if (to.kind === "table" && from.kind === "table") return this.#table(value, from, to, path)
    if (to.kind === "bits" && from.kind === "bits")
      return this.#members(value, bitsOf(from), bitsOf(to), path, (bits) => bits)
    if (to.kind === "message" && from.kind === "message") return this.#message(value, from.header, to.header, path)
    if ("content" in to && "content" in from)
      return value === null ? null : this.#value(value, from.content, to.content, path)
    if ("contents" in to && "contents" in from) return this.#kind(value, from.contents, to.contents, path)
    return value
  }

  #array(value: unknown, from: Field, to: Field, path: string): unknown {
    if (!Array.isArray(value)) return value
    const all = value.map((each, index) => this.#value(each, from, to, `${path}[${index}]`))
    return all.includes(undefined) ? undefined : all
  }

  #list(value: unknown, from: Field, to: Field, path: string): unknown {
    if (!Array.isArray(value)) return value
    return value.flatMap((each, index) => {
      const converted = this.#value(each, from, to, `${path}[${index}]`)
      if (converted !== undefined) return [converted]
      this.#note(`${path}[${index}]`, "The entry is left out: it cannot be said.")
      return []
    })
  }

  #table(value: unknown, from: Table, to: Table, path: string): unknown {
    const [kind, columns] = [memberOf(value, "kind"), memberOf(value, "columns")]
    const [old, entry] = [from, to].map(({ variants }) => variants.find(({ name }) => name === kind)?.is)
    if (old === undefined || entry === undefined || !isInt32Array(columns)) return this.#unknownKind(path)
    const names = Object.keys(old.fields)
    const count = Math.floor(columns.length / names.length)
    const rows = Array.from({ length: count }, (_, index) => {
      const row = Object.fromEntries(names.map((name, column) => [name, columns[column * count + index]]))
      return this.struct(row, old, entry, `${path}[${index}]`)
    })
    const numbers = Object.keys(entry.fields).flatMap((name) => rows.map((row) => Number(memberOf(row, name))))
    return { kind, columns: Int32Array.from(numbers) }
  }

  #message(value: unknown, from: Struct, to: Struct, path: string): unknown {
    const header = memberOf(value, "header")
    if (header === null) return this.#beginning(value, from, to, path)
    const converted = this.struct(header, from, to, `${path}.header`)
    return converted === undefined ? undefined : { header: converted, data: memberOf(value, "data") }
  }

  /** The bytes of a header that is not complete mean something else where the header has other fields. */
  #beginning(value: unknown, from: Struct, to: Struct, path: string): unknown {
    const [old, other] = [from, to].map(({ fields }) => Object.keys(fields).join())
    if (old === other) return value
    this.#note(path, "The beginning of a header is left out: the header has other fields.")
    return { header: null, data: new Uint8Array() }
  }

  #kind(value: unknown, from: Fields, to: Fields, path: string): unknown {
    const kind = memberOf(value, "kind")
    const [old, content] = [from, to].map((contents) => new Map(Object.entries(contents)).get(kind as string))
    if (old === undefined || content === undefined) return this.#unknownKind(path)
    const converted = this.#value(memberOf(value, "value"), old, content, `${path}.${kind}`)
    return converted === undefined ? undefined : { kind, value: converted }
  }

  #unknownKind(path: string): undefined {
    this.#note(path, "There is no such kind.")
    return undefined
  }
}

const bitsOf = ({ members }: BitField): ReadonlyMap<string, BitMember> =>
  new Map(Object.entries(members).filter(([, { kind }]) => kind !== "reserved"))

/** What stands for a field that was not there. */
const standInOf = (field: Field | BitMember): unknown => {
  if (field.standIn !== undefined) return field.standIn
  switch (field.kind) {
    case "integer":
      return field.bits === 64 ? 0n : 0
    case "boolean":
    case "flag":
      return false
    case "enumeration":
      return Object.keys(field.names)[0]
    case "bits":
      return Object.fromEntries([...bitsOf(field)].map(([name, member]) => [name, standInOf(member)]))
    case "bytes":
      return new Uint8Array(field.length)
    case "run":
      return new Uint8Array()
    case "array":
      return Array.from({ length: field.length }, () => standInOf(field.element))
    case "struct":
      return Object.fromEntries(membersOf(field).map(([name, member]) => [name, standInOf(member)]))
    case "pointer":
      return standInOf(field.content)
    case "optional":
      return null
    case "message":
      return { header: null, data: new Uint8Array() }
    case "table":
      return { kind: field.variants.at(-1)?.name, columns: new Int32Array() }
    case "choice":
    case "union": {
      const [kind, content] = Object.entries(field.contents).at(field.kind === "union" ? 0 : -1) ?? []
      return content === undefined ? undefined : { kind, value: standInOf(content) }
    }
    case "list":
      return []
    default:
      return 0
  }
}
