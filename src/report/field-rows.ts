import { type Claim, interpret, type Reading } from "../layout/interpret.js"
import type { Arguments } from "../layout/parameters.js"
import { type PlannedField, type PlannedPart, planOf, type Scope } from "../layout/plan.js"
import type { BitField, Layout, Scalar } from "../layout/types.js"
import type { Violation } from "../violation/violation.js"

/**
 * One field of an input, or bytes that no field claims: what explanations in hex, JSON, HTML and the explorer show.
 * The rows of an input have each of its bytes once, in order.
 */
export interface FieldRow {
  /** In the format's own names, such as `surfaces[3].id`; empty for bytes that no field claims. */
  readonly path: string
  /** In bytes, from the input's first one. */
  readonly offset: number
  readonly length: number
  /** The type of a number; undefined for bytes. */
  readonly type: Scalar | undefined
  /** The number on the wire, also of a boolean or an enumeration; undefined for bytes. */
  readonly value: number | bigint | undefined
  /** The value for a reader: `true`, `1 (discard)`, `4294967295 (unlimited)`, `"MNMD"`, `35 bytes`. */
  readonly text: string
  /** What the number counts: bytes, pixels, messages. Empty where it counts nothing. */
  readonly unit: string
  /** One sentence from the declaration. */
  readonly meaning: string
  /** What lies where a pointer points; undefined for other fields, and for a pointer that is 0. */
  readonly pointsTo: Pointed | undefined
  /** Those whose first byte lies in the row. */
  readonly violations: readonly Violation[]
}

export interface Pointed {
  /** The pointer's part where it is there; otherwise the field that lies there, or nothing for bytes without a field. */
  readonly path: string
  /** The number of the pointer, which may lie behind the input's end. */
  readonly offset: number
  /** Bytes from there to the end of the part or field; 0 outside the input. */
  readonly length: number
}

/** An input field by field. */
export interface FieldRows {
  readonly rows: readonly FieldRow[]
  /** All of them, in the order in which they are judged; empty for an input that is accepted. */
  readonly violations: readonly Violation[]
  /** Those of them that are about the input as a whole: they are in no row. */
  readonly overall: readonly Violation[]
}

/** An input field by field, and what it says. */
export interface ReadFields extends FieldRows {
  /** The decoded state of an accepted input; undefined for a refused one. */
  readonly state: unknown
}

/** Takes an input apart, field by field, by its layout. It never throws, and takes time linear in the input's size. */
export const fieldsOf = (layout: Layout, bytes: Uint8Array, given: Arguments = {}): ReadFields => {
  const reading = interpret(layout, bytes, given)
  return { ...claimRows(bytes, reading, new Map(meaningsIn(planOf(layout), ""))), state: reading.state }
}

/** The row that has a byte; undefined for one outside the input. */
export const rowAt = (rows: readonly FieldRow[], offset: number): FieldRow | undefined => rows[indexAt(rows, offset)]

const indexAt = (rows: readonly Pick<FieldRow, "offset" | "length">[], offset: number): number => {
  let [low, high] = [0, rows.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const { offset: first, length } = rows[middle] ?? { offset: 0, length: 0 }
    if (offset < first) high = middle - 1
    else if (offset < first + length) return middle
    else low = middle + 1
  }
  return -1
}

/** What a declaration says of a field beside its type. */
interface Meaning {
  readonly doc: string
  /** For a pointer, its own path and its part's, both relative to the same scope. */
  readonly pointer: { readonly path: string; readonly part: string } | undefined
}

/** What a declaration says of each path, with empty brackets for whatever index. */
const meaningsIn = (scope: Scope, at: string): readonly (readonly [string, Meaning])[] => {
  const named = (path: string) => (path === "" ? at : at === "" ? path : `${at}.${path}`)
  const ofField = ({ path, doc, role }: PlannedField): readonly [string, Meaning] => [
    pattern(named(path)),
    { doc, pointer: role?.of === "pointer" ? { path, part: role.part } : undefined },
  ]
  const ofPart = (part: PlannedPart): readonly (readonly [string, Meaning])[] => {
    const path = named(part.path)
    switch (part.kind) {
      case "block":
        return part.fields.map(ofField)
      case "run":
        return [[path, { doc: part.doc, pointer: undefined }], ...(part.header?.fields ?? []).map(ofField)]
      case "list": {
        const entries = part.variants.flatMap(({ entry }) =>
          entry === undefined ? [] : meaningsIn(entry, `${path}[]`),
        )
        if (!part.counted || typeof part.count !== "object") return entries
        return [ofField({ ...part.count, doc: "How many entries follow." }), ...entries]
      }
      case "choice":
        return part.cases.flatMap(({ name, scope: inner }) =>
          inner === undefined ? [] : meaningsIn(inner, part.optional ? path : `${path}.${name}`),
        )
      case "group":
        return meaningsIn(part.scope, path)
    }
  }
  return [...scope.fields.map(ofField), ...scope.parts.flatMap(ofPart)]
}

const pattern = (path: string): string => path.replace(/\[\d+\]/g, "[]")

/** A row before it is known what lies where it points and what is wrong with it. */
type Bare = Omit<FieldRow, "pointsTo" | "violations">

