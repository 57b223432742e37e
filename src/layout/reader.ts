import { cut, viewOf } from "../violation/bytes.js"
import { type Measure, type Place, type Rule, Violation } from "../violation/violation.js"
import { type Environment, environmentOf } from "./expression.js"
import type { Scalar } from "./language.js"
import { known, type PlannedField } from "./plan.js"
import { readScalar } from "./scalar.js"
import { structure } from "./structure.js"

/** The state of a receiver, as far as decoding knows of it: rules name its members. */
export type Receiver = object

/** The largest blob that a receiver takes on a channel, in bytes. */
export const blobLimitOf = (receiver: Receiver, channel: string): number =>
  Number(receiverMember(receiver, channel, "maxBlobBytes", true))

/** A member of the receiver's state; of one that differs by channel, the value for `channel`. */
export const receiverMember = (
  receiver: Receiver,
  channel: string,
  member: string,
  perChannel: boolean,
): number | bigint | string => {
  const value = Reflect.get(receiver, member)
  return perChannel ? Reflect.get(value, channel) : value
}

/** Where conditions find what is known without the blob: its receiver and its channel. */
export const surroundingsOf = (
  receiver: Receiver,
  channel: string,
): Pick<Environment, "receiver" | "listed" | "channel"> => ({
  receiver: (member, perChannel) => receiverMember(receiver, channel, member, perChannel),
  listed: (member, word) => Reflect.get(receiver, member).includes(word),
  channel: () => channel,
})

/** A run of bytes and the field that claims it. */
export interface Claim extends Place {
  /** The field's type; undefined for bytes that the format does not look into. */
  readonly type: Scalar | undefined
  readonly value: number | bigint | undefined
}

/** No more violations than this are collected: reports stay bounded however long the blob is. */
export const mostViolations = 64

/** What was read so far. Only the interpreter's own functions add to it; a class because all of them do. */
export class Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly receiver: Receiver
  readonly channel: string
  readonly violations: Violation[] = []
  readonly claims: Claim[] = []
  readonly #claiming: boolean
  /** The fields that were accepted, with their places. */
  readonly fields = new Map<string, Claim & { readonly value: number | bigint }>()
  /** The parts that were placed. */
  readonly parts = new Map<string, Place>()
  /** How the entries of a list are laid out, by the list's path. */
  readonly entries = new Map<string, "lossy" | "lossless">()
  /** The numbers of a list's entries, column after column, by the list's path. */
  readonly columns = new Map<string, Int32Array>()

  constructor(bytes: Uint8Array, receiver: Receiver, channel: string, claiming: boolean) {
    this.#claiming = claiming
    this.bytes = bytes
    this.view = viewOf(bytes)
    this.receiver = receiver
    this.channel = channel
  }

  refuse(check: Rule, place: Place, actual?: Measure, expected?: Measure): void {
    if (this.violations.length < mostViolations) this.violations.push(new Violation(check, place, actual, expected))
  }

  claim(claim: Claim): void {
    if (this.#claiming) this.claims.push(claim)
  }

  number(path: string): number | bigint {
    return known(this.fields, path).value
  }

  placeOf(path: string): Place | undefined {
    return this.fields.get(path) ?? this.parts.get(path)
  }

  /** Where the conditions of the struct at `prefix` find their numbers. */
  environment(prefix: string): Environment {
    return environmentOf({
      field: (path) => this.number(`${prefix}${path}`),
      part: (path) => {
        const { offset, length } = known(this.parts, `${prefix}${path}`)
        return cut(this.bytes, offset, length, true)
      },
      ...surroundingsOf(this.receiver, this.channel),
    })
  }
}

/** The check that a field's number fails by its type alone. */
const misfit = (type: Scalar, value: number | bigint): Rule | undefined => {
  if (type.kind === "constant" && value !== type.value) return structure[type.check]
  if (type.kind === "boolean" && value !== 0 && value !== 1) return structure.boolean
  if (type.kind === "enumeration" && !Object.values(type.names).some((member) => member === value))
    return structure.enumeration
  return undefined
}

/** Reads one field, at `base` bytes before its own offset, claims its bytes and keeps it if its type accepts it. */
export const readField = (reader: Reader, field: PlannedField, base = 0, path = field.path): boolean => {
  const place = { path, offset: base + field.offset, length: field.size }
  const value = readScalar(reader.view, field.type, place.offset)
  const check = misfit(field.type, value)
  reader.claim({ ...place, type: field.type, value })
  if (check === undefined) reader.fields.set(path, { ...place, type: field.type, value })
  else reader.refuse(check, place, value, field.type.kind === "constant" ? field.type.value : undefined)
  return check === undefined
}
