import type { Rule } from "../violation/violation.js"
import type { Checks } from "./built-in.js"

/**
 * What a format is declared with. A declaration reads like the C struct that it describes: a struct has fields, a
 * field has a type. Fields of fixed size lie at fixed places; *parts* (runs, lists, choices, messages) have a size
 * that other fields tell, and lie inline or behind a pointer. Everything else (decoders, encoder, io-ts types,
 * generators, documents) comes from the declaration. The constructors are in fields.ts.
 */

/** A field's number on the wire; booleans are 0 and 1, enumerations their number. */
export interface FieldRef {
  readonly op: "field"
  /** Dotted, relative to the struct that declares the rule; empty for the field that a rule stands at. */
  readonly path: string
}

/** A part: a run, a list, what is behind a pointer. */
export interface PartRef {
  readonly op: "part"
  readonly path: string
}

/** An exact integer, or a word where a parameter that is one is compared. */
export type Expression =
  | FieldRef
  | { readonly op: "literal"; readonly value: number | bigint | string }
  | { readonly op: "previous"; readonly path: string; readonly first: number }
  | Parameter
  | { readonly op: "sum" | "larger"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "choose"; readonly when: Condition; readonly yes: Expression; readonly no: Expression }

/** The language of rules: expressions over the numbers on the wire and the layout's parameters. */

export interface Comparison {
  readonly op: "equal" | "atMost" | "below"
  readonly left: Expression
  readonly right: Expression
}

export type Condition =
  | Comparison
  | { readonly op: "all" | "any"; readonly conditions: readonly Condition[] }
  | { readonly op: "not"; readonly condition: Condition }
  | { readonly op: "scan"; readonly part: string; readonly scan: Chain }
  | { readonly op: "listed"; readonly parameter: WordsParameter; readonly word: string }

/**
 * What a layout has to be told, because no input says it: 3d's `struct T(UINT32 Limit)`. A parameter is declared once, with its
 * type, its default and its reason, and used in rules like a field. How emitted code reads it, its backend is told.
 */
export type Parameter = NumberParameter | WordParameter | WordsParameter

interface Declared {
  readonly op: "parameter"
  readonly name: string
  /** What it is, and why its default is what it is. */
  readonly doc: string
}

/** A number without a fraction, from `least` to `most`. */
export interface NumberParameter extends Declared {
  readonly kind: "number"
  readonly default: number
  readonly least: number
  readonly most: number
  readonly unit: string
}

/** One of some words. */
export interface WordParameter<Word extends string = string> extends Declared {
  readonly kind: "word"
  readonly words: readonly Word[]
  readonly default: Word
}

/** Some of some words. */
export interface WordsParameter<Word extends string = string> extends Declared {
  readonly kind: "words"
  readonly words: readonly Word[]
  readonly default: readonly Word[]
}

/**
 * A declared look at the bytes of a run, for what numbers alone cannot say: entries back to back to the run's end, each
 * a header and as many bytes as one of its fields says. It takes time linear in the run's size.
 */
export interface Chain {
  /** What emitted code calls it: two words or more, as in `chunksFit`. */
  readonly name: string
  readonly doc: string
  /** Fixed bytes, integers and enumerations of at most 32 bits without a sign; an entry has a value of its type in each. */
  readonly header: Struct
  /** The header's field that says how many bytes follow the header. */
  readonly length: string
  /** The most that it may say: all bytes but one of a header at least, so that entries can have any size together. */
  readonly most: number
  /**
   * Whether the run begins with an entry, or may begin with the rest of one that is partly gone. Where the first whole
   * entry begins is then not in the bytes, so every position that the rest of one entry can reach is tried.
   */
  readonly begins: "whole" | "anywhere"
}

export type Bits = 8 | 16 | 32 | 64

/** A number as it lies on the wire. */
export interface Wire<B extends Bits = Bits> {
  readonly bits: B
  readonly signed: boolean
  readonly bigEndian: boolean
}

/** In which versions of a format something is there; all of them where nothing is said. */
export interface Lifetime {
  /** The first version that has it. */
  readonly since?: number
  /** The last version that has it. */
  readonly until?: number
  /** What stands for a field in a state that comes from a version without it. */
  readonly standIn?: unknown
}

export interface Documented extends Lifetime {
  readonly doc: string
}

/** Rules that read one field stand at it; inside them the field is the empty path. */
export interface Ruled {
  readonly rules: readonly FieldRule[]
  /** The same field, with a rule more: `u32("...").must(atMost(limit), { id, code, requirement, consequence })`. */
  must(holds: (self: FieldRef) => Condition, rule: Rule): this
}

export interface IntegerType<B extends Bits = Bits> extends Documented, Wire<B> {
  readonly kind: "integer"
  /** What one counts of: bytes, pixels, messages. Empty for identifiers. */
  readonly unit: string
  /** Numbers that count nothing, under the words for what they stand for. */
  readonly words?: Readonly<Record<string, number>>
}

