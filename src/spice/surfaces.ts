import type { DisplayState } from "./display.js"

/** A rectangle in pixels: it holds its left and top edges and ends before its right and bottom ones. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * One surface of a display's state.
 *
 * @since 0.1.0
 */
export interface Surface {
  readonly id: number
  /** What of the surface the client has only lossily; undefined where the list carries no regions. */
  readonly lossyRegion: Region | undefined
}

/**
 * The surfaces of a display's state as objects, made one at a time from its columns: all ids, then for a lossy list
 * all left edges, all top ones, all right ones and all bottom ones.
 *
 * @example
 * const receiver = { ...defaultReceiver, jpegWanCompression: "never" } as const
 * const decoded = decodeMigrateData("display", readFileSync("corpus/display/genuine/display-lossless.bin"), receiver)
 * decoded._tag === "Right" && [...surfacesOf(decoded.right)]
 * // [{ id: 0, lossyRegion: undefined }]
 * @since 0.1.0
 */
export function* surfacesOf({ surfaces }: DisplayState): Generator<Surface> {
  const { kind, columns } = surfaces
  const count = kind === "lossy" ? columns.length / lossyWidth : columns.length
  for (let index = 0; index < count; index++)
    yield {
      id: Number(columns[index]) >>> 0,
      lossyRegion: kind === "lossy" ? regionAt(columns, count, index) : undefined,
    }
}

/** The columns of a lossy list: the id and four edges. */
const lossyWidth = 5

const regionAt = (columns: Int32Array, count: number, index: number): Region => ({
  left: Number(columns[count + index]),
  top: Number(columns[2 * count + index]),
  right: Number(columns[3 * count + index]),
  bottom: Number(columns[4 * count + index]),
})
