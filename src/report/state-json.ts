import { scopeOf } from "../layout/plan.js"
import { type Field, type Layout, membersOf, type Table } from "../layout/types.js"
import { shapes } from "../spice/emitted/shapes.js"
import type { MigrateData } from "../spice/migrate-data.js"
import type { Channel } from "../spice/receiver.js"
import { hexByte } from "../violation/bytes.js"

/**
 * A state as JSON has it. Numbers of 64 bits are decimal strings, such as `"20971520"`; bytes are strings of two
 * lower-case hexadecimal digits each; the entries of a table are objects. Everything else is as it is decoded.
 *
 * @since 0.6.0
 */
export type StateJson = null | boolean | number | string | readonly StateJson[] | StateObject

interface StateObject {
  readonly [member: string]: StateJson
}

/**
 * Makes what `JSON.stringify` takes of a decoded state, without loss: `stateFromJson` gives the same state back.
 *
 * @param channel - the channel that the state was decoded for
 * @example
 * stateToJson("inputs", { motion_count: 2 })
 * // { motion_count: 2 }
 * @since 0.6.0
 */
export const stateToJson = <C extends Channel>(channel: C, state: MigrateData<C>): StateJson =>
  layoutStateToJson(shapes[channel], state)

/** A decoded state of any layout as JSON. */
export const layoutStateToJson = ({ struct }: Pick<Layout, "struct">, state: unknown): StateJson =>
  toJson(struct, state)

const toJson = (field: Field, value: unknown): StateJson => {
  switch (field.kind) {
    case "struct":
      return Object.fromEntries(membersOf(field).map(([key, member]) => [key, toJson(member, memberOf(value, key))]))
    case "pointer":
      return toJson(field.content, value)
    case "bytes":
    case "run":
      return hexOf(value)
    case "array":
      return listOf(value).map((element) => toJson(field.element, element))
    case "list":
      return listOf(value).map((entry) => toJson(field.entry, entry))
    case "table":
      return tableToJson(field, value)
    case "message": {
      const header = memberOf(value, "header")
      return { header: header === null ? null : toJson(field.header, header), data: hexOf(memberOf(value, "data")) }
    }
    case "optional":
      return value === null ? null : toJson(field.content, value)
    case "choice":
    case "union": {
      const kind = String(memberOf(value, "kind"))
      const content = field.contents[kind]
      return { kind, value: content === undefined ? null : toJson(content, memberOf(value, "value")) }
    }
    default:
      return typeof value === "bigint" ? String(value) : (value as StateJson)
  }
}

const memberOf = (value: unknown, key: string): unknown => Reflect.get(value as object, key)

const listOf = (value: unknown): readonly unknown[] => value as readonly unknown[]

const hexOf = (value: unknown): string => Array.from(value as Uint8Array, hexByte).join("")

/** Columns as entries. Those of 32 bits without a sign are kept modulo 2^32. */
const tableToJson = ({ variants }: Table, value: unknown): StateJson => {
  const kind = String(memberOf(value, "kind"))
  const columns = memberOf(value, "columns") as Int32Array
  const fields = variants.filter(({ name }) => name === kind).flatMap(({ is }) => scopeOf(is).fields)
  const count = columns.length / fields.length
  const entryAt = (index: number) =>
    Object.fromEntries(
      fields.map(({ path, type }, column) => {
        const number = Number(columns[column * count + index])
        return [path, type.kind !== "bytes" && type.bits === 32 && !type.signed ? number >>> 0 : number]
      }),
    )
  return { kind, entries: Array.from({ length: count }, (_, index) => entryAt(index)) }
}