export interface Integer<B extends Bits = Bits> extends IntegerType<B>, Ruled {}

/** A number that is 0 or 1. */
export interface BooleanNumber extends Documented, Ruled, Wire {
  readonly kind: "boolean"
}

/** One of the named numbers. */
export interface Enumeration<Name extends string = string> extends Documented, Ruled, Wire {
  readonly kind: "enumeration"
  readonly names: Readonly<Record<Name, number>>
}

/** A number that is always the same. It carries nothing, so it has no place in a decoded state. */
export interface Constant extends Documented, Wire {
  readonly kind: "constant"
  readonly value: number | bigint
  readonly check: "magic" | "version" | "constant"
}

/** Bits of a number that stand for something of their own. Those that are reserved must be 0 and carry nothing. */
export type BitMember =
  | ({ readonly kind: "flag" } & Documented)
  | ({ readonly kind: "number"; readonly width: number } & Documented)
  | ({ readonly kind: "reserved"; readonly width: number } & Documented)

export type BitMembers = { readonly [name: string]: BitMember }

/** A number that is cut into bits, from the least significant one on; together its members have all of them. */
export interface BitField<M extends BitMembers = BitMembers> extends Documented, Wire {
  readonly kind: "bits"
  readonly members: M
}

/** What a number on the wire stands for. */
export type Scalar = IntegerType | BooleanNumber | Enumeration | Constant | BitField

/** A field that is one number. */
export type NumberField = Integer | BooleanNumber | Enumeration | Constant | BitField

/** `length` bytes that the format does not look into. */
export interface Bytes extends Documented {
  readonly kind: "bytes"
  readonly length: number
}

/** `length` times the same, back to back. */
export interface FixedArray<E extends Element = Element> extends Documented {
  readonly kind: "array"
  readonly element: E
  readonly length: number
}

/**
 * A number that follows from the part called `of`, so that a decoded state carries the part alone: its size in bytes,
 * the number of its entries, or which case of a union it is.
 */
export interface Derived extends Documented, Wire, Ruled {
  readonly kind: "length" | "count" | "tag"
  readonly of: string
}

/** The size of the whole input in bytes. */
export interface TotalSize extends Documented, Wire {
  readonly kind: "total"
}

/** Bytes that the format does not look into: as many as a length says, or all that are left. */
export interface Run extends Documented {
  readonly kind: "run"
}

/** A message of which only the beginning may be there: its header once it is complete, and what follows it. */
export interface Message<H extends Fields = Fields> extends Documented {
  readonly kind: "message"
  readonly header: Struct<H>
}

/** Entries behind one another: as many as a count says, or as fill the bytes that a length says, or all that are left. */
export interface List<E extends Element = Element> extends Documented {
  readonly kind: "list"
  readonly entry: E
  /** The name of a u32 count in front of the entries, where they have one of their own. */
  readonly counted: string | undefined
}

/**
 * A list of integers of at most 32 bits, which decodes into columns. Where there are several kinds of entry, the first
 * whose condition holds is the one; the last has none.
 */
export interface Table<Name extends string = string> extends Documented {
  readonly kind: "table"
  readonly counted: string | undefined
  readonly variants: readonly Case<Name, Struct>[]
}

/** One of the forms that something takes, and when. */
export interface Case<Name extends string = string, F extends Field = Field> {
  readonly name: Name
  readonly when: Condition | undefined
  readonly is: F
}

/** One of several contents: the first whose condition holds; the last has none. Conditions read fields before it. */
export interface Choice<C extends Fields = Fields> extends Documented {
  readonly kind: "choice"
  readonly cases: readonly Case<Extract<keyof C, string>>[]
  /** Only for its type. */
  readonly contents: C
}

/** One of several contents: the one whose number stands in the tag. */
export interface Union<C extends Fields = Fields> extends Documented {
  readonly kind: "union"
  readonly contents: C
  readonly tags: { readonly [K in keyof C]: number }
}

/** Something that is there only where a condition holds. It reads fields before it. */
export interface Optional<F extends Field = Field> extends Documented {
  readonly kind: "optional"
  readonly when: Condition
  readonly content: F
}

/** The content of the innermost level of a nested list: there must be none. */
export interface Bottom extends Documented {
  readonly kind: "bottom"
}

/** What can be behind a pointer. */
export type Content = Run | Message | List | Table

/** What is of no fixed size, and how large it is other fields say. */
export type Part = Content | Choice | Union | Optional

/** What a list or an array repeats. */
export type Element = NumberField | Bytes | FixedArray | Struct | Part | Bottom

/** The offset, from the input's first byte, of the part called `to`; 0 where it is known to be empty without a look at it. */
export interface Pointer<To extends string = string, C extends Content = Content> extends Documented, Wire {
  readonly kind: "pointer"
  readonly to: To
  readonly content: C
}

export type Field = NumberField | Bytes | FixedArray | Derived | TotalSize | Pointer | Struct | Part | Bottom

