import type { Colors } from "picocolors/types.js"
import type { Claim } from "../layout/interpret.js"
import { hexByte } from "../violation/bytes.js"
import type { Violation } from "../violation/violation.js"
import { fewOfEachRule, mostOfOneRule } from "./few-violations.js"
import { asciiCharacter, claimRows, type FieldRow, type FieldRows } from "./field-rows.js"
import { hanging, wrapped } from "./wrap.js"

/** No more than this: a field has at most 8 as a rule, and its name has to find room on 80 columns. */
const bytesPerLine = 8

/** Of bytes that fill more lines than `most`, only the first `shown` are shown. */
const folding = { most: 8, shown: 4 }

export interface HexOptions {
  /** Whether the bytes are shown as ASCII characters too. */
  readonly ascii?: boolean
  /** Whether every byte is shown, however many a field or a list has. */
  readonly all?: boolean
  /** The width of the terminal, where there is one. */
  readonly columns?: number | undefined
}

type Paint = Pick<Colors, "red" | "dim">

/**
 * A blob as annotated hex: every byte with the field that claims it and its value, violations below the bytes at
 * fault. Of the blob's bytes nothing but hexadecimal digits, numbers and printable ASCII gets through.
 */
export const annotatedHex = (
  bytes: Uint8Array,
  claims: readonly Claim[],
  violations: readonly Violation[],
  colors: Paint,
): Generator<string> => hexLines(bytes, claimRows(bytes, { claims, violations }), colors, { all: true })

/** The lines of annotated hex, from rows. Offsets are decimal, as they are in violations and wherever else. */
export function* hexLines(
  bytes: Uint8Array,
  { rows, overall, violations }: FieldRows,
  colors: Paint,
  options: HexOptions = {},
): Generator<string> {
  const digits = Math.max(4, String(bytes.length).length)
  const { shown, left } = fewOfEachRule(violations, options.all === true ? violations.length : mostOfOneRule)
  const marked = (found: readonly Violation[]) =>
    found.flatMap((violation) => (shown.has(violation) ? markOf(violation, digits + 2, colors, options) : []))
  const folded = (what: string) => colors.dim(`${" ".repeat(digits)}  ... ${what}; --all shows them`)
  yield* marked(overall)
  for (const part of partsOf(rows, shown)) {
    if (options.all !== true && isFolded(part)) {
      yield folded(entriesText(part))
      continue
    }
    for (const row of part.rows) {
      const lines = linesOf(row, bytes, digits, colors, options)
      const shown = options.all === true || lines.length <= folding.most ? lines.length : folding.shown
      yield* lines.slice(0, shown)
      if (shown < lines.length) yield folded(`${row.length - shown * bytesPerLine} more bytes`)
      yield* marked(row.violations)
    }
  }
  for (const [rule, count] of left) yield folded(`${count} more of ${rule}`)
}

const linesOf = (
  row: FieldRow,
  bytes: Uint8Array,
  digits: number,
  { dim }: Paint,
  { ascii = false, all = false }: HexOptions,
): readonly string[] => {
  const size = all ? row.length : Math.min(row.length, (folding.most + 1) * bytesPerLine)
  const label = labelOf(row, bytes.length)
  return Array.from({ length: Math.ceil(size / bytesPerLine) }, (_, line) => {
    const first = row.offset + line * bytesPerLine
    const here = bytes.subarray(first, Math.min(first + bytesPerLine, row.offset + row.length))
    const hex = Array.from(here, hexByte)
      .join(" ")
      .padEnd(bytesPerLine * 3)
    const text = ascii ? `${dim(Array.from(here, asciiCharacter).join("").padEnd(bytesPerLine))}  ` : ""
    return `${dim(String(first).padStart(digits, "0"))}  ${hex} ${text}${line === 0 ? label : ""}`.trimEnd()
  })
}

/** What a row is, on one line: `write_data_ptr = 65 -> write_data, 35 bytes`. */
const labelOf = ({ path, value, text, unit, pointsTo }: FieldRow, size: number): string => {
  if (value === undefined) return `${path === "" ? "unclaimed" : path}, ${text}`
  if (pointsTo !== undefined) return `${path} = ${text} -> ${pointedText(pointsTo, size)}`
  return `${path} = ${unit === "" || text !== String(value) ? text : `${text} ${unit}`}`
}

const pointedText = ({ path, offset, length }: NonNullable<FieldRow["pointsTo"]>, size: number): string => {
  if (offset >= size) return "outside the input"
  return path === "" ? "bytes that no field claims" : `${path}, ${length} bytes`
}

/** A violation below the bytes at fault, and what follows from it. */
const markOf = (
  { code, rule, message, consequence }: Violation,
  indent: number,
  { red, dim }: Paint,
  { columns }: HexOptions,
): readonly string[] => [
  ...hanging("^ ", `${code} ${rule}: ${message}`, indent, columns).map(red),
  ...wrapped(`Consequence: ${consequence}`, indent + 2, columns).map(dim),
]

/** Rows that are shown or folded together. */
interface Part {
  /** The list that they are entries of, where they may be folded. */
  readonly list: string | undefined
  readonly rows: FieldRow[]
}

const isFolded = ({ list, rows }: Part): boolean => list !== undefined && rows.length > folding.most

/** The entries of a list behind its first ones may be folded, unless something is wrong with them. */
const partsOf = (rows: readonly FieldRow[], shown: ReadonlySet<Violation>): readonly Part[] => {
  const isWrong = ({ violations }: FieldRow) => violations.some((violation) => shown.has(violation))
  const wrong = new Set(rows.filter(isWrong).map(({ path }) => entryOf(path)?.[0]))
  const parts: Part[] = []
  for (const row of rows) {
    const [entry, list, index] = entryOf(row.path) ?? []
    const foldable = Number(index) < folding.shown || wrong.has(entry) ? undefined : list
    const last = parts.at(-1)
    if (last !== undefined && last.list === foldable) last.rows.push(row)
    else parts.push({ list: foldable, rows: [row] })
  }
  return parts
}

/** The entry of an outermost list that a path leads into, and the list and the index. */
const entryOf = (path: string): readonly string[] | null => /^([^[]*)\[(\d+)\]/.exec(path)

const entriesText = ({ rows }: Part): string => {
  const [first, last] = [rows[0], rows.at(-1)].map((row) => entryOf(row?.path ?? "")?.[0])
  return `${first} to ${last}, ${rows.reduce((sum, { length }) => sum + length, 0)} bytes`
}
