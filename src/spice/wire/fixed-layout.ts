import { interpret } from "../../layout/interpret.js"
import type { Fields, Layout, StateOf } from "../../layout/language.js"
import { known, type Plan, planOf } from "../../layout/plan.js"
import { viewOf } from "../../violation/bytes.js"
import type { Violation } from "../../violation/violation.js"

/** What a layout without parts says of the bytes that are exactly its fixed part. */
export type Declared<F extends Fields> = (bytes: Uint8Array) => StateOf<F> | Violation

/**
 * The decoder of a layout that a connection sees once: links are interpreted, which takes microseconds and needs no
 * emitted code.
 */
export const declared = <F extends Fields>(layout: Layout<F>): Declared<F> => {
  const plan = planOf(layout)
  const receiver = { maxBlobBytes: { [layout.format]: plan.size } }
  return (bytes) => {
    const { violations, state } = interpret(plan, bytes, receiver, layout.format, { claims: false })
    return violations[0] ?? (state as StateOf<F>)
  }
}

const offsetsOf = ({ fields }: Plan): ReadonlyMap<string, number> =>
  new Map(fields.map(({ path, offset }) => [path, offset]))

/** Where a layout's fields lie, for readers that index bytes directly. */
export const placesOf = (layout: Layout) => {
  const plan = planOf(layout)
  const offsets = offsetsOf(plan)
  return { size: plan.size, at: (path: string): number => known(offsets, path) }
}

/** A u32 of a message. */
export const wordAt = (bytes: Uint8Array, offset: number): number => viewOf(bytes).getUint32(offset, true)
