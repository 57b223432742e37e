import { type DisplayState, lossySurface } from "./display.js"

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
 * for (const { id } of surfacesOf(state)) console.log(id)
 * @since 0.1.0
 */
export function* surfacesOf({ surfaces }: DisplayState): Generator<Surface> {
  const { kind, columns } = surfaces
  const count = kind === "lossy" ? columns.length / lossyWidth : columns.length
  for (let index = 0; index < count; index++) {
    const at = (column: number): number => Number(columns[column * count + index])
    const lossyRegion = kind === "lossy" ? { left: at(1), top: at(2), right: at(3), bottom: at(4) } : undefined
    yield { id: at(0) >>> 0, lossyRegion }
  }
}

const lossyWidth = Object.keys(lossySurface).length
