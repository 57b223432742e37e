import type { Rule, Violation } from "../violation/violation.js"
import { type Environment, evaluate, measuresOf, pathsOf, satisfied } from "./expression.js"
import type { Flat, Plan, PlannedField, PlannedList, PlannedRule, PlannedRun } from "./plan.js"
import { blobLimitOf, type Claim, Reader, type Receiver, readField } from "./reader.js"
import { stateOf } from "./state.js"
import { misplaced, structure } from "./structure.js"

/** All that can be said of an input. */
export interface Reading {
  /** In the order in which they are judged; empty for a blob that is accepted. */
  readonly violations: readonly Violation[]
  /** In the order in which they are read. Those of an accepted blob cover every byte exactly once. */
  readonly claims: readonly Claim[]
  /** The decoded state of an accepted blob. */
  readonly state: unknown
}

export interface InterpretOptions {
  /** Whether byte runs of the state are views of the input. */
  readonly alias?: boolean
  /** Whether to say which field claims which bytes, which takes many times the memory of a long list. */
  readonly claims?: boolean
}

/**
 * The reference decoder: reads a blob as its layout says, field by field, slowly and obviously. It collects every
 * violation that does not follow from another: a rule is judged only where all that it reads was accepted. It is
 * the oracle of the emitted decoders, and what explains a blob.
 */
export const interpret = (
  plan: Plan,
  bytes: Uint8Array,
  receiver: Receiver,
  channel: string,
  { alias = false, claims: claiming = true }: InterpretOptions = {},
): Reading => {
  const reader = new Reader(bytes, receiver, channel, claiming)
  const limit = blobLimitOf(receiver, channel)
  const whole = { path: "", offset: 0, length: bytes.length }
  if (bytes.length > limit) reader.refuse(structure.blobLimit, whole, bytes.length, limit)
  else if (bytes.length < plan.size) reader.refuse(structure.fixedPart, whole, bytes.length, plan.size)
  else if (readFixedPart(reader, plan)) {
    readParts(reader, plan)
    judgeAll(reader, plan)
  }
  const { violations, claims } = reader
  const state = violations.length === 0 ? stateOf({ reader, plan, alias }, plan.layout.struct, "") : undefined
  return { violations, claims, state }
}

/** Returns whether the rest is worth reading: a blob of another format or version is not. */
const readFixedPart = (reader: Reader, plan: Plan): boolean => {
  for (const field of plan.fields) if (!readField(reader, field) && field.type.kind === "constant") return false
  return true
}

/** Parts lie back to back in the order of their pointers; where one cannot be placed, those behind it cannot. */
const readParts = (reader: Reader, plan: Plan): void => {
  let cursor = plan.size
  for (const part of plan.parts) {
    const end = part.kind === "list" ? readList(reader, plan, part, cursor) : readRun(reader, plan, part, cursor)
    if (end === undefined) return
    cursor = end
  }
  const left = reader.bytes.length - cursor
  if (left > 0) reader.refuse(structure.trailing, { path: "", offset: cursor, length: left }, left, 0)
}

/** Returns the part's end, or undefined where its pointer or size is wrong. */
const readRun = (reader: Reader, plan: Plan, part: PlannedRun, cursor: number): number | undefined => {
  const size = reader.bytes.length
  const pointer = Number(reader.number(part.pointer.path))
  const length = Number(reader.number(part.length.path))
  if (length === 0 && pointer !== 0) return refuseField(reader, structure.emptyPointer, part.pointer, pointer, 0)
  if (length > 0 && pointer !== cursor)
    return refuseField(reader, misplaced(pointer, plan.size, cursor, size), part.pointer, pointer, cursor)
  if (length > size - cursor) return refuseField(reader, structure.partFits, part.length, length, size - cursor)
  reader.parts.set(part.path, { path: part.path, offset: cursor, length })
  claimRun(reader, part, cursor, length)
  return cursor + length
}