export type Fields = { readonly [name: string]: Field }

/** What must hold between fields. Its id and sentences are its public face, `holds` is what is computed. */
export interface FieldRule extends Rule, Lifetime {
  /** The field at fault. */
  readonly at: FieldRef
  readonly holds: Condition
}

export interface Struct<F extends Fields = Fields> extends Documented {
  readonly kind: "struct"
  readonly fields: F
  readonly rules: readonly FieldRule[]
}

/** A whole input. */
export interface Layout<F extends Fields = Fields, Name extends string = string> {
  /** The name of the format, of its corpus folder and of its document. */
  readonly format: Name
  /** What its own documents call the struct. */
  readonly title: string
  readonly struct: Struct<F>
  /** The most bytes that an input may have: a parameter or a number. */
  readonly limit: Expression
  /** The rules that hold by construction, with the consequences that they have for this format's readers. */
  readonly checks: Checks
}

/** A field that a decoded state has a member for; what can be derived has none. */
export type Member = Exclude<Field, Constant | Derived | TotalSize>

/** The members of a struct's decoded state, each under its key: a pointer's is the name of its part. */
export const membersOf = (struct: Struct): readonly (readonly [string, Member])[] =>
  Object.entries(struct.fields).flatMap(([name, field]): readonly (readonly [string, Member])[] => {
    switch (field.kind) {
      case "constant":
      case "length":
      case "count":
      case "tag":
      case "total":
        return []
      case "pointer":
        return [[field.to, field]]
      default:
        return [[name, field]]
    }
  })

/** The fields right inside a field. */
export const contentsOf = (field: Field): readonly Field[] => {
  switch (field.kind) {
    case "struct":
      return Object.values(field.fields)
    case "pointer":
    case "optional":
      return [field.content]
    case "message":
      return [field.header]
    case "list":
      return [field.entry]
    case "array":
      return [field.element]
    case "table":
      return field.variants.map(({ is }) => is)
    case "choice":
    case "union":
      return Object.values(field.contents)
    default:
      return []
  }
}

/** All that has a lifetime in a field: itself, its rules, its bits and what is inside it. */
export const lifetimesOf = (field: Field): readonly Lifetime[] => [
  field,
  ...(field.kind === "struct" ? field.rules : []),
  ...(field.kind === "bits" ? Object.values(field.members) : []),
  ...contentsOf(field).flatMap(lifetimesOf),
]

/** The references to a struct's fields that its rules are written with. What is inside a part has rules of its own. */
export type Refs<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Pointer<infer To> ? To : K]: F[K] extends Struct<infer G>
    ? Refs<G>
    : F[K] extends BitField<infer M>
      ? { readonly [N in keyof M]: FieldRef }
      : F[K] extends Pointer<string, Message<infer H>> | Message<infer H>
        ? PartRef & { readonly header: Refs<H> }
        : F[K] extends Pointer | Part
          ? PartRef
          : FieldRef
}

/**
 * The decoded form of a table: one array that holds column after column, each a field of every entry in the order of
 * its declaration. Numbers of 32 bits without a sign are kept modulo 2^32.
 */
export interface Columns<Name extends string = string> {
  readonly kind: Name
  readonly columns: Int32Array
}

/** The decoded form of a field. */
export type ValueOf<F> =
  F extends Integer<infer B>
    ? B extends 64
      ? bigint
      : number
    : F extends BooleanNumber
      ? boolean
      : F extends Enumeration<infer Name>
        ? Name
        : F extends BitField<infer M>
          ? BitsOf<M>
          : F extends Bytes | Run
            ? Uint8Array
            : F extends FixedArray<infer E> | List<infer E>
              ? readonly ValueOf<E>[]
              : F extends Struct<infer G>
                ? StateOf<G>
                : F extends Pointer<string, infer C>
                  ? ValueOf<C>
                  : F extends Message<infer H>
                    ? { readonly header: StateOf<H> | null; readonly data: Uint8Array }
                    : F extends Table<infer Name>
                      ? Columns<Name>
                      : F extends Optional<infer C>
                        ? ValueOf<C> | null
                        : F extends Union<infer C> | Choice<infer C>
                          ? { readonly [K in keyof C]: { readonly kind: K; readonly value: ValueOf<C[K]> } }[keyof C]
                          : never

type BitsOf<M extends BitMembers> = {
  readonly [K in keyof M as M[K] extends { kind: "reserved" } ? never : K]: M[K] extends { kind: "flag" }
    ? boolean
    : number
}

/** The decoded form of a struct: what its bytes say, without what can be derived (constants, sizes, offsets). */
export type StateOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Constant | Derived | TotalSize
    ? never
    : F[K] extends Pointer<infer To>
      ? To
      : K]: ValueOf<F[K]>
}

/** The decoded form of what a layout describes. */
export type State<L extends Layout> = StateOf<L["struct"]["fields"]>
