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
const ruled = <T extends object>(field: T): T & Ruled => ({
  ...field,
  rules: [],
  must(holds, rule) {
    return { ...this, rules: [...this.rules, { ...rule, at: self, holds: holds(self) }] }
  },
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

/**
 * Declares an unsigned integer of 8 bits.
 *
 * @example
 * L.u8("A number.").bits
 * // 8
 * @since 0.6.0
 */
export const u8 = integer(8, false)
/**
 * Declares an unsigned integer of 16 bits, little-endian.
 *
 * @example
 * L.u16("A number.").bits
 * // 16
 * @since 0.6.0
 */
export const u16 = integer(16, false)
/**
 * Declares an unsigned integer of 32 bits, little-endian.
 *
 * @example
 * L.u32("A number.").bits
 * // 32
 * @since 0.6.0
 */
export const u32 = integer(32, false)
/**
 * Declares an unsigned integer of 64 bits, little-endian. It decodes into a bigint.
 *
 * @example
 * L.u64("A number.").bits
 * // 64
 * @since 0.6.0
 */
export const u64 = integer(64, false)
/**
 * Declares a signed integer of 8 bits.
 *
 * @example
 * L.i8("A number.").bits
 * // 8
 * @since 0.6.0
 */
export const i8 = integer(8, true)
/**
 * Declares a signed integer of 16 bits, little-endian.
 *
 * @example
 * L.i16("A number.").bits
 * // 16
 * @since 0.6.0
 */
export const i16 = integer(16, true)
/**
 * Declares a signed integer of 32 bits, little-endian.
 *
 * @example
 * L.i32("A number.").bits
 * // 32
 * @since 0.6.0
 */
export const i32 = integer(32, true)
/**
 * Declares a signed integer of 64 bits, little-endian. It decodes into a bigint.
 *
 * @example
 * L.i64("A number.").bits
 * // 64
 * @since 0.6.0
 */
export const i64 = integer(64, true)
/**
 * Declares an unsigned integer of 16 bits, big-endian.
 *
 * @example
 * L.u16be("A number.").bits
 * // 16
 * @since 0.6.0
 */
export const u16be = integer(16, false, true)
/**
 * Declares an unsigned integer of 32 bits, big-endian.
 *
 * @example
 * L.u32be("A number.").bits
 * // 32
 * @since 0.6.0
 */
export const u32be = integer(32, false, true)
/**
 * Declares an unsigned integer of 64 bits, big-endian. It decodes into a bigint.
 *
 * @example
 * L.u64be("A number.").bits
 * // 64
 * @since 0.6.0
 */
export const u64be = integer(64, false, true)
/**
 * Declares a signed integer of 16 bits, big-endian.
 *
 * @example
 * L.i16be("A number.").bits
 * // 16
 * @since 0.6.0
 */
export const i16be = integer(16, true, true)
/**
 * Declares a signed integer of 32 bits, big-endian.
 *
 * @example
 * L.i32be("A number.").bits
 * // 32
 * @since 0.6.0
 */
export const i32be = integer(32, true, true)
/**
 * Declares a signed integer of 64 bits, big-endian. It decodes into a bigint.
 *
 * @example
 * L.i64be("A number.").bits
 * // 64
 * @since 0.6.0
 */
export const i64be = integer(64, true, true)

/** The wire alone of what may be a whole constructor. */
const wireOf = <B extends Bits>({ bits, signed, bigEndian }: Wire<B>): Wire<B> => ({ bits, signed, bigEndian })

/**
 * Declares a number that is 0 or 1, of 8 bits unless said otherwise. Every other number is refused.
 *
 * @example
 * L.boolean("Whether it is on.", L.u32).bits
 * // 32
 * @since 0.6.0
 */
export const boolean = (doc: string, as: Wire = u8): BooleanNumber => ruled({ kind: "boolean", ...wireOf(as), doc })

/**
 * Declares one of some named numbers, of 8 bits unless said otherwise. It decodes into the name.
 *
 * @example
 * L.enumeration({ idle: 0, busy: 3 }, "What it does.").names.busy
 * // 3
 * @since 0.6.0
 */
export const enumeration = <const Name extends string>(
  names: Readonly<Record<Name, number>>,
  doc: string,
  as: Wire = u8,
): Enumeration<Name> => ruled({ kind: "enumeration", names, ...wireOf(as), doc })

/**
 * Declares the ASCII characters that a format begins with, in the order in which they lie on the wire: 1, 2, 4 or 8 of them.
 *
 * @throws TypeError for any other number of characters
 * @example
 * L.magic("BM", "A bitmap.").value
 * // 0x4d42
 * @since 0.6.0
 */
export const magic = (text: string, doc: string): Constant => {
  const value = [...text].reduceRight((sum, character) => sum * 256n + BigInt(character.charCodeAt(0)), 0n)
  const wires: Readonly<Record<number, Wire>> = { 1: u8, 2: u16, 4: u32, 8: u64 }
  const wire = wires[text.length]
  if (wire === undefined) throw new TypeError(`a magic has 1, 2, 4 or 8 characters, not ${text.length}`)
  return { kind: "constant", value: wire.bits === 64 ? value : Number(value), ...wireOf(wire), check: "magic", doc }
}

/**
 * Declares a number that must be the only version there is, of 32 bits unless said otherwise.
 *
 * @example
 * L.version(2, "The format's version.").value
 * // 2
 * @since 0.6.0
 */
export const version = (value: number, doc: string, as: Wire = u32): Constant => ({
  kind: "constant",
  value,
  ...wireOf(as),
  check: "version",
  doc,
})

/**
 * Declares a number that is always the same. A decoded state has no member for it.
 *
 * @example
 * L.constant(0xff, "The marker.", L.u8).value
 * // 255
 * @since 0.6.0
 */
export const constant = (value: number | bigint, doc: string, as: Wire): Constant => ({
  ...version(0, doc, as),
  value,
  check: "constant",
})

/**
 * Declares a bit of {@link bits} that decodes into a boolean.
 *
 * @example
 * L.flag("Whether more follows.")
 * // { kind: "flag", doc: "Whether more follows." }
 * @since 0.6.0
 */
export const flag = (doc: string): Extract<BitMember, { kind: "flag" }> => ({ kind: "flag", doc })
/**
 * Declares some bits of {@link bits}, from 1 to 32, that decode into a number.
 *
 * @example
 * L.bit(3, "The priority.").width
 * // 3
 * @since 0.6.0
 */
export const bit = (width: number, doc: string): Extract<BitMember, { kind: "number" }> => ({
  kind: "number",
  width,
  doc,
})
/**
 * Declares bits of {@link bits} that must be 0. A decoded state has no member for them.
 *
 * @example
 * L.reserved(4).width
 * // 4
 * @since 0.6.0
 */
export const reserved = (width: number, doc = "Reserved."): Extract<BitMember, { kind: "reserved" }> => ({
  kind: "reserved",
  width,
  doc,
})

/**
 * Declares a number that is cut into bits, from the least significant one on. Together the members have all of its bits.
 *
 * @example
 * L.bits({ more: L.flag("More follows."), kind: L.bit(7, "Which.") }, "Options.").bits
 * // 8
 * @since 0.6.0
 */
export const bits = <const M extends BitMembers>(members: M, doc: string, as: Wire = u8): BitField<M> => ({
  kind: "bits",
  members,
  ...wireOf(as),
  doc,
})

/**
 * Declares a fixed number of bytes that the format does not look into.
 *
 * @example
 * L.bytes(16, "A UUID.").length
 * // 16
 * @since 0.6.0
 */
export const bytes = (length: number, doc: string): Bytes => ({ kind: "bytes", length, doc })

/**
 * Declares the same thing a fixed number of times, back to back.
 *
 * @example
 * L.array(L.u16("A channel's level."), 4).length
 * // 4
 * @since 0.6.0
 */
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

/**
 * Declares the size in bytes of a part that follows, of 32 bits unless said otherwise. Encoding works it out.
 *
 * @example
 * L.lengthOf("payload", "Its size.", L.u16be).of
 * // "payload"
 * @since 0.6.0
 */
export const lengthOf = derived("length", u32)
/**
 * Declares the number of entries of a list or table that follows, of 32 bits unless said otherwise. Encoding works it out.
 *
 * @example
 * L.countOf("items", "How many.").bits
 * // 32
 * @since 0.6.0
 */
export const countOf = derived("count", u32)
/**
 * Declares the number that says which case of a union follows, of 8 bits unless said otherwise. Encoding works it out.
 *
 * @example
 * L.tagOf("body", "What it is.").of
 * // "body"
 * @since 0.6.0
 */
export const tagOf = derived("tag", u8)

/**
 * Declares the size of the whole input in bytes, of 32 bits unless said otherwise. Encoding works it out.
 *
 * @example
 * L.totalSize("The file's size.").bits
 * // 32
 * @since 0.6.0
 */
export const totalSize = (doc: string, as: Wire = u32): TotalSize => ({ kind: "total", ...wireOf(as), doc })

/**
 * Declares bytes that the format does not look into: as many as a length says, or all that are left.
 *
 * @example
 * L.run("The payload.").kind
 * // "run"
 * @since 0.6.0
 */
export const run = (doc = ""): Run => ({ kind: "run", doc })

/**
 * Declares a message of which only the beginning may be there: a header once it is complete, and the bytes that follow.
 *
 * @example
 * L.message(L.struct("A header.", { type: L.u8("Its type.") })).header.fields.type.bits
 * // 8
 * @since 0.6.0
 */
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

/**
 * Declares entries behind one another: as many as a count says, or as fill a length or what is left.
 *
 * @example
 * L.list(L.u16("An id."), { counted: "n" }).counted
 * // "n"
 * @since 0.6.0
 */
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
 * Declares a list of integers of at most 32 bits that decodes into columns: many times faster than entries one by one. Each
 * kind of entry but the last stands beside its condition.
 *
 * @example
 * L.table({ row: L.struct("A point.", { x: L.i32("Across."), y: L.i32("Down.") }) }).variants[0]?.name
 * // "row"
 * @since 0.6.0
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

/**
 * Declares one of several contents, by conditions on fields before it; the last content has none.
 *
 * @example
 * L.choice({ long: [L.equal(L.field("is_long"), 1), L.u32("Long.")], short: L.u8("Short.") }).cases.length
 * // 2
 * @since 0.6.0
 */
export const choice = <const C extends Cases<Field>>(cases: C, doc = ""): Choice<ContentsOf<C>> => {
  const all = casesOf(cases)
  return {
    kind: "choice",
    cases: all as Choice<ContentsOf<C>>["cases"],
    contents: Object.fromEntries(all.map(({ name, is }) => [name, is])) as ContentsOf<C>,
    doc,
  }
}

/**
 * Declares one of several contents, each beside the number that stands for it in the tag.
 *
 * @example
 * L.union({ ping: [1, L.u32("A cookie.")], bye: [2, L.struct("Nothing.", {})] }).tags.bye
 * // 2
 * @since 0.6.0
 */
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

/**
 * Declares something that is there only where a condition on fields before it holds. It decodes into null where it is not.
 *
 * @example
 * L.optional(L.equal(L.field("version"), 2), L.u32("New in 2.")).content.bits
 * // 32
 * @since 0.6.0
 */
export const optional = <const F extends Field>(when: Condition, content: F): Optional<F> => ({
  kind: "optional",
  when,
  content,
  doc: content.doc,
})

const bottom: Bottom = { kind: "bottom", doc: "Nothing: lists are nested no deeper." }

/**
 * Declares an entry that holds lists of its own kind, `depth` levels of them: at the innermost level these lists must be
 * empty. The declaration is unrolled, so that no decoder calls itself.
 *
 * @example
 * L.nested(3, (inner) => L.struct("A node.", { children: L.list(inner, { counted: "n" }) })).kind
 * // "struct"
 * @since 0.6.0
 */
export const nested = <S extends Struct>(depth: number, level: (inner: Struct) => S): S => {
  let entry = level(bottom as unknown as Struct)
  for (let levels = 1; levels < depth; levels++) entry = level(entry)
  return entry
}

/**
 * Declares the offset, from the input's first byte, of a part behind the fixed one, of 32 bits unless said otherwise. The
 * part decodes under the name `to`; the pointer to an empty part must be 0.
 *
 * @example
 * L.pointerTo("name", L.run(), "Where the name lies.").to
 * // "name"
 * @since 0.6.0
 */
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

/**
 * Declares fields behind one another, and the rules between them.
 *
 * @example
 * L.struct("A range.", { from: L.u8("First."), to: L.u8("Last.") }).fields.to.bits
 * // 8
 * @since 0.6.0
 */
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
 * Declares a format. Everything else is made of the declaration: {@link decode}, {@link check}, {@link encode},
 * {@link codecOf}, {@link describe}, {@link emitTypeScript}, {@link emitC}.
 *
 * @param format - its name: lower-case letters, digits and dashes
 * @throws TypeError where the declaration says what the language cannot do, with all that is wrong with it
 * @example
 * const note = L.layout("note", {
 *   title: "A note",
 *   doc: "Text with a priority.",
 *   limit: 1024,
 *   fields: {
 *     magic: L.magic("NOTE", "The format."),
 *     priority: L.u8("How urgent it is.").must(L.atMost(5), {
 *       id: "note/priority",
 *       code: "out-of-range",
 *       requirement: "The priority must be at most 5.",
 *       consequence: "A reader that does not look takes it for an index.",
 *     }),
 *     text_size: L.lengthOf("text", "The text's size in bytes.", L.u16be),
 *     text: L.run("The text."),
 *   },
 * })
 * L.decode(note, Uint8Array.of(0x4e, 0x4f, 0x54, 0x45, 3, 0, 2, 104, 105))
 * // E.right({ priority: 3, text: Uint8Array.of(104, 105) })
 * @since 0.6.0
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

/**
 * Makes the rules that keep `fields` at 0 except when `condition` holds: one rule, judged field by field.
 *
 * @example
 * L.zeroUnless(L.equal(L.field("on"), 1), [L.field("level")], { id: "lamp/dark", requirement: "It must be 0.", consequence: "None." })[0]?.code
 * // "inconsistent"
 * @since 0.6.0
 */
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
