import type { ReceiverState } from "../src/index.js"

/** One surface as id, left, top, right and bottom; only the id where the list carries no regions. */
export type Row = readonly number[]

/** One way to decode a display's blob. */
export interface Contender {
  readonly name: string
  /** `all`: refuses exactly what ours refuses. `layout`: reads the fields and judges little more than the magic. */
  readonly checks: "all" | "layout"
  /** What the decoder hands out for the surfaces; nothing where it only judges. */
  readonly surfaces: "columns" | "objects" | "nothing"
  /** Makes the decoder that is timed; what it costs to make is not. */
  readonly prepare: (receiver: ReceiverState) => (bytes: Uint8Array) => unknown
  /** Decodes once and says which surfaces came out; undefined if the blob was refused. */
  readonly rows: (receiver: ReceiverState, bytes: Uint8Array) => readonly Row[] | undefined
}

interface Parts<Decoded> extends Pick<Contender, "name" | "checks" | "surfaces"> {
  readonly prepare: (receiver: ReceiverState) => (bytes: Uint8Array) => Decoded
  readonly rows: (decoded: Decoded) => readonly Row[] | undefined
}

export const contender = <Decoded>(parts: Parts<Decoded>): Contender => ({
  ...parts,
  rows: (receiver, bytes) => {
    try {
      return parts.rows(parts.prepare(receiver)(bytes))
    } catch {
      return undefined
    }
  },
})

/** The row of a surface whose region is flat, as a layout names it. */
export const rowOf = (surface: {
  readonly id: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}): Row => [surface.id, surface.left, surface.top, surface.right, surface.bottom]
