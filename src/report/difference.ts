import type { FieldRow } from "./field-rows.js"

/** A blob in rows. */
export interface RowedBlob {
  readonly bytes: Uint8Array
  readonly rows: readonly FieldRow[]
}

/** A field that two blobs have with different values, or that only one of them has. */
export interface Difference {
  /** Empty for bytes that no field claims. */
  readonly path: string
  readonly left: FieldRow | undefined
  readonly right: FieldRow | undefined
  /** Of bytes that both have, how many places differ, and the first of them, counted from the field's first byte. */
  readonly bytes: { readonly count: number; readonly first: number } | undefined
}

/** The fields of two blobs that differ, in the order of the left one, then those that only the right one has. */
export const fieldDifferences = (left: RowedBlob, right: RowedBlob): readonly Difference[] => {
  const [ofLeft, ofRight] = [byKey(left), byKey(right)]
  const inLeft = [...ofLeft].flatMap(([key, row]) => differenceOf(left, row, right, ofRight.get(key)))
  const onlyRight = [...ofRight].filter(([key]) => !ofLeft.has(key))
  return [...inLeft, ...onlyRight.map(([, row]) => ({ path: row.path, left: undefined, right: row, bytes: undefined }))]
}

/** Rows by their paths, and those of no field by their number. */
const byKey = ({ rows }: RowedBlob): ReadonlyMap<string, FieldRow> => {
  let nameless = 0
  return new Map(rows.map((row) => [row.path === "" ? `[${nameless++}]` : row.path, row]))
}

const differenceOf = (
  left: RowedBlob,
  row: FieldRow,
  right: RowedBlob,
  other: FieldRow | undefined,
): readonly Difference[] => {
  const { path } = row
  if (other === undefined) return [{ path, left: row, right: undefined, bytes: undefined }]
  if (row.value !== undefined || other.value !== undefined)
    return row.value === other.value ? [] : [{ path, left: row, right: other, bytes: undefined }]
  const [ours, theirs] = [bytesOf(left, row), bytesOf(right, other)]
  const places = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, at) => at).filter(
    (at) => ours[at] !== theirs[at],
  )
  const [first] = places
  return first === undefined ? [] : [{ path, left: row, right: other, bytes: { count: places.length, first } }]
}

const bytesOf = ({ bytes }: RowedBlob, { offset, length }: FieldRow): Uint8Array =>
  bytes.subarray(offset, offset + length)
