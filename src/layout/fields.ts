import type { Rule } from "../violation/violation.js"
import { builtIn, type Checks } from "./built-in.js"
import { equal, type Operand } from "./expression.js"
import type {
  BitField,
  BitMember,
  BitMembers,
  Bits,
  BooleanNumber,
  Bottom,
  Bytes,
  Case,
  Choice,
  Condition,
  Constant,
  Content,
  Derived,
  Element,
  Enumeration,
  Expression,
  Field,
  FieldRef,
  FieldRule,
  Fields,
  FixedArray,
  Integer,
  Layout,
  List,
  Message,
  Optional,
  Pointer,
  Refs,
  Ruled,
  Run,
  Struct,
  Table,
  TotalSize,
  Union,
  Wire,
} from "./types.js"
import { nestingOf, validate } from "./validate.js"

/** A field that takes rules: each is judged with the field itself, whose path is empty. */
const ruled = <T extends object>(field: T, rules: readonly FieldRule[] = []): T & Ruled => ({
  ...field,
  rules,
  must: (holds, rule) => ruled(field, [...rules, { ...rule, at: self, holds: holds(self) }]) as never,
})

const self: FieldRef = { op: "field", path: "" }

/** Makes integers of one kind, and says how they lie on the wire wherever a number of that kind is asked for. */
export type IntegerOf<B extends Bits> = Wire<B> &
  ((doc: string, unit?: string, words?: Readonly<Record<string, number>>) => Integer<B>)

const integer = <B extends Bits>(bits: B, signed: boolean, bigEndian = false): IntegerOf<B> => {
  const wire = { bits, signed, bigEndian }
  const make: (...of: Parameters<IntegerOf<B>>) => Integer<B> = (doc, unit = "", words) =>
    ruled({ kind: "integer", ...wire, unit, doc, ...(words && { words }) })
  return Object.assign(make, wire)
}

export const u8 = integer(8, false)
export const u16 = integer(16, false)
export const u32 = integer(32, false)
export const u64 = integer(64, false)
export const i8 = integer(8, true)
export const i16 = integer(16, true)
export const i32 = integer(32, true)
export const i64 = integer(64, true)
export const u16be = integer(16, false, true)
export const u32be = integer(32, false, true)
export const u64be = integer(64, false, true)
export const i16be = integer(16, true, true)
export const i32be = integer(32, true, true)
export const i64be = integer(64, true, true)

/** The wire alone of what may be a whole constructor. */
const wireOf = <B extends Bits>({ bits, signed, bigEndian }: Wire<B>): Wire<B> => ({ bits, signed, bigEndian })

export const boolean = (doc: string, as: Wire = u8): BooleanNumber => ruled({ kind: "boolean", ...wireOf(as), doc })

export const enumeration = <const Name extends string>(
  names: Readonly<Record<Name, number>>,
  doc: string,
  as: Wire = u8,
): Enumeration<Name> => ruled({ kind: "enumeration", names, ...wireOf(as), doc })

/** ASCII characters in the order in which they lie on the wire: 1, 2, 4 or 8 of them. */
export const magic = (text: string, doc: string): Constant => {
  const value = [...text].reduceRight((sum, character) => sum * 256n + BigInt(character.charCodeAt(0)), 0n)
  const wires: Readonly<Record<number, Wire>> = { 1: u8, 2: u16, 4: u32, 8: u64 }
  const wire = wires[text.length]
  if (wire === undefined) throw new TypeError(`a magic has 1, 2, 4 or 8 characters, not ${text.length}`)
  return { kind: "constant", value: wire.bits === 64 ? value : Number(value), ...wireOf(wire), check: "magic", doc }
}

export const version = (value: number, doc: string, as: Wire = u32): Constant => ({
  kind: "constant",
  value,
  ...wireOf(as),
  check: "version",
  doc,
})

export const constant = (value: number | bigint, doc: string, as: Wire): Constant => ({
  ...version(0, doc, as),
  value,
  check: "constant",
})

