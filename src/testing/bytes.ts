import { sizeOf } from "../layout/plan.js"
import { readScalar, writeScalar } from "../layout/scalar.js"
import type { Scalar } from "../layout/types.js"
import { viewOf } from "../violation/bytes.js"

export const areSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

/** So many bytes that begin with those of another run, and go on with zeros. */
export const resized = (bytes: Uint8Array, length: number): Uint8Array => {
  const made = new Uint8Array(length)
  made.set(bytes.subarray(0, length))
  return made
}

/** A number and its first byte. */
export interface Placed {
  readonly offset: number
  readonly type: Scalar
}

export const liesWithin = (blob: Uint8Array, { offset, type }: Placed): boolean => offset + sizeOf(type) <= blob.length

export const numberAt = (blob: Uint8Array, { offset, type }: Placed): bigint =>
  BigInt(readScalar(viewOf(blob), type, offset))

/** A copy of a blob with one number replaced; one that is too large for its field is cut to its width. */
export const poked = (blob: Uint8Array, { offset, type }: Placed, value: number | bigint): Uint8Array => {
  const copy = resized(blob, blob.length)
  writeScalar(viewOf(copy), type, offset, BigInt(value))
  return copy
}
