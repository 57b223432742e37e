import type { FieldRow } from "../../src/report/field-rows.js"

/** A field of a blob beside the same one of the blob that it is compared with. */
export interface Entry {
  readonly row: FieldRow
  readonly change: "same" | "changed" | "only here" | "only there"
  /** The other blob's; undefined where it is the same, or there is none. */
  readonly there: FieldRow | undefined
}

interface Side {
  readonly bytes: Uint8Array
  readonly rows: readonly FieldRow[]
}

/** Bytes that no field claims have no name: they are told apart by their place. */
const keyOf = ({ path, offset }: FieldRow): string => (path === "" ? `@${offset}` : path)

const isSame = (one: Side, row: FieldRow, other: Side, there: FieldRow): boolean => {
  if (row.length !== there.length) return false
  for (let index = 0; index < row.length; index++)
    if (one.bytes[row.offset + index] !== other.bytes[there.offset + index]) return false
  return true
}

/** The fields of a blob, those that differ from another one's, and behind them those that only the other one has. */
export const entriesOf = (here: Side, other: Side | undefined): readonly Entry[] => {
  if (other === undefined) return here.rows.map((row) => ({ row, change: "same", there: undefined }))
  const left = new Map(other.rows.map((row) => [keyOf(row), row]))
  const entries = here.rows.map((row): Entry => {
    const there = left.get(keyOf(row))
    left.delete(keyOf(row))
    if (there === undefined) return { row, change: "only here", there }
    return isSame(here, row, other, there)
      ? { row, change: "same", there: undefined }
      : { row, change: "changed", there }
  })
  return [...entries, ...[...left.values()].map((row): Entry => ({ row, change: "only there", there: row }))]
}
