import { known, planOf } from "../layout/plan.js"
import { readScalar, writeScalar } from "../layout/scalar.js"
import type { BitField, Layout, Scalar } from "../layout/types.js"

/** Reads a number of a header that begins at `at`. Its caller has made sure that the header is there. */
export type NumberReader = (view: DataView, at: number) => number

/** Writes a number of such a header. */
export type NumberWriter = (view: DataView, at: number, value: number) => void

/** A header's size, and where its fields are by their paths. */
export interface PacketHeader {
  readonly size: number
  readonly number: (path: string) => NumberReader
  readonly write: (path: string) => NumberWriter
  /** The offset of a field, in bytes. */
  readonly place: (path: string) => number
}

/** Readers of the members of a number that is cut into bits. */
const membersOf = (
  path: string,
  field: BitField,
  whole: NumberReader,
): readonly (readonly [string, NumberReader])[] => {
  let shift = 0
  return Object.entries(field.members).map(([name, member]) => {
    const width = member.kind === "flag" ? 1 : member.width
    const [from, mask] = [shift, 2 ** width - 1]
    shift += width
    return [`${path}.${name}`, (view, at) => (whole(view, at) >>> from) & mask]
  })
}

const readersOf = (path: string, offset: number, type: Scalar): readonly (readonly [string, NumberReader])[] => {
  const whole: NumberReader = (view, at) => Number(readScalar(view, type, at + offset))
  return type.kind === "bits" ? membersOf(path, type, whole) : [[path, whole]]
}

/**
 * Finds where a layout's numbers lie. Captures are read by indexing headers at their declared places, as the framing of
 * messages is: interpreting every header of every packet would take most of the time.
 */
export const headerOf = (layout: Layout): PacketHeader => {
  const { size, fields } = planOf(layout)
  const readers = new Map(
    fields.flatMap(({ path, offset, type }) => (type.kind === "bytes" ? [] : readersOf(path, offset, type))),
  )
  const places = new Map(fields.map(({ path, offset }) => [path, offset]))
  const writers = new Map(
    fields.flatMap(({ path, offset, type }): [string, NumberWriter][] =>
      type.kind === "bytes" ? [] : [[path, (view, at, value) => writeScalar(view, type, at + offset, value)]],
    ),
  )
  return {
    size,
    number: (path) => known(readers, path),
    write: (path) => known(writers, path),
    place: (path) => known(places, path),
  }
}
