import type { Condition } from "./expression.js"
import type { Content, CountedList, Field, FieldRule, Fields, Layout, Pointer, Scalar, Struct } from "./language.js"
import { sizeOf } from "./scalar.js"

/**
 * A layout laid flat: what every reader of a declaration (interpreter, emitter, encoder, documents) wants to know,
 * worked out once. Paths are dotted from the blob's root, offsets are bytes from its first byte.
 */
export interface Plan {
  readonly layout: Layout
  /** Bytes of the fixed part. */
  readonly size: number
  readonly fields: readonly PlannedField[]
  readonly parts: readonly PlannedPart[]
  readonly rules: readonly PlannedRule[]
}

/** A field of the fixed part; sizes and pointers are plain u32 here. */
export interface PlannedField {
  readonly path: string
  readonly offset: number
  readonly size: number
  readonly type: Scalar
  readonly doc: string
  /** The part that this field sizes or places, if it does. */
  readonly role?: { readonly of: "length" | "pointer"; readonly part: string }
}

/** The fields of a struct that is repeated or begins a message, at their offsets from its own first byte. */
export interface Flat {
  readonly struct: Struct
  readonly fields: readonly PlannedField[]
  readonly size: number
}

/** Bytes whose size another field says. */
export interface PlannedRun {
  readonly kind: "run"
  readonly path: string
  readonly pointer: PlannedField
  readonly length: PlannedField
  /** The header that the bytes begin with once they are long enough, where the format has one. */
  readonly header: Flat | undefined
}

/** Entries behind their count. */
export interface PlannedList {
  readonly kind: "list"
  readonly path: string
  /** The path of the struct that holds the pointer, with its dot: what `lossy` is relative to. */
  readonly prefix: string
  readonly pointer: PlannedField
  readonly count: string
  readonly lossy: Condition
  readonly entries: { readonly lossy: Flat; readonly lossless: Flat }
}

export type PlannedPart = PlannedRun | PlannedList

export interface PlannedRule {
  readonly rule: FieldRule
  /** Goes before every path that the rule names. */
  readonly prefix: string
}

/** How sizes, pointers and counts lie on the wire. */
const u32: Scalar = { kind: "integer", bits: 32, signed: false, bigEndian: false, unit: "bytes", doc: "" }

const scalarsOf = (name: string, field: Exclude<Field, Struct>): readonly (readonly [string, Scalar])[] => {
  if (field.kind === "array")
    return Array.from({ length: field.length }, (_, index) => [`${name}[${index}]`, field.element])
  return [[name, field.kind === "length" || field.kind === "pointer" ? u32 : field]]
}

const roleOf = (prefix: string, field: Field): Pick<PlannedField, "role"> => {
  if (field.kind === "length") return { role: { of: "length", part: `${prefix}${field.of}` } }
  return field.kind === "pointer" ? { role: { of: "pointer", part: `${prefix}${field.to}` } } : {}
}

/** Lays the fields of one struct flat, those of the structs inside it included. */
const flatten = (fields: Fields, prefix = "", start = 0): readonly PlannedField[] => {
  const planned: PlannedField[] = []
  let offset = start
  for (const [name, field] of Object.entries(fields)) {
    const nested = field.kind === "struct" ? flatten(field.fields, `${prefix}${name}.`, offset) : []
    for (const inner of nested) {
      planned.push(inner)
      offset = inner.offset + inner.size
    }
    if (field.kind === "struct") continue
    for (const [own, type] of scalarsOf(name, field)) {
      const size = sizeOf(type)
      planned.push({ path: `${prefix}${own}`, offset, size, type, doc: field.doc, ...roleOf(prefix, field) })
      offset += size
    }
  }
  return planned
}

const structsOf = (struct: Struct, prefix = ""): readonly (readonly [Struct, string])[] => [
  ...Object.entries(struct.fields).flatMap(([name, field]) =>
    field.kind === "struct" ? structsOf(field, `${prefix}${name}.`) : [],
  ),
  [struct, prefix],
]

const pointersOf = (struct: Struct): readonly Pointer[] =>
  Object.values(struct.fields).filter((field): field is Pointer => field.kind === "pointer")

/** Works out the plan of a layout: the same layout always gives the same plan. */
export const planOf = (layout: Layout): Plan => {
  const fields = flatten(layout.struct.fields)
  const structs = structsOf(layout.struct)
  const parts = structs
    .flatMap(([struct, prefix]) => pointersOf(struct).map(({ to, content }) => partAt(fields, prefix, to, content)))
    .sort((one, other) => one.pointer.offset - other.pointer.offset)
  return {
    layout,
    size: sizeOfAll(fields),
    fields,
    parts,
    rules: structs.flatMap(([struct, prefix]) => struct.rules.map((rule) => ({ rule, prefix }))),
  }
}

const partAt = (fields: readonly PlannedField[], prefix: string, to: string, content: Content): PlannedPart => {
  const path = `${prefix}${to}`
  const fieldOf = (role: "length" | "pointer") =>
    fields.find((field) => field.role?.of === role && field.role.part === path)
  const pointer = fieldOf("pointer")
  const length = fieldOf("length")
  if (pointer !== undefined && length === undefined && content.kind === "countedList")
    return listAt(path, prefix, pointer, content)
  if (pointer !== undefined && length !== undefined && content.kind !== "countedList") {
    const header = content.kind === "partialMessage" ? flat(content.header, `${path}.header.`) : undefined
    return { kind: "run", path, pointer, length, header }
  }
  throw new TypeError(`${path}: a run needs a length and a pointer, a counted list only a pointer`)
}

const listAt = (path: string, prefix: string, pointer: PlannedField, content: CountedList): PlannedList => ({
  kind: "list",
  path,
  prefix,
  pointer,
  count: `${path}.${content.count}`,
  lossy: content.lossy,
  entries: { lossy: flat(content.entries.lossy), lossless: flat(content.entries.lossless) },
})

const sizeOfAll = (fields: readonly PlannedField[]): number => fields.reduce((sum, field) => sum + field.size, 0)

const flat = (struct: Struct, prefix = ""): Flat => {
  const fields = flatten(struct.fields, prefix)
  return { struct, fields, size: sizeOfAll(fields) }
}

/** Whether a path is that of a size, a pointer or a count: a number that says where other bytes are. */
export const isSizing = (plan: Plan, path: string): boolean =>
  plan.fields.some((field) => field.path === path && field.role !== undefined) ||
  plan.parts.some((part) => part.kind === "list" && part.count === path)

/** The part of a plan at a path. */
export const partOf = (plan: Plan, path: string): PlannedPart =>
  known(new Map(plan.parts.map((part) => [part.path, part])), path)

/** The value that a map must hold: a missing one is a programming error. */
export const known = <K, V>(map: ReadonlyMap<K, V>, key: K): V => {
  const value = map.get(key)
  if (value === undefined) throw new TypeError(`nothing is known of ${key}`)
  return value
}
