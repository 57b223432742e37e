import type * as L from "../layout/index.js"
import { known, planOf } from "../layout/plan.js"
import { writeScalar } from "../layout/scalar.js"
import { isBytes, viewOf } from "../violation/bytes.js"

/** Where a field of a layout's head is. */
export const offsetIn = (layout: L.Layout, path: string): number =>
  known(new Map(planOf(layout).fields.map((field) => [field.path, field.offset])), path)

type Wires = Readonly<Record<string, number | bigint | Uint8Array>>

/**
 * Writes all but a layout's runs, of which it takes the sizes: a large state is copied only once. What is the same in
 * every head is worked out before.
 */
export const headWriterOf = (layout: L.Layout) => {
  const { fields, parts, size } = planOf(layout)
  const given = fields.flatMap(({ path, offset, type, role }) =>
    role === undefined && type.kind !== "constant" ? [{ path, offset, type }] : [],
  )
  const runs = parts.map(({ path }) => ({
    path,
    sizeAt: offsetIn(layout, `${path}_size`),
    pointerAt: offsetIn(layout, `${path}_ptr`),
  }))
  const blank = new Uint8Array(size)
  for (const { offset, type } of fields)
    if (type.kind === "constant") writeScalar(viewOf(blank), type, offset, type.value)
  return (values: Wires, sizes: Readonly<Record<string, number>>): Uint8Array => {
    const bytes = blank.slice()
    const view = viewOf(bytes)
    for (const { path, offset, type } of given) {
      const value = values[path]
      if (type.kind === "bytes" && isBytes(value) && value.length === type.length) bytes.set(value, offset)
      else if (type.kind !== "bytes" && value !== undefined && !isBytes(value)) writeScalar(view, type, offset, value)
      else throw new TypeError(`no ${layout.format}: ${path}`)
    }
    let start = size
    for (const { path, sizeAt, pointerAt } of runs) {
      const { [path]: runSize = 0 } = sizes
      view.setUint32(sizeAt, runSize, true)
      view.setUint32(pointerAt, runSize === 0 ? 0 : start, true)
      start += runSize
    }
    return bytes
  }
}
