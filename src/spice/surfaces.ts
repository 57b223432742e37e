import type { DisplayState } from "./display.js"

/**
 * One surface of a display's state. A rectangle holds left and top and ends before right and bottom, in pixels.
 *
 * @since 0.1.0
 */
export interface Surface {
  readonly id: number
  /** What of the surface the client has only lossily; undefined where the list carries no regions. */
  readonly lossyRegion:
    | { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
    | undefined
}

/**
 * The surfaces of a display's state as objects, built from its columns one at a time.
 *
 * @example
 * for (const { id } of surfacesOf(state)) console.log(id)
 * @since 0.1.0
 */
export function* surfacesOf({ surfaces }: DisplayState): Generator<Surface> {
  for (const [index, id] of surfaces.id.entries()) yield { id, lossyRegion: lossyRegionAt(surfaces, index) }
}

const lossyRegionAt = (surfaces: DisplayState["surfaces"], index: number): Surface["lossyRegion"] => {
  if (surfaces.kind === "lossless") return undefined
  const at = (column: Int32Array): number => column[index] ?? 0
  return { left: at(surfaces.left), top: at(surfaces.top), right: at(surfaces.right), bottom: at(surfaces.bottom) }
}
