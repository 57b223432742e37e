import type {
  Content,
  CountedList,
  Field,
  Fields,
  Layout,
  PartialMessage,
  Pointer,
  Rule,
  Scalar,
  Struct,
} from "./language.js"
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

export interface PlannedPart {
  readonly path: string
  /** The path of the struct that holds the part, with its dot: what the conditions inside its content are relative to. */
  readonly prefix: string
  readonly content: Content
  readonly pointer: PlannedField
  /** The field that holds the part's size; a counted list has none, it begins with its count. */
  readonly length: PlannedField | undefined
}

export interface PlannedRule {
  readonly rule: Rule
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
export const flatten = (fields: Fields, prefix = "", start = 0): readonly PlannedField[] => {
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
    size: fields.reduce((end, field) => Math.max(end, field.offset + field.size), 0),
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
  if (pointer === undefined || (length === undefined) !== (content.kind === "countedList"))
    throw new TypeError(`${path}: a run needs a length and a pointer, a counted list only a pointer`)
  return { path, prefix, content, pointer, length }
}

/** The layout of a list's entries that the receiver and the blob's fixed part call for. */
export const entriesOf = (content: CountedList, lossy: boolean): Struct =>
  lossy ? content.entries.lossy : content.entries.lossless

/** The fields of a partial message's header, at their offsets from the message's first byte. */
export const headerOf = (part: PlannedPart & { readonly content: PartialMessage }): readonly PlannedField[] =>
  flatten(part.content.header.fields, `${part.path}.header.`)

/** Bytes of a struct that lies in a row of its kind or at the start of a message. */
export const strideOf = (struct: Struct): number => flatten(struct.fields).reduce((end, field) => end + field.size, 0)

/** The path of the count that a list begins with. */
export const countOf = (part: PlannedPart & { readonly content: CountedList }): string =>
  `${part.path}.${part.content.count}`

/** Whether a path is that of a size, a pointer or a count: a number that says where other bytes are. */
export const isSizing = (plan: Plan, path: string): boolean =>
  plan.fields.some((field) => field.path === path && field.role !== undefined) ||
  plan.parts.some(({ content, ...part }) => content.kind === "countedList" && path === countOf({ ...part, content }))
