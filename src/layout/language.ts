import type { Rule } from "../violation/violation.js"
import type { Condition, FieldRef, PartRef } from "./expression.js"

/**
 * The language in which a format is declared once. A declaration reads like the C struct that it describes; the
 * decoders, the encoder, the io-ts types and the documents all come from it.
 */

export type Bits = 8 | 16 | 32 | 64

interface Documented {
  readonly doc: string
}

export interface Integer<B extends Bits = Bits> extends Documented {
  readonly kind: "integer"
  readonly bits: B
  readonly signed: boolean
  readonly bigEndian: boolean
  /** What one counts of: bytes, pixels, messages. Empty for identifiers. */
  readonly unit: string
}

/** One byte, 0 or 1. */
export interface BooleanByte extends Documented {
  readonly kind: "boolean"
}

/** One byte that is one of the named numbers. */
export interface Enumeration<Name extends string = string> extends Documented {
  readonly kind: "enumeration"
  readonly names: Readonly<Record<Name, number>>
}

/** A u32 that is always the same number. It carries nothing, so it has no place in a decoded state. */
export interface Constant extends Documented {
  readonly kind: "constant"
  readonly value: number
  readonly check: "magic" | "version"
}

export type Scalar = Integer | BooleanByte | Enumeration | Constant

/** `length` integers in a row. */
export interface FixedArray extends Documented {
  readonly kind: "array"
  readonly element: Integer<64>
  readonly length: number
}

/** The u32 size in bytes of the part called `of`. Decoded states carry the part itself instead. */
export interface LengthOf extends Documented {
  readonly kind: "length"
  readonly of: string
}

/** Bytes that the format does not look into. */
export interface Run {
  readonly kind: "run"
}

/** A message of which only the beginning may be there: its header once it is complete, and what follows it. */
export interface PartialMessage<H extends Fields = Fields> {
  readonly kind: "partialMessage"
  readonly header: Struct<H>
}

/** A u32 count, then that many entries. Which of two entry layouts is used, `lossy` tells. */
export interface CountedList {
  readonly kind: "countedList"
  readonly count: string
  readonly lossy: Condition
  readonly entries: { readonly lossy: Struct; readonly lossless: Struct }
}

export type Content = Run | PartialMessage | CountedList

/** A u32 offset from the blob's first byte to the part called `to`; 0 for an empty run. */
export interface Pointer<To extends string = string, C extends Content = Content> extends Documented {
  readonly kind: "pointer"
  readonly to: To
  readonly content: C
}

export type Field = Scalar | FixedArray | LengthOf | Pointer | Struct

export type Fields = { readonly [name: string]: Field }

/** What must hold between fields. Its id and sentences are its public face, `holds` is what is computed. */
export interface FieldRule extends Rule {
  readonly at: FieldRef
  readonly holds: Condition
}

export interface Struct<F extends Fields = Fields> extends Documented {
  readonly kind: "struct"
  readonly fields: F
  readonly rules: readonly FieldRule[]
}

/** A whole blob. */
export interface Layout<F extends Fields = Fields> {
  /** The name of the format, of its corpus folder and of its document. */
  readonly format: string
  /** How spice-protocol calls the struct. */
  readonly title: string
  readonly struct: Struct<F>
}

/** A field that a decoded state has a member for; constants and sizes can be derived. */
export type Member = Exclude<Field, Constant | LengthOf>

/** The members of a struct's decoded state, each under its key: a pointer's is the name of its part. */
export const membersOf = (struct: Struct): readonly (readonly [string, Member])[] =>
  Object.entries(struct.fields).flatMap(([name, field]) => {
    if (field.kind === "constant" || field.kind === "length") return []
    return [[field.kind === "pointer" ? field.to : name, field] as const]
  })

/** The references to a struct's fields that its rules are written with. */
export type Refs<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Pointer<infer To> ? To : K]: F[K] extends Struct<infer G>
    ? Refs<G>
    : F[K] extends Pointer<string, PartialMessage<infer H>>
      ? PartRef & { readonly header: Refs<H> }
      : F[K] extends Pointer
        ? PartRef
        : FieldRef
}