export const flag = (doc: string): Extract<BitMember, { kind: "flag" }> => ({ kind: "flag", doc })
export const bit = (width: number, doc: string): Extract<BitMember, { kind: "number" }> => ({
  kind: "number",
  width,
  doc,
})
export const reserved = (width: number, doc = "Reserved."): Extract<BitMember, { kind: "reserved" }> => ({
  kind: "reserved",
  width,
  doc,
})

/** A number that is cut into bits, from the least significant one on. */
export const bits = <const M extends BitMembers>(members: M, doc: string, as: Wire = u8): BitField<M> => ({
  kind: "bits",
  members,
  ...wireOf(as),
  doc,
})

export const bytes = (length: number, doc: string): Bytes => ({ kind: "bytes", length, doc })

export const array = <const E extends Element>(element: E, length: number): FixedArray<E> => ({
  kind: "array",
  element,
  length,
  doc: element.doc,
})

const derived =
  (kind: Derived["kind"], standard: Wire) =>
  (of: string, doc: string, as: Wire = standard): Derived =>
    ruled({ kind, of, ...wireOf(as), doc })

/** The size in bytes of a part. */
export const lengthOf = derived("length", u32)
/** The number of entries of a list or table. */
export const countOf = derived("count", u32)
/** Which case of a union it is. */
export const tagOf = derived("tag", u8)

/** The size of the whole input in bytes. */
export const totalSize = (doc: string, as: Wire = u32): TotalSize => ({ kind: "total", ...wireOf(as), doc })

export const run = (doc = ""): Run => ({ kind: "run", doc })

/** A message of which only the beginning may be there. */
export const message = <const H extends Fields>(header: Struct<H>): Message<H> => ({
  kind: "message",
  header,
  doc: header.doc,
})

export interface ListOptions {
  /** The name of a u32 count in front of the entries. */
  readonly counted?: string
  readonly doc?: string
}

export const list = <const E extends Element>(entry: E, { counted, doc = "" }: ListOptions = {}): List<E> => ({
  kind: "list",
  entry,
  counted,
  doc,
})

type Cases<F extends Field> = Readonly<Record<string, F | readonly [Condition, F]>>

const casesOf = <F extends Field>(cases: Cases<F>): readonly Case<string, F>[] =>
  Object.entries(cases).map(([name, given]) => {
    const [when, is] = Array.isArray(given) ? (given as readonly [Condition, F]) : [undefined, given as F]
    return { name, when, is }
  })

/**
 * A list that decodes into columns. Each kind of entry but the last stands beside its condition:
 * `table({ lossy: [equal(field("is_lossy"), 1), lossySurface], lossless: surface })`.
 */
export const table = <const C extends Cases<Struct>>(
  variants: C,
  { counted, doc = "" }: ListOptions = {},
): Table<Extract<keyof C, string>> => ({
  kind: "table",
  counted,
  variants: casesOf(variants) as Table<Extract<keyof C, string>>["variants"],
  doc,
})

type ContentsOf<C> = {
  readonly [K in keyof C]: C[K] extends readonly [Condition, infer F extends Field] ? F : Extract<C[K], Field>
}

/** One of several contents, by conditions on fields before it; the last content has none. */
export const choice = <const C extends Cases<Field>>(cases: C, doc = ""): Choice<ContentsOf<C>> => {
  const all = casesOf(cases)
  return {
    kind: "choice",
    cases: all as Choice<ContentsOf<C>>["cases"],
    contents: Object.fromEntries(all.map(({ name, is }) => [name, is])) as ContentsOf<C>,
    doc,
  }
}

/** One of several contents, each beside the number that stands for it in the tag: `union({ ping: [1, struct(...)] })`. */
export const union = <const C extends Readonly<Record<string, readonly [number, Field]>>>(
  cases: C,
  doc = "",
): Union<{ readonly [K in keyof C]: C[K][1] }> => ({
  kind: "union",
  contents: mapped(cases, ([, content]) => content) as { readonly [K in keyof C]: C[K][1] },
  tags: mapped(cases, ([tag]) => tag) as { readonly [K in keyof C]: number },
  doc,
})

