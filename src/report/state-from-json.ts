import * as E from "fp-ts/lib/Either.js"
import { scopeOf } from "../layout/plan.js"
import { typeOfScalar } from "../layout/term.js"
import { type Field, type Layout, membersOf, type Scalar, type Table } from "../layout/types.js"
import { shapes } from "../spice/emitted/shapes.js"
import { decodeMigrateData, encodeUnknown, type MigrateData } from "../spice/migrate-data.js"
import { type Channel, defaultReceiver, isChannel, type ReceiverState } from "../spice/receiver.js"
import type { Checked } from "../violation/checked.js"
import { plainKey, type Rule, Violation } from "../violation/violation.js"
import { stateRules } from "./state-rules.js"

/**
 * Reads a state from what `JSON.parse` returned. Only what `stateToJson` writes is read: no member is ignored, none may be
 * missing, and every rule of the format must hold. It never throws, whatever the value is.
 *
 * @param channel - the channel that the state is for
 * @param receiver - what the receiver of the blob is
 * @returns the state, or why there is none: paths name members, offsets are 0
 * @example
 * stateFromJson("inputs", JSON.parse('{"motion_count":2}'))
 * // E.right({ motion_count: 2 })
 * @since 0.6.0
 */
export const stateFromJson = <C extends Channel>(
  channel: C,
  json: unknown,
  receiver: ReceiverState = defaultReceiver,
): Checked<MigrateData<C>> => {
  const encoded = encodeJson(channel, json, receiver)
  return E.isLeft(encoded) ? encoded : decodeMigrateData(channel, encoded.right, receiver)
}

/** The blob of a state that is JSON. */
export const encodeJson = (channel: Channel, json: unknown, receiver: ReceiverState): Checked<Uint8Array> => {
  if (!isChannel(channel)) return encodeUnknown(channel, undefined, receiver)
  const read = layoutStateFromJson(shapes[channel], json)
  return E.isLeft(read) ? read : encodeUnknown(channel, read.right, receiver)
}

/**
 * Reads a state of any layout from JSON. It judges the form alone: whether numbers fit and rules hold, encoding it says.
 */
export const layoutStateFromJson = ({ struct }: Pick<Layout, "struct">, json: unknown): Checked<unknown> => {
  const problems: Violation[] = []
  const state = fromJson(struct, plainCopy(json), "", problems)
  const [first] = problems
  return first === undefined ? E.right(state) : E.left([first])
}

/** A copy without getters, prototypes and proxies; undefined for what is no plain data. */
const plainCopy = (json: unknown): unknown => {
  try {
    return structuredClone(json)
  } catch {
    return undefined
  }
}

/** Only the first problem is told, and a small text can have millions. */
const refuse = (problems: Violation[], rule: Rule, path: string, expected?: string): undefined => {
  if (problems.length === 0) problems.push(new Violation(rule, { path, offset: 0, length: 0 }, undefined, expected))
}

const under = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

const fromJson = (field: Field, json: unknown, path: string, problems: Violation[]): unknown => {
  const list = (entry: Field) =>
    listFrom(json, path, problems).map((each, index) => fromJson(entry, each, `${path}[${index}]`, problems))
  switch (field.kind) {
    case "struct": {
      const members = membersOf(field)
      const object = objectFrom(
        json,
        path,
        members.map(([key]) => key),
        problems,
      )
      return Object.fromEntries(
        members.flatMap(([key, member]) =>
          object.has(key) ? [[key, fromJson(member, object.get(key), under(path, key), problems)]] : [],
        ),
      )
    }
    case "pointer":
      return fromJson(field.content, json, path, problems)
    case "bytes":
    case "run":
      return bytesFrom(json, path, problems)
    case "array":
      return list(field.element)
    case "list":
      return list(field.entry)
    case "table":
      return tableFrom(field, json, path, problems)
    case "message": {
      const object = objectFrom(json, path, ["header", "data"], problems)
      const header = object.get("header")
      return {
        header: header === null ? null : fromJson(field.header, header, under(path, "header"), problems),
        data: bytesFrom(object.get("data"), under(path, "data"), problems),
      }
    }
    case "optional":
      return json === null ? null : fromJson(field.content, json, path, problems)
    case "choice":
    case "union": {
      const object = objectFrom(json, path, ["kind", "value"], problems)
      const kind = kindFrom(object.get("kind"), Object.keys(field.contents), path, problems)
      const content = kind === undefined ? undefined : field.contents[kind]
      return { kind, value: content && fromJson(content, object.get("value"), under(path, "value"), problems) }
    }
    case "integer":
    case "constant":
      return field.bits === 64 ? wideFrom(json, path, problems) : json
    default:
      return json
  }
}

