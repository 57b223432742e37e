import { asciiCharacter, type FieldRow, rowAt } from "../../src/report/field-rows.js"
import { hexByte } from "../../src/violation/bytes.js"
import type { Violation } from "../../src/violation/violation.js"
import { isWithin, pathOfRow } from "./tree.js"

/** What decides how a byte looks. */
export interface Looks {
  readonly bytes: Uint8Array
  /** Of the blob that it is compared with. */
  readonly other: Uint8Array | undefined
  readonly rows: readonly FieldRow[]
  /** The place of each field among them, which its colour follows. */
  readonly indices: ReadonlyMap<FieldRow, number>
  readonly violations: readonly Violation[]
  readonly cursor: number
  readonly digit: 0 | 1
  readonly meant: string | undefined
  readonly hovered: string | undefined
}

/** Bytes on a line. */
export const width = 16

const tints = 8

export const tintOf = (index: number): string => `tint-${index % tints}`

const isBad = ({ violations }: Looks, offset: number): boolean =>
  violations.some((violation) => violation.offset <= offset && offset < violation.offset + violation.length)

const classesOf = (looks: Looks, offset: number): string => {
  const { bytes, other, rows, indices, meant, hovered } = looks
  const row = rowAt(rows, offset)
  if (row === undefined) return "byte"
  const path = pathOfRow(row)
  const marks = {
    first: offset === row.offset,
    last: offset === row.offset + row.length - 1,
    meant: isWithin(meant, path),
    hovered: isWithin(hovered, path),
    bad: isBad(looks, offset),
    zero: bytes[offset] === 0,
    differs: other !== undefined && other[offset] !== bytes[offset],
  }
  const tint = row.path === "" ? "unclaimed" : tintOf(indices.get(row) ?? 0)
  return ["byte", tint, ...Object.entries(marks).flatMap(([mark, isSet]) => (isSet ? [mark] : []))].join(" ")
}

const labelOf = (looks: Looks, offset: number): string => {
  const byte = looks.bytes[offset]
  if (byte === undefined) return "behind the last byte"
  return `${hexByte(byte)}, ${rowAt(looks.rows, offset)?.path || "no field"}${isBad(looks, offset) ? ", refused" : ""}`
}

interface HexLineProps {
  readonly looks: Looks
  /** From 0. */
  readonly index: number
  /** The byte that Tab leads to. */
  readonly tabStop: number
}

/** A line of bytes, in hexadecimal and ASCII. */
export const HexLine = ({ looks, index, tabStop }: HexLineProps) => {
  const { bytes, cursor, digit } = looks
  const start = index * width
  const all = Array.from({ length: width }, (_, column) => start + column)
  return (
    <div role="row" tabIndex={-1} aria-rowindex={index + 1} class="hex-line">
      <span role="rowheader" tabIndex={-1} class="offset">
        {start}
      </span>
      <span role="presentation" class="bytes">
        {all
          .filter((offset) => offset <= bytes.length)
          .map((offset) => (
            <span
              key={offset}
              role="gridcell"
              tabIndex={offset === tabStop ? 0 : -1}
              aria-selected={offset === cursor}
              aria-label={labelOf(looks, offset)}
              data-offset={offset}
              class={`${classesOf(looks, offset)}${offset === cursor ? ` cursor digit-${digit}` : ""}`}
            >
              {textOf(bytes, offset)}
            </span>
          ))}
      </span>
      <span aria-hidden="true" class="ascii">
        {[...bytes.subarray(start, start + width)].map((byte, column) => (
          <span key={column} data-offset={start + column} class={classesOf(looks, start + column)}>
            {asciiCharacter(byte)}
          </span>
        ))}
      </span>
    </div>
  )
}

/** A place behind the last byte takes bytes that are appended. */
const textOf = (bytes: Uint8Array, offset: number): string => {
  const byte = bytes[offset]
  return byte === undefined ? "··" : hexByte(byte)
}