const mapped = <A, B>(record: Readonly<Record<string, A>>, to: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]))

export const optional = <const F extends Field>(when: Condition, content: F): Optional<F> => ({
  kind: "optional",
  when,
  content,
  doc: content.doc,
})

const bottom: Bottom = { kind: "bottom", doc: "Nothing: lists are nested no deeper." }

/**
 * An entry that holds lists of its own kind, `depth` levels of them: at the innermost level these lists must be empty.
 * The declaration is unrolled, so that no decoder calls itself.
 */
export const nested = <S extends Struct>(depth: number, level: (inner: Struct) => S): S => {
  let entry = level(bottom as unknown as Struct)
  for (let levels = 1; levels < depth; levels++) entry = level(entry)
  return entry
}

export const pointerTo = <const To extends string, C extends Content>(
  to: To,
  content: C,
  doc: string,
  as: Wire = u32,
): Pointer<To, C> => ({ kind: "pointer", to, content, ...wireOf(as), doc })

const refsOf = (fields: Fields, prefix = ""): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const key = field.kind === "pointer" ? field.to : name
      return [key, refOf(field.kind === "pointer" ? field.content : field, `${prefix}${key}`)]
    }),
  )

const refOf = (field: Field, path: string): unknown => {
  switch (field.kind) {
    case "struct":
      return refsOf(field.fields, `${path}.`)
    case "bits":
      return Object.fromEntries(
        Object.keys(field.members).map((name) => [name, { op: "field", path: `${path}.${name}` }]),
      )
    case "message":
      return { op: "part", path, header: refsOf(field.header.fields, `${path}.header.`) }
    case "run":
    case "list":
    case "table":
    case "choice":
    case "union":
    case "optional":
      return { op: "part", path }
    default:
      return { op: "field", path }
  }
}

export const struct = <const F extends Fields>(
  doc: string,
  fields: F,
  rules: (refs: Refs<F>) => readonly FieldRule[] = () => [],
): Struct<F> => ({ kind: "struct", doc, fields, rules: rules(refsOf(fields) as Refs<F>) })

export interface LayoutOptions<F extends Fields> {
  readonly title: string
  readonly doc: string
  readonly fields: F
  readonly rules?: (refs: Refs<F>) => readonly FieldRule[]
  /** The most bytes that an input may have. */
  readonly limit: Operand
  readonly checks?: Checks
}

/**
 * Declares a format.
 *
 * @throws TypeError where the declaration says what the language cannot do, with all that is wrong with it
 */
export const layout = <const F extends Fields, const Name extends string>(
  format: Name,
  { title, doc, fields, rules, limit, checks = builtIn }: LayoutOptions<F>,
): Layout<F, Name> => {
  const bound: Expression = typeof limit === "object" ? limit : { op: "literal", value: limit }
  const nesting = nestingOf({ kind: "struct", doc, fields, rules: [] }, new Set())
  if (nesting !== undefined) throw new TypeError(`${format} cannot be a layout: ${nesting}`)
  const declared: Layout<F, Name> = { format, title, struct: struct(doc, fields, rules), limit: bound, checks }
  const problems = validate(declared)
  if (problems.length > 0) throw new TypeError(`${format} cannot be a layout: ${problems.join("; ")}`)
  return declared
}

/** The rules that keep `fields` at 0 except when `condition` holds: one rule, judged field by field. */
export const zeroUnless = (
  condition: Condition,
  fields: readonly FieldRef[],
  check: Omit<Rule, "code">,
): readonly FieldRule[] =>
  fields.map((at) => ({
    ...check,
    code: "inconsistent",
    at,
    holds: { op: "any", conditions: [condition, equal(at, 0)] },
  }))
