import type { Rule } from "../violation/violation.js"
import type { Plan } from "./plan.js"
import type { BitMember, Chain, NumberParameter, Parameter, Scalar, WordParameter, WordsParameter } from "./types.js"

/**
 * What a decoder does, one step after the other: the order of judging, said once. The interpreter runs the steps, each
 * backend writes them down in its language; that all find the same first violation follows. Everything is resolved:
 * numbers are locals, expressions have types, places are an offset and a length, rules are indexes into one table.
 * Nothing is read before its bounds were checked, no step goes back, and no loop is without a bound.
 */
export interface Program {
  readonly plan: Plan
  /** Every rule that it can refuse by, those that hold by construction first; steps name them by index. */
  readonly checks: readonly Rule[]
  /** What it has to be told, in the order of its first use. */
  readonly parameters: readonly Parameter[]
  /** What decides whether the rest is worth reading. */
  readonly opening: readonly Step[]
  /** Takes the input apart, and judges what stands in the scopes inside the root one. */
  readonly reading: readonly Step[]
  /** The rules of the root scope. */
  readonly judging: readonly Require[]
  /** What is decoded where nothing was refused. */
  readonly value: Value
}

/** A number that the decoder has; no two of a program have one name. Paths have `[]` for the entries that they are in. */
export interface Local {
  readonly name: string
  readonly type: NumberType
}

/** The least and the greatest that a number can be. One that is wide may need 64 bits: it is a bigint in TypeScript. */
export interface NumberType {
  readonly from: bigint
  readonly to: bigint
  readonly wide: boolean
}

/** A place's first byte: a local, or the input's first byte, and a number of bytes behind it. */
export interface Offset {
  readonly base: Local | undefined
  readonly plus: number
}

/** A path with `[]` for each index that is only known at run time. */
export interface Path {
  readonly pattern: string
  readonly indexes: readonly Local[]
}

export interface PlaceTerm {
  readonly path: Path
  readonly at: Offset
  readonly length: Term
}

/** An exact integer. Both operands of an operation are wide, or none is. */
export type Term = { readonly type: NumberType } & (
  | { readonly op: "literal"; readonly value: bigint }
  | { readonly op: "local"; readonly local: Local }
  | { readonly op: "parameter"; readonly parameter: NumberParameter }
  | { readonly op: "sum" | "difference" | "larger"; readonly left: Term; readonly right: Term }
  /** Division and multiplication by what is known to be positive: the quotient is rounded down. */
  | { readonly op: "quotient" | "remainder" | "product"; readonly of: Term; readonly by: number }
  | { readonly op: "choose"; readonly when: Test; readonly yes: Term; readonly no: Term }
  /** A narrow number as a wide one. */
  | { readonly op: "widen"; readonly of: Term }
  /** A wide number as a narrow one; beyond 2^53 it may be rounded, and is only compared with sizes of what is in memory. */
  | { readonly op: "narrow"; readonly of: Term }
)

export type Test =
  | { readonly op: "equal" | "atMost" | "below"; readonly left: Term; readonly right: Term }
  | { readonly op: "is"; readonly parameter: WordParameter; readonly word: string }
  | { readonly op: "listed"; readonly parameter: WordsParameter; readonly word: string }
  | { readonly op: "all" | "any"; readonly tests: readonly Test[] }
  | { readonly op: "not"; readonly test: Test }
  /** A look at a run, which ends at `end` and was placed where that is known. */
  | { readonly op: "scan"; readonly scan: Chain; readonly at: Offset; readonly length: Term; readonly end: Offset }

/**
 * What an interpreter that collects every violation does after one: nothing more; no more reading; forget the number,
 * so that nothing is judged that reads it; go on. A decoder that stops at the first violation needs none of it.
 */
export type OnFailure = "end" | "stop" | "forget" | "go on"

export type Step =
  | Read
  | Extract
  | { readonly op: "let"; readonly into: Local; readonly term: Term }
  | Require
  | Point
  /** Claims bytes that nothing looks into. */
  | { readonly op: "claim"; readonly place: PlaceTerm }
  | When
  | Choose
  | Each

