import { interpret } from "../../layout/interpret.js"
import { known, planOf } from "../../layout/plan.js"
import type { Layout, State } from "../../layout/types.js"
import { viewOf } from "../../violation/bytes.js"
import type { Violation } from "../../violation/violation.js"

/**
 * The decoder of a layout that a connection sees once: links are interpreted, which takes microseconds and needs no
 * emitted code.
 */
export const declared =
  <L extends Layout>(layout: L) =>
  (bytes: Uint8Array): State<L> | Violation => {
    const { violations, state } = interpret(layout, bytes, {}, { claims: false })
    return violations[0] ?? (state as State<L>)
  }

/** Where a layout's fields lie, for readers that index bytes directly. */
export const fixedPlaces = (layout: Layout) => {
  const { size, fields } = planOf(layout)
  const offsets = new Map(fields.map(({ path, offset }) => [path, offset]))
  return { size, at: (path: string): number => known(offsets, path) }
}

/** A u32 of a message. */
export const wordAt = (bytes: Uint8Array, offset: number): number => viewOf(bytes).getUint32(offset, true)
