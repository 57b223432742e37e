import { writeScalar } from "../../src/layout/scalar.js"
import type { Scalar } from "../../src/layout/types.js"

const rangeOf = ({ bits, signed }: Scalar): readonly [least: bigint, most: bigint] =>
  signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n]

/** How documents call the type of a number, such as `u32`. */
export const nameOfType = ({ bits, signed, bigEndian }: Scalar): string =>
  `${signed ? "i" : "u"}${bits}${bits === 8 ? "" : bigEndian ? ", big-endian" : ", little-endian"}`

/** The number that someone typed, in decimal or with 0x in front, as its bytes; or what is wrong with it. */
export const bytesOfText = (type: Scalar, text: string): Uint8Array | string => {
  const [, sign, digits] = /^\s*(-?)(\d+|0x[\da-f]+)\s*$/i.exec(text) ?? []
  if (digits === undefined) return "Type a number, in decimal or hexadecimal with 0x in front."
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits)
  const [least, most] = rangeOf(type)
  if (value < least || value > most) return `It must be from ${least} to ${most}.`
  return bytesOfNumber(type, value)
}

export const bytesOfNumber = (type: Scalar, value: bigint): Uint8Array => {
  const bytes = new Uint8Array(type.bits / 8)
  writeScalar(new DataView(bytes.buffer), type, 0, value)
  return bytes
}

/** The names that a number can have, where it can only have those. */
export const choicesOf = (type: Scalar): Readonly<Record<string, number>> | undefined => {
  if (type.kind === "enumeration") return type.names
  return type.kind === "boolean" ? { false: 0, true: 1 } : undefined
}
