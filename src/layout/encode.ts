import { isBytes, isInt32Array, viewOf } from "../violation/bytes.js"
import { type Rule, Violation } from "../violation/violation.js"
import { type Environment, environmentOf, satisfied } from "./expression.js"
import {
  type Constant,
  type FixedArray,
  type Integer,
  type Member,
  membersOf,
  type Scalar,
  type Struct,
} from "./language.js"
import { known, type Plan, type PlannedField, type PlannedList, type PlannedRun, partOf } from "./plan.js"
import { blobLimitOf, type Receiver, surroundingsOf } from "./reader.js"
import { writeScalar } from "./scalar.js"
import { structure } from "./structure.js"

/**
 * Writes a state as the one blob that has it: constants, sizes and pointers come from the layout, parts follow each
 * other in the order of their pointers. It checks what it needs to write; whether the rules hold, decoding the
 * result says. It returns a violation for a value of whatever other type.
 */
export const encode = (plan: Plan, state: unknown, receiver: Receiver, channel: string): Uint8Array | Violation => {
  const writer = new Writer(plan, receiver, channel)
  const wrong = collect(writer, plan.layout.struct, state, "")
  if (wrong !== undefined) return wrong
  const size = [...writer.parts.values()].reduce((sum, part) => sum + part.length, plan.size)
  return writer.oversize(size) ?? assemble(plan, writer.numbers, writer.parts)
}

/** The numbers and parts that a state comes to. */
class Writer {
  readonly plan: Plan
  readonly receiver: Receiver
  readonly channel: string
  readonly numbers = new Map<string, number | bigint>()
  readonly parts = new Map<string, Uint8Array>()

  constructor(plan: Plan, receiver: Receiver, channel: string) {
    this.plan = plan
    this.receiver = receiver
    this.channel = channel
  }

  /** Where the condition of a list in the struct at `prefix` finds its numbers. */
  environment(prefix: string): Environment {
    return environmentOf({
      field: (path) => known(this.numbers, `${prefix}${path}`),
      ...surroundingsOf(this.receiver, this.channel),
    })
  }

  /** The violation of a blob that would be larger than the receiver takes, asked for before memory is. */
  oversize(size: number): Violation | undefined {
    const limit = blobLimitOf(this.receiver, this.channel)
    if (size <= limit) return undefined
    return new Violation(structure.blobLimit, { path: "", offset: 0, length: size }, size, limit)
  }

