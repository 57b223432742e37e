import { cut } from "../violation/bytes.js"
import { type Member, membersOf, type Struct } from "./language.js"
import { known, type Plan, type PlannedRun, partOf } from "./plan.js"
import type { Reader } from "./reader.js"

/** What was read without violations, and how its bytes are to be handed out. */
interface Accepted {
  readonly reader: Reader
  readonly plan: Plan
  readonly alias: boolean
}

/** The decoded state of a struct that was accepted. */
export const stateOf = (accepted: Accepted, struct: Struct, prefix: string): Record<string, unknown> =>
  Object.fromEntries(membersOf(struct).map(([key, field]) => [key, memberOf(accepted, field, `${prefix}${key}`)]))

const memberOf = (accepted: Accepted, field: Member, path: string): unknown => {
  const { reader, plan } = accepted
  switch (field.kind) {
    case "struct":
      return stateOf(accepted, field, `${path}.`)
    case "array":
      return Array.from({ length: field.length }, (_, index) => reader.number(`${path}[${index}]`))
    case "boolean":
      return reader.number(path) === 1
    case "enumeration":
      return Object.keys(field.names).find((name) => field.names[name] === reader.number(path))
    case "pointer": {
      const part = partOf(plan, path)
      return part.kind === "list"
        ? { kind: known(reader.entries, path), columns: known(reader.columns, path) }
        : bytesOf(accepted, part)
    }
    default:
      return reader.number(path)
  }
}

/** A run's bytes; of a message the header too, once it is complete. */
const bytesOf = (accepted: Accepted, { path, header }: PlannedRun): unknown => {
  const { reader, alias } = accepted
  const { offset, length } = known(reader.parts, path)
  const whole = cut(reader.bytes, offset, length, alias)
  if (header === undefined) return whole
  if (length < header.size) return { header: null, data: whole }
  return {
    header: stateOf(accepted, header.struct, `${path}.header.`),
    data: cut(reader.bytes, offset + header.size, length - header.size, alias),
  }
}