const refsOf = (fields: Fields, prefix = ""): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const path = `${prefix}${name}`
      if (field.kind === "struct") return [name, refsOf(field.fields, `${path}.`)]
      if (field.kind !== "pointer") return [name, { op: "field", path }]
      const part = `${prefix}${field.to}`
      const header =
        field.content.kind === "partialMessage" ? refsOf(field.content.header.fields, `${part}.header.`) : undefined
      return [field.to, { op: "part", path: part, header }]
    }),
  )

export const struct = <const F extends Fields>(
  doc: string,
  fields: F,
  rules: (refs: Refs<F>) => readonly FieldRule[] = () => [],
): Struct<F> => ({ kind: "struct", doc, fields, rules: rules(refsOf(fields) as Refs<F>) })

const integer =
  <B extends Bits>(bits: B, signed: boolean, bigEndian = false) =>
  (doc: string, unit = ""): Integer<B> => ({ kind: "integer", bits, signed, bigEndian, doc, unit })

export const u8 = integer(8, false)
export const u16 = integer(16, false)
export const u32 = integer(32, false)
export const u64 = integer(64, false)
export const i32 = integer(32, true)
export const i64 = integer(64, true)
/** Network byte order, as in a VSCMsgHeader. */
export const u32be = integer(32, false, true)

export const boolean = (doc: string): BooleanByte => ({ kind: "boolean", doc })

export const enumeration = <const Name extends string>(
  names: Readonly<Record<Name, number>>,
  doc: string,
): Enumeration<Name> => ({ kind: "enumeration", names, doc })

/** Four ASCII characters in the order in which they lie on the wire. */
export const magic = (text: string, doc: string): Constant => ({
  kind: "constant",
  value: [...text].reduceRight((value, character) => value * 256 + character.charCodeAt(0), 0),
  check: "magic",
  doc,
})

export const version = (value: number, doc: string): Constant => ({ kind: "constant", value, check: "version", doc })

export const array = (element: Integer<64>, length: number): FixedArray => ({
  kind: "array",
  element,
  length,
  doc: element.doc,
})

export const lengthOf = (of: string, doc: string): LengthOf => ({ kind: "length", of, doc })

export const run: Run = { kind: "run" }

export const partialMessage = <const H extends Fields>(header: Struct<H>): PartialMessage<H> => ({
  kind: "partialMessage",
  header,
})

export const countedList = (count: string, lossy: Condition, entries: CountedList["entries"]): CountedList => ({
  kind: "countedList",
  count,
  lossy,
  entries,
})

export const pointerTo = <const To extends string, C extends Content>(
  to: To,
  content: C,
  doc: string,
): Pointer<To, C> => ({ kind: "pointer", to, content, doc })

/** The rules that keep `fields` at 0 except when `condition` holds: one check, judged field by field. */
export const zeroUnless = (
  condition: Condition,
  fields: readonly FieldRef[],
  check: Omit<Rule, "code">,
): readonly FieldRule[] =>
  fields.map((at) => ({
    ...check,
    code: "inconsistent",
    at,
    holds: { op: "any", conditions: [condition, { op: "equal", left: at, right: { op: "literal", value: 0 } }] },
  }))

/**
 * The decoded form of a counted list: one array that holds column after column, each a field of every entry in the
 * order of its declaration. Numbers of 32 bits without a sign are kept modulo 2^32.
 */
export interface Columns {
  readonly kind: "lossy" | "lossless"
  readonly columns: Int32Array
}

type ValueOf<F> =
  F extends Integer<infer B>
    ? B extends 64
      ? bigint
      : number
    : F extends BooleanByte
      ? boolean
      : F extends Enumeration<infer Name>
        ? Name
        : F extends FixedArray
          ? readonly bigint[]
          : F extends Struct<infer G>
            ? StateOf<G>
            : F extends Pointer<string, infer C>
              ? ContentOf<C>
              : never

type ContentOf<C> = C extends Run
  ? Uint8Array
  : C extends PartialMessage<infer H>
    ? { readonly header: StateOf<H> | null; readonly data: Uint8Array }
    : C extends CountedList
      ? Columns
      : never

/** The decoded form of a struct: what its bytes say, without what can be derived (constants, sizes, offsets). */
export type StateOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Constant | LengthOf
    ? never
    : F[K] extends Pointer<infer To>
      ? To
      : K]: ValueOf<F[K]>
}
