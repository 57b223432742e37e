import { cut } from "./bytes.js"
import type { CountedList, Field, Fields, PartialMessage, Struct } from "./language.js"
import { entriesOf, type PlannedPart, strideOf } from "./plan.js"
import type { Reader } from "./reader.js"

/** The decoded state that a reader without violations has read. */
export const stateOf = (reader: Reader, struct: Struct, prefix: string, alias: boolean): Record<string, unknown> => {
  const state: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(struct.fields)) {
    if (field.kind === "constant" || field.kind === "length") continue
    const key = field.kind === "pointer" ? field.to : name
    state[key] = memberOf(reader, field, `${prefix}${key}`, alias)
  }
  return state
}

const memberOf = (reader: Reader, field: Field, path: string, alias: boolean): unknown => {
  switch (field.kind) {
    case "struct":
      return stateOf(reader, field, `${path}.`, alias)
    case "array":
      return Array.from({ length: field.length }, (_, index) => reader.number(`${path}[${index}]`))
    case "boolean":
      return reader.number(path) === 1
    case "enumeration":
      return Object.keys(field.names).find((name) => field.names[name] === reader.number(path))
    case "pointer":
      return contentOf(reader, field.content, path, alias)
    default:
      return reader.number(path)
  }
}

const contentOf = (reader: Reader, content: PlannedPart["content"], path: string, alias: boolean): unknown => {
  if (content.kind === "countedList") return columnsOf(reader, content, path)
  const { offset, length } = reader.parts.get(path) ?? { offset: 0, length: 0 }
  if (content.kind === "run") return cut(reader.bytes, offset, length, alias)
  return messageOf(reader, content, path, alias)
}

const messageOf = (reader: Reader, content: PartialMessage, path: string, alias: boolean): unknown => {
  const { offset, length } = reader.parts.get(path) ?? { offset: 0, length: 0 }
  const headerSize = strideOf(content.header)
  if (length < headerSize) return { header: null, data: cut(reader.bytes, offset, length, alias) }
  return {
    header: stateOf(reader, content.header, `${path}.header.`, alias),
    data: cut(reader.bytes, offset + headerSize, length - headerSize, alias),
  }
}

const columnsOf = (reader: Reader, content: CountedList, path: string): unknown => {
  const lossy = reader.lossy.get(path) === true
  const fields: Fields = entriesOf(content, lossy).fields
  const count = Number(reader.number(`${path}.${content.count}`))
  const columns = Object.entries(fields).map(([name, field]) => {
    const Column = field.kind === "integer" && field.signed ? Int32Array : Uint32Array
    const numbers = Array.from({ length: count }, (_, index) => Number(reader.number(`${path}[${index}].${name}`)))
    return [name, Column.from(numbers)]
  })
  return { kind: lossy ? "lossy" : "lossless", ...Object.fromEntries(columns) }
}