/** The members of an object that has these and no others. */
const objectFrom = (
  json: unknown,
  path: string,
  keys: readonly string[],
  problems: Violation[],
): ReadonlyMap<string, unknown> => {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    refuse(problems, stateRules.form, path, "an object")
    return new Map()
  }
  const members = new Map<string, unknown>(Object.entries(json))
  for (const key of members.keys())
    if (!keys.includes(key)) refuse(problems, stateRules.unknown, under(path, plainKey(key)))
  for (const key of keys) if (!members.has(key)) refuse(problems, stateRules.missing, under(path, key))
  return members
}

const listFrom = (json: unknown, path: string, problems: Violation[]): readonly unknown[] => {
  // JSON has no undefined: it stands for a hole, of which a list can claim billions.
  if (Array.isArray(json) && !json.includes(undefined)) return json
  refuse(problems, stateRules.form, path, "a list")
  return []
}

const bytesFrom = (json: unknown, path: string, problems: Violation[]): Uint8Array | undefined => {
  if (typeof json !== "string" || json.length % 2 === 1 || /[^0-9a-f]/.test(json))
    return refuse(problems, stateRules.form, path, "hexadecimal digits")
  return Uint8Array.from({ length: json.length / 2 }, (_, index) =>
    Number.parseInt(json.slice(2 * index, 2 * index + 2), 16),
  )
}

const wideFrom = (json: unknown, path: string, problems: Violation[]): bigint | undefined => {
  if (typeof json === "string" && /^(?:0|-?[1-9][0-9]{0,19})$/.test(json)) return BigInt(json)
  return refuse(problems, stateRules.form, path, "a decimal string")
}

const kindFrom = (json: unknown, kinds: readonly string[], path: string, problems: Violation[]): string | undefined =>
  kinds.find((kind) => kind === json) ?? refuse(problems, stateRules.form, under(path, "kind"), kinds.join(" or "))

/** Entries as columns. */
const tableFrom = ({ variants }: Table, json: unknown, path: string, problems: Violation[]): unknown => {
  const object = objectFrom(json, path, ["kind", "entries"], problems)
  const kind = kindFrom(
    object.get("kind"),
    variants.map(({ name }) => name),
    path,
    problems,
  )
  const fields = variants.filter(({ name }) => name === kind).flatMap(({ is }) => scopeOf(is).fields)
  const at = under(path, "entries")
  const entries = listFrom(object.get("entries"), at, problems)
  const columns = new Int32Array(fields.length * entries.length)
  for (const [index, entry] of entries.entries()) {
    const numbers = objectFrom(
      entry,
      `${at}[${index}]`,
      fields.map((field) => field.path),
      problems,
    )
    for (const [column, field] of fields.entries()) {
      const number = numbers.get(field.path)
      if (field.type.kind !== "bytes" && isHeld(field.type, number)) columns[column * entries.length + index] = number
      else refuse(problems, stateRules.form, `${at}[${index}].${field.path}`, "a whole number of the field's width")
    }
  }
  return { kind, columns }
}

const isHeld = (type: Scalar, number: unknown): number is number => {
  const { from, to } = typeOfScalar(type)
  return Number.isInteger(number) && Number(number) >= from && Number(number) <= to
}