/** Reads a number. `judged` says whether a test or a term reads it; one that is not may as well be read when the value is built. */
export interface Read {
  readonly op: "read"
  readonly into: Local
  readonly type: Scalar
  readonly path: Path
  readonly at: Offset
}

/** Takes `width` bits of a number, from bit `shift` on. */
export interface Extract {
  readonly op: "extract"
  readonly into: Local
  readonly from: Local
  readonly shift: number
  readonly width: number
  readonly member: BitMember
}

/** Refuses the input unless a test holds. */
export interface Require {
  readonly op: "require"
  readonly check: number
  readonly holds: Test
  readonly place: PlaceTerm
  readonly actual: Term | undefined
  readonly expected: Term | undefined
  readonly failure: OnFailure
  /** The number that is not to be relied on where it does not hold. */
  readonly about: Local | undefined
}

/**
 * Refuses the input unless a pointer is the offset at which its part begins. Where `empty` holds, it must be 0;
 * otherwise the check is range, overlap or gap, by where it points.
 */
export interface Point {
  readonly op: "point"
  readonly pointer: Local
  readonly place: PlaceTerm
  readonly start: Offset
  readonly empty: Test | undefined
  /** Bytes of the fixed part, which no pointer points into. */
  readonly fixed: number
  readonly checks: { readonly empty: number; readonly range: number; readonly overlap: number; readonly gap: number }
}

/** Steps that are only taken where a test holds; otherwise the `zeros` are 0. */
export interface When {
  readonly op: "when"
  readonly test: Test
  readonly zeros: readonly Local[]
  readonly then: readonly Step[]
  readonly otherwise: readonly Step[]
}

/** Takes the steps of the first case whose test holds; the last has none. */
export interface Choose {
  readonly op: "choose"
  readonly path: Path
  readonly cases: readonly ChosenCase[]
  /** Where what was chosen ends, set in every case; undefined where that is known before. */
  readonly end: Local | undefined
  /** The name of the value that comes out. */
  readonly into: string
}

export interface ChosenCase {
  readonly name: string
  readonly test: Test | undefined
  readonly steps: readonly Step[]
  readonly next: Offset
  readonly value: Value
}

/** Takes the steps for each entry of a list. */
export interface Each {
  readonly op: "each"
  readonly path: Path
  readonly index: Local
  /** Where the entry begins. */
  readonly at: Local
  readonly start: Offset
  /** How many there are; where undefined, they go on until `until`, which the last one reaches exactly. */
  readonly count: Term | undefined
  readonly until: Offset | undefined
  /** Bytes of each entry, where all have as many. */
  readonly stride: number | undefined
  /** Numbers of the entry before, with what stands in for them in the first one. */
  readonly previous: readonly { readonly of: Local; readonly into: Local; readonly first: bigint }[]
  readonly steps: readonly Step[]
  /** Where the next entry begins. */
  readonly next: Offset
  /** Where the list ends, set behind the loop where entries differ in size. */
  readonly end: Local | undefined
  readonly entry: Value
  /** The numbers of each entry that become columns, where it is a table. */
  readonly columns: readonly Local[] | undefined
  /** The name of the value that comes out: an array of entries, or an Int32Array of columns. */
  readonly into: string
}

/** How the decoded value is made of what was read. Only backends that hand out values care. */
export type Value =
  | { readonly op: "number"; readonly of: Local; readonly type: Scalar | BitMember; readonly at: Offset }
  | { readonly op: "bytes"; readonly at: Offset; readonly length: Term }
  | { readonly op: "struct"; readonly members: readonly (readonly [string, Value])[] }
  | { readonly op: "array"; readonly items: readonly Value[] }
  | { readonly op: "either"; readonly test: Test; readonly yes: Value; readonly no: Value }
  /** `{ kind, columns }` or `{ kind, value }`. */
  | { readonly op: "kind"; readonly kind: string; readonly member: "columns" | "value"; readonly of: Value }
  | { readonly op: "built"; readonly name: string }
  | { readonly op: "null" }