/** The rows of claims; of those of an input whose layout nobody looked at, there is nothing but bytes without a field. */
export const claimRows = (
  bytes: Uint8Array,
  { claims, violations }: Pick<Reading, "claims" | "violations">,
  meanings: ReadonlyMap<string, Meaning> = new Map(),
): FieldRows => {
  const bare = withUnclaimed(
    claims.map((claim) => bareRow(claim, meanings.get(pattern(claim.path)))),
    bytes.length,
  )
  const found = new Map<number, Violation[]>()
  const overall: Violation[] = []
  for (const violation of violations) {
    const index = indexAt(bare, Math.min(violation.offset, bytes.length - 1))
    if (index < 0 || (violation.path === "" && violation.offset === 0)) overall.push(violation)
    else found.set(index, [...(found.get(index) ?? []), violation])
  }
  const rows = bare.map((row, index) => ({
    ...row,
    pointsTo: pointedBy(row, meanings.get(pattern(row.path))?.pointer, bare),
    violations: found.get(index) ?? [],
  }))
  return { rows, violations, overall }
}

const bareRow = (
  { path, offset, length, type, value }: Claim,
  { doc, pointer }: Meaning = { doc: "", pointer: undefined },
): Bare => {
  const isNull = pointer !== undefined && Number(value) === 0
  const text = type === undefined || value === undefined ? bytesText(length) : valueText(type, value)
  const unit = type?.kind === "integer" && pointer === undefined ? type.unit : ""
  return { path, offset, length, type, value, text: isNull ? "0 (nothing)" : text, unit, meaning: doc }
}

/** Every byte once: the rows of fields, and what lies between and behind them. */
const withUnclaimed = (claimed: readonly Bare[], size: number): readonly Bare[] => {
  const rows: Bare[] = []
  let cursor = 0
  const unclaimed = (end: number) => {
    if (end === cursor) return
    const place = { path: "", offset: cursor, length: end - cursor, type: undefined, value: undefined }
    rows.push(bareRow(place, { doc: "No field claims these bytes.", pointer: undefined }))
  }
  for (const row of [...claimed].sort((one, other) => one.offset - other.offset)) {
    unclaimed(row.offset)
    rows.push(row)
    cursor = row.offset + row.length
  }
  unclaimed(size)
  return rows
}

const pointedBy = ({ path, value }: Bare, pointer: Meaning["pointer"], rows: readonly Bare[]): Pointed | undefined => {
  if (pointer === undefined || value === undefined || Number(value) === 0) return undefined
  const offset = Number(value)
  const part = `${path.slice(0, path.length - pointer.path.length)}${pointer.part}`
  const first = indexAt(rows, offset)
  const there = rows[first]
  if (there === undefined) return { path: "", offset, length: 0 }
  if (there.offset !== offset || !isWithin(part, there.path))
    return { path: there.path, offset, length: there.offset + there.length - offset }
  let end = offset
  for (let index = first; isWithin(part, rows[index]?.path ?? ""); index++) end += rows[index]?.length ?? 0
  return { path: part, offset, length: end - offset }
}

const isWithin = (part: string, path: string): boolean =>
  path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`)

const bytesText = (length: number): string => `${length} ${length === 1 ? "byte" : "bytes"}`

const valueText = (type: Scalar, value: number | bigint): string => {
  switch (type.kind) {
    case "boolean":
      return value === 0 || value === 1 ? String(value === 1) : String(value)
    case "enumeration":
      return withWord(value, type.names)
    case "integer":
      return withWord(value, type.words ?? {})
    case "bits":
      return `${value}${bitsText(type, value)}`
    case "constant": {
      if (type.check !== "magic") return String(value)
      const [found, declared] = [asciiOf(type, value), asciiOf(type, type.value)]
      return value === type.value ? `"${found}"` : `0x${value.toString(16)} ("${found}", not "${declared}")`
    }
  }
}

const withWord = (value: number | bigint, words: Readonly<Record<string, number>>): string => {
  const word = Object.keys(words).find((each) => words[each] === value)
  return word === undefined ? String(value) : `${value} (${word})`
}

/** The flags that are set, and the numbers. */
const bitsText = ({ members }: BitField, value: number | bigint): string => {
  let shift = 0n
  const texts: string[] = []
  for (const [name, member] of Object.entries(members)) {
    const width = member.kind === "flag" ? 1n : BigInt(member.width)
    const bits = (BigInt(value) >> shift) & (2n ** width - 1n)
    if (member.kind === "flag" && bits === 1n) texts.push(name)
    if (member.kind === "number") texts.push(`${name} ${bits}`)
    shift += width
  }
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`
}

/** A number's bytes as they lie on the wire, in ASCII; a dot stands for whatever is not printable. */
const asciiOf = ({ bits, bigEndian }: Scalar, value: number | bigint): string => {
  const characters = Array.from({ length: bits / 8 }, (_, index) =>
    asciiCharacter((BigInt(value) >> BigInt(8 * index)) & 0xffn),
  )
  return (bigEndian ? characters.reverse() : characters).join("")
}

/** A byte as a printable ASCII character, or a dot. */
export const asciiCharacter = (byte: number | bigint): string =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(Number(byte)) : "."