  refusal(check: Rule, path: string): Violation {
    const { offset, size } = this.plan.fields.find((field) => field.path === path) ?? { offset: 0, size: 0 }
    return new Violation(check, { path, offset, length: size })
  }
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

/** Collects a struct's members in the order of its fields; returns the first that cannot be written. */
const collect = (writer: Writer, struct: Struct, state: unknown, prefix: string): Violation | undefined => {
  for (const [key, field] of membersOf(struct)) {
    const wrong = collectMember(writer, field, memberOf(state, key), prefix, key)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const collectMember = (writer: Writer, field: Member, value: unknown, prefix: string, key: string) => {
  const path = `${prefix}${key}`
  switch (field.kind) {
    case "struct":
      return collect(writer, field, value, `${path}.`)
    case "pointer":
      return collectPart(writer, value, path)
    case "array":
      return collectElements(writer, field, value, path)
    default:
      return collectScalar(writer, field, value, path)
  }
}

const collectElements = (
  writer: Writer,
  { element, length }: FixedArray,
  value: unknown,
  path: string,
): Violation | undefined => {
  if (!Array.isArray(value) || value.length !== length) return writer.refusal(structure.valueType, path)
  for (let index = 0; index < length; index++) {
    const wrong = collectScalar(writer, element, value[index], `${path}[${index}]`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const collectScalar = (
  writer: Writer,
  type: Exclude<Scalar, Constant>,
  value: unknown,
  path: string,
): Violation | undefined => {
  const number = numberOf(type, value)
  if (number === undefined) return writer.refusal(structure.valueType, path)
  if (type.kind === "integer" && !inRange(type, number)) return writer.refusal(structure.valueRange, path)
  writer.numbers.set(path, number)
  return undefined
}

/** A member's number on the wire, or undefined where the value has the wrong type. */
const numberOf = (type: Exclude<Scalar, Constant>, value: unknown): number | bigint | undefined => {
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean" ? Number(value) : undefined
    case "enumeration":
      return typeof value === "string" && Object.hasOwn(type.names, value) ? type.names[value] : undefined
    case "integer":
      if (type.bits === 64) return typeof value === "bigint" ? value : undefined
      return Number.isInteger(value) ? Number(value) : undefined
  }
}

const inRange = (type: Integer, value: number | bigint): boolean => {
  const magnitude = 2n ** BigInt(type.signed ? type.bits - 1 : type.bits)
  return (type.signed ? -magnitude : 0n) <= value && value < magnitude
}

const collectPart = (writer: Writer, value: unknown, path: string): Violation | undefined => {
  const part = partOf(writer.plan, path)
  const bytes = part.kind === "list" ? listBytes(writer, part, value) : runBytes(writer, part, value)
  if (bytes instanceof Violation) return bytes
  writer.parts.set(path, bytes)
  return undefined
}

const bytesOf = (writer: Writer, value: unknown, path: string): Uint8Array | Violation =>
  isBytes(value) ? value : writer.refusal(structure.valueType, path)

/** A run's bytes; of a message those of its header before them, unless it is incomplete. */
const runBytes = (writer: Writer, { path, header }: PlannedRun, value: unknown): Uint8Array | Violation => {
  if (header === undefined) return bytesOf(writer, value, path)
  const data = bytesOf(writer, memberOf(value, "data"), `${path}.data`)
  if (data instanceof Violation) return data
  const start = memberOf(value, "header")
  if (start === null) return data.length < header.size ? data : writer.refusal(structure.valueForm, `${path}.header`)
  const wrong = collect(writer, header.struct, start, `${path}.header.`)
  if (wrong !== undefined) return wrong
  const bytes = new Uint8Array(header.size + data.length)
  writeFields(writer.numbers, header.fields, viewOf(bytes))
  bytes.set(data, header.size)
  return bytes
}

const listBytes = (writer: Writer, part: PlannedList, value: unknown): Uint8Array | Violation => {
  const { path, prefix } = part
  const kind = satisfied(part.lossy, writer.environment(prefix)) ? "lossy" : "lossless"
  if (memberOf(value, "kind") !== kind) return writer.refusal(structure.valueForm, `${path}.kind`)
  const { fields, size } = part.entries[kind]
  const columns = memberOf(value, "columns")
  if (!isInt32Array(columns) || columns.length % fields.length !== 0)
    return writer.refusal(structure.valueType, `${path}.columns`)
  const count = columns.length / fields.length
  const wrong = writer.oversize(4 + count * size)
  if (wrong !== undefined) return wrong
  const bytes = new Uint8Array(4 + count * size)
  const view = viewOf(bytes)
  view.setUint32(0, count, true)
  for (const [column, { type, offset }] of fields.entries())
    for (const [index, number] of columns.subarray(column * count, (column + 1) * count).entries())
      writeScalar(view, type, 4 + index * size + offset, number)
  return bytes
}

/**
 * The blob of a plan whose numbers and parts are these: constants, sizes and pointers follow from them. Nothing is
 * checked; numbers too large for their field are cut to its width.
 */
export const assemble = (
  plan: Plan,
  numbers: ReadonlyMap<string, number | bigint>,
  parts: ReadonlyMap<string, Uint8Array>,
): Uint8Array => {
  const derived = new Map(numbers)
  let cursor = plan.size
  for (const part of plan.parts) {
    const { length } = known(parts, part.path)
    derived.set(part.pointer.path, length === 0 ? 0 : cursor)
    if (part.kind === "run") derived.set(part.length.path, length)
    cursor += length
  }
  const bytes = new Uint8Array(cursor)
  writeFields(derived, plan.fields, viewOf(bytes))
  cursor = plan.size
  for (const { path } of plan.parts) {
    bytes.set(known(parts, path), cursor)
    cursor += known(parts, path).length
  }
  return bytes
}

/** Writes fields from the view's first byte on. */
export const writeFields = (
  numbers: ReadonlyMap<string, number | bigint>,
  fields: readonly PlannedField[],
  view: DataView,
): void => {
  for (const { path, offset, type } of fields)
    writeScalar(view, type, offset, type.kind === "constant" ? type.value : known(numbers, path))
}
