import type { Layout, Scalar } from "../layout/language.js"
import { type Plan, planOf } from "../layout/plan.js"
import { readScalar, sizeOf, writeScalar } from "../layout/scalar.js"
import { formats } from "../spice/formats.js"
import { cut, viewOf } from "../violation/bytes.js"
import type { Choices } from "./arbitrary/choices.js"
import { zeroBlob } from "./blob.js"

/** The numbers at which sizes, counts and pointers of a blob so large go wrong. */
export const brinksOf = (size: number): readonly number[] => [
  0,
  1,
  size - 1,
  size,
  size + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
]

/** A new blob, made from one that may be overwritten. */
type Edit = (blob: Uint8Array, plan: Plan, choices: Choices) => Uint8Array

const oneOf = <T>({ below }: Choices, list: readonly [T, ...T[]]): T =>
  list[Number(below(BigInt(list.length)))] ?? list[0]

const upTo = ({ below }: Choices, most: number): number => Number(below(BigInt(most) + 1n))

const joined = (one: Uint8Array, other: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}

/** A number and its first byte. */
export interface Placed {
  readonly offset: number
  readonly type: Scalar
}

const number: Scalar = { kind: "integer", bits: 32, signed: false, bigEndian: false, unit: "", doc: "" }

/** A number becomes another one: a brink, a neighbour, or any. One that is not inside stays. */
export const poked = (blob: Uint8Array, { offset, type }: Placed, choices: Choices): Uint8Array => {
  if (offset + sizeOf(type) > blob.length) return blob
  const bytes = cut(blob, 0, blob.length, false)
  const view = viewOf(bytes)
  const old = BigInt(readScalar(view, type, offset))
  const brink = oneOf<bigint | "any">(choices, [old + 1n, old - 1n, "any", ...brinksOf(blob.length).map(BigInt)])
  writeScalar(view, type, offset, brink === "any" ? viewOf(choices.bytes(8)).getBigUint64(0, true) : brink)
  return bytes
}

const poke: Edit = (blob, plan, choices) => {
  const behind: Placed = { offset: plan.size + upTo(choices, blob.length), type: number }
  return poked(blob, oneOf<Placed>(choices, [behind, ...plan.fields]), choices)
}

const truncate: Edit = (blob, _, choices) => blob.subarray(0, upTo(choices, blob.length))

const extend: Edit = (blob, _, choices) => joined(blob, choices.bytes(upTo(choices, 32)))

/** The beginning of the blob in front of what another format has there, or the other way round. */
const splice: Edit = (blob, _, choices) => {
  const { main, ...others } = formats
  const foreign = zeroBlob(planOf(oneOf<Layout>(choices, [main, ...Object.values(others)])))
  const at = upTo(choices, Math.min(blob.length, foreign.length))
  const [head, tail] = oneOf(choices, [
    [blob, foreign],
    [foreign, blob],
  ])
  return joined(head.subarray(0, at), tail.subarray(at))
}

/** Two pointers trade places, or both point at the same part. */
const cross: Edit = (blob, plan, choices) => {
  const pointers = plan.parts.map(({ pointer }) => pointer.offset)
  const [first, ...others] = pointers
  if (first === undefined || blob.length < plan.size) return blob
  const one = oneOf(choices, [first, ...others])
  const other = oneOf(choices, [first, ...others])
  const view = viewOf(blob)
  const [to, from] = [view.getUint32(one, true), view.getUint32(other, true)]
  view.setUint32(one, from, true)
  view.setUint32(other, oneOf(choices, [to, from]), true)
  return blob
}

/** A copy of a blob with so many edits that know its fields. */
export const edited = (blob: Uint8Array, plan: Plan, count: number, choices: Choices): Uint8Array => {
  let bytes = cut(blob, 0, blob.length, false)
  for (let left = count; left > 0; left--)
    bytes = oneOf<Edit>(choices, [poke, truncate, extend, splice, cross])(bytes, plan, choices)
  return bytes
}
