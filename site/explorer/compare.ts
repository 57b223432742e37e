import { fieldDifferences, type RowedBlob } from "../../src/report/difference.js"
import type { FieldRow } from "../../src/report/field-rows.js"

/** A field of a blob beside the same one of the blob that it is compared with. */
export interface Entry {
  readonly row: FieldRow
  readonly change: "same" | "changed" | "only here" | "only there"
  /** The other blob's; undefined where it is the same, or there is none. */
  readonly there: FieldRow | undefined
}

const sameEntry = (row: FieldRow): Entry => ({ row, change: "same", there: undefined })

/** The fields of a blob, those that differ from another one's, and behind them those that only the other one has. */
export const entriesOf = (here: RowedBlob, other: RowedBlob | undefined): readonly Entry[] => {
  if (other === undefined) return here.rows.map(sameEntry)
  const differences = fieldDifferences(here, other)
  const differing = new Map(differences.map((difference) => [difference.left, difference]))
  const entries = here.rows.map((row): Entry => {
    const difference = differing.get(row)
    if (difference === undefined) return sameEntry(row)
    return { row, change: difference.right === undefined ? "only here" : "changed", there: difference.right }
  })
  const onlyThere = differences.flatMap(({ left, right }): Entry[] =>
    left === undefined && right !== undefined ? [{ row: right, change: "only there", there: right }] : [],
  )
  return [...entries, ...onlyThere]
}
