import { keysOf } from "../violation/violation.js"
import type { FieldRule, Scalar } from "./language.js"
import type { PlannedField } from "./plan.js"
import type { Names } from "./print.js"

/** The words of emitted TypeScript: how paths, places, reads and refusals are written. */

export const camel = (text: string): string =>
  text.replace(/[^A-Za-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase())

/** `display/surface-ids-ascend` is kept in the constant `displaySurfaceIdsAscendRule`. */
export const constantOf = (rule: FieldRule): string => `${camel(rule.id)}Rule`

/** A path as the name of a local variable: `agent2client.chunk_header.size` is `agent2client_chunkHeader_size`. */
export const local = (path: string): string => keysOf(path).map(camel).join("_")

/** `base + offset` as TypeScript. */
export const plus = (base: string, offset: number): string => (offset === 0 ? base : `${base} + ${offset}`)

export const hexadecimal = (value: number): string => (value > 255 ? `0x${value.toString(16)}` : String(value))

export const start = (part: string): string => `${local(part)}Start`
export const length = (part: string): string => `${local(part)}Length`
export const previousOf = (path: string): string => `previous_${local(path)}`
export const end = (part: string): string => `${local(part)}End`

export const namesAt = (prefix: string): Names => ({
  field: (path) => local(`${prefix}${path}`),
  previous: (path) => previousOf(path),
  receiver: (member, perChannel) => `receiver.${member}${perChannel ? "[channel]" : ""}`,
  scan: (part, test) => `${test}.holds(cut(bytes, ${start(`${prefix}${part}`)}, ${length(`${prefix}${part}`)}, true))`,
})

export const read = (type: Scalar, offset: string): string => {
  if (type.kind === "constant") return `view.getUint32(${offset}, true)`
  if (type.kind !== "integer") return `view.getUint8(${offset})`
  const method = `get${type.bits === 64 ? "Big" : ""}${type.signed ? "Int" : "Uint"}${type.bits}`
  return `view.${method}(${offset}${type.bits === 8 ? "" : `, ${!type.bigEndian}`})`
}

/** A place in TypeScript. */
export const printPlace = (path: string, offset: string | number, length: string | number): string =>
  `{ path: ${path}, offset: ${offset}, length: ${length} }`

/** All of it TypeScript. */
export interface Refusal {
  readonly check: string
  readonly place: string
  readonly actual?: string | undefined
  readonly expected?: string | undefined
}

export const refuse = ({ check, place, actual, expected }: Refusal): string =>
  `return new Violation(${[check, place, actual, expected].filter((argument) => argument !== undefined).join(", ")})`

export const refuseField = (check: string, field: PlannedField, expected?: string): string =>
  refuse({
    check,
    place: printPlace(JSON.stringify(field.path), field.offset, field.size),
    actual: local(field.path),
    expected,
  })