const refuseField = (reader: Reader, check: Rule, field: PlannedField, actual: number, expected: number): undefined => {
  reader.refuse(check, { path: field.path, offset: field.offset, length: field.size }, actual, expected)
}

/** The header of a partial message counts as zeros until it is complete. */
const claimRun = (reader: Reader, part: PlannedRun, start: number, length: number): void => {
  const { fields, size } = part.header ?? { fields: [], size: 0 }
  const complete = length >= size
  for (const field of fields) {
    const place = { path: field.path, offset: start + field.offset, length: field.size }
    if (complete) readField(reader, field, start)
    else reader.fields.set(field.path, { ...place, type: field.type, value: 0 })
  }
  const claimed = complete ? size : 0
  if (length > claimed)
    reader.claim({
      path: part.path,
      offset: start + claimed,
      length: length - claimed,
      type: undefined,
      value: undefined,
    })
}

const readList = (reader: Reader, plan: Plan, part: PlannedList, cursor: number): number | undefined => {
  const { pointer, prefix } = part
  const size = reader.bytes.length
  const position = Number(reader.number(pointer.path))
  if (position !== cursor)
    return refuseField(reader, misplaced(position, plan.size, cursor, size), pointer, position, cursor)
  const available = size - cursor - 4
  if (available < 0) return refuseField(reader, structure.partFits, pointer, position, size - 4)
  const countField = { path: part.count, offset: cursor, size: 4, type: pointer.type, doc: "" }
  readField(reader, countField)
  const count = Number(reader.number(part.count))
  if (pathsOf(part.lossy).some((path) => !reader.fields.has(`${prefix}${path}`))) return undefined
  const variant = satisfied(part.lossy, reader.environment(prefix)) ? "lossy" : "lossless"
  const entry = part.entries[variant]
  if (count * entry.size > available)
    return refuseField(reader, structure.countFits, countField, count, Math.floor(available / entry.size))
  reader.entries.set(part.path, variant)
  readEntries(reader, part.path, entry, cursor + 4, count)
  return cursor + 4 + count * entry.size
}

/** Of the entries' numbers the columns are kept; fields and their places only as long as a rule may ask for them. */
const readEntries = (reader: Reader, path: string, entry: Flat, start: number, count: number): void => {
  const columns = new Int32Array(entry.fields.length * count)
  reader.columns.set(path, columns)
  for (let index = 0; index < count; index++) {
    const prefix = `${path}[${index}].`
    for (const [column, field] of entry.fields.entries()) {
      readField(reader, field, start + index * entry.size, `${prefix}${field.path}`)
      columns[column * count + index] = Number(reader.number(`${prefix}${field.path}`))
      reader.fields.delete(`${path}[${index - 2}].${field.path}`)
    }
    const environment: Environment = {
      ...reader.environment(prefix),
      previous: (name, first) => (index === 0 ? first : reader.number(`${path}[${index - 1}].${name}`)),
    }
    for (const rule of entry.struct.rules) judge(reader, { rule, prefix }, environment)
  }
}

const judgeAll = (reader: Reader, { rules }: Plan): void => {
  const environments = new Map<string, Environment>()
  for (const planned of rules) {
    const environment = environments.get(planned.prefix) ?? reader.environment(planned.prefix)
    environments.set(planned.prefix, environment)
    judge(reader, planned, environment)
  }
}

/** Judges a rule where all that it reads was accepted. */
const judge = (reader: Reader, { rule, prefix }: PlannedRule, environment: Environment): void => {
  const place = reader.placeOf(`${prefix}${rule.at.path}`)
  const known = pathsOf(rule.holds).every((path) => reader.placeOf(`${prefix}${path}`) !== undefined)
  if (place === undefined || !known || satisfied(rule.holds, environment)) return
  const { actual, expected } = measuresOf(rule.at, rule.holds)
  reader.refuse(
    rule,
    { path: place.path, offset: place.offset, length: place.length },
    evaluate(actual, environment),
    expected && evaluate(expected, environment),
  )
}
